"""A second process for large inputs: half of the names is read there at the same time.

It is a plain child that reads jobs from its input and writes results to its output, so the caller's own program is
never imported again. Without it (small inputs, no second core, a system that forbids children) everything is done
here, with the same result.
"""

import contextlib
import gc
import importlib
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

FROM_ROWS = 50_000  # below, starting a process costs more than it saves


class Helper:
    """A child process that runs one job at a time; without a child, jobs run here when their result is asked for."""

    def __init__(self, child: "subprocess.Popen[bytes] | None" = None) -> None:
        self.child = child

    @property
    def there(self) -> bool:
        """Whether there is a second process."""
        return self.child is not None

    def start(self, function: Callable[..., Any], *args: Any, **named: Any) -> Callable[[], Any]:
        """Begin a job; calling what is returned waits for its result. `function` is one that can be imported."""
        if self.child is None:
            return lambda: function(*args, **named)
        child = self.child
        try:
            pickle.dump((function, args, named), child.stdin, pickle.HIGHEST_PROTOCOL)  # type: ignore[arg-type]
            child.stdin.flush()  # type: ignore[union-attr]
        except OSError:
            self.child = None
            return lambda: function(*args, **named)

        def result() -> Any:
            try:
                return pickle.load(child.stdout)  # type: ignore[arg-type]  # noqa: S301 - our own child
            except (OSError, EOFError, pickle.UnpicklingError):
                self.child = None
                return function(*args, **named)

        return result


@contextlib.contextmanager
def helper(rows: int, *modules: str) -> Iterator[Helper]:
    """A helper for that many rows of input, with modules loaded before its first job; it ends with the block."""
    child = _child(modules) if rows >= FROM_ROWS and (os.cpu_count() or 1) > 1 else None
    try:
        yield Helper(child)
    finally:
        if child is not None:
            child.kill()
            child.communicate()


@contextlib.contextmanager
def no_collection() -> Iterator[None]:
    """Hold Python's cycle collector off while millions of small objects without cycles are made."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _child(modules: tuple[str, ...]) -> "subprocess.Popen[bytes] | None":
    path = os.pathsep.join(place or os.getcwd() for place in sys.path)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "opennrm.statistics.linkage.beside", *modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )
    except OSError:
        return None


def main() -> None:
    """Run jobs from standard input until it ends. What cannot be done ends the process; the parent does it itself."""
    for module in sys.argv[1:]:
        importlib.import_module(module)
    gc.disable()
    out = sys.stdout.buffer
    sys.stdout = sys.stderr
    while True:
        try:
            function, args, named = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent
        except EOFError:
            return
        pickle.dump(function(*args, **named), out, pickle.HIGHEST_PROTOCOL)
        out.flush()


if __name__ == "__main__":
    main()
