"""Setting up, starting and demonstrating the service."""

import os
import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer

from opennrm.kernel.errors import NrmError


def setup() -> None:
    """Make what a new installation needs: keys, tables, static files. Safe to run again; nothing is overwritten."""
    _prepare()
    sys.stdout.write("Ready. Start with `opennrm serve`; docs/operator.md says how to deploy it.\n")


def serve(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Start the service. Refuses while something is missing that protects people, and says what."""
    _django()
    _refuse_unready()
    _listen(host, port)


def tick() -> None:
    """Let time act once, for a timer of the system: note missed clocks, sign a checkpoint of the trail."""
    _django()
    from opennrm.audit.actions import checkpoint
    from opennrm.workflow.actions import tick as act

    missed = act()
    signed = checkpoint()
    sys.stdout.write(f"{missed} clocks missed since the last time. Checkpoint {signed.number} signed.\n")


def demo(
    start: Annotated[bool, typer.Option("--serve", help="Start the server afterwards.")] = False,
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
) -> None:
    """Fill an own database with demonstration data: invented persons in different stages, and an account a role."""
    _own_home()
    os.environ["OPENNRM_MODE"] = "demonstration"
    os.environ.setdefault("OPENNRM_SESSION_MINUTES", "480")
    _prepare()
    from opennrm.desk.demonstration import accounts, fill, new_passwords

    if not accounts():
        _say("Writing demonstration data …")
        fill()
    _say("")
    _say(f"OpenNRM demonstration: http://127.0.0.1:{port}")
    _say("Every person in it is invented. Sign in as one of:")
    for account, role, password in new_passwords():
        _say(f"  {account.sign_in:<14} {password:<24} {account.name}, {role}")
    _say("")
    if start:
        _refuse_unready()
        _listen("127.0.0.1", port)


def _own_home() -> None:
    """Settle the folder of the demonstration, marked as such. Never one that holds something else."""
    home = Path(os.environ.setdefault("OPENNRM_HOME", "var/demonstration"))
    if "DATABASE_URL" in os.environ:
        raise NrmError(
            "The demonstration brings its own database, and DATABASE_URL names another one.",
            remedy="Unset DATABASE_URL for this command.",
        )
    mark = home / "demonstration.txt"
    if not mark.exists():
        if home.exists() and any(home.iterdir()):
            raise NrmError(
                "This folder holds something else than a demonstration; nothing was changed in it.",
                where=str(home),
                remedy="Unset OPENNRM_HOME, or let it name a new folder.",
            )
        home.mkdir(parents=True, exist_ok=True)
        mark.write_text("Demonstration data only. Delete this folder to begin anew.\n")


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opennrm.desk.settings")
    import django

    django.setup()


def _prepare() -> None:
    os.umask(0o077)
    secret = Path(os.environ.get("OPENNRM_SECRET_FILE", _home() / "keys" / "session.key"))
    if not secret.exists():
        secret.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(50))
    _django()
    from django.core.management import call_command

    from opennrm.desk.readiness import check_profile
    from opennrm.vault.keys import ensure

    check_profile()
    call_command("migrate", verbosity=0, interactive=False)
    ensure()
    call_command("collectstatic", verbosity=0, interactive=False)


def _home() -> Path:
    return Path(os.environ.get("OPENNRM_HOME", "var"))


def _refuse_unready() -> None:
    from opennrm.desk.readiness import problems

    found = problems()
    if found:
        listed = "\n".join(f"  - {problem}" for problem in found)
        raise NrmError(f"OpenNRM does not start:\n{listed}")


def _listen(host: str, port: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    from opennrm.desk.ticking import keep_ticking

    keep_ticking()
    _say(f"Listening on http://{host}:{port} (stop with Ctrl+C)")
    Granian(
        "opennrm.desk.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=8,
        log_access=False,
    ).serve()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
