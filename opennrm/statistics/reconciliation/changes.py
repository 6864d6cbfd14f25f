"""What is new in this month's bridge: only causes and records that differ from the bridge of the month before."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.reconciliation.bridge import CAUSES, Bridge, Step


@dataclass(frozen=True, slots=True)
class Change:
    """A part of the bridge (left, right or a cause) whose number or records are no longer the same."""

    part: str
    before: int
    now: int
    added: tuple[str, ...]
    gone: tuple[str, ...]


def bridge_changes(before: Mapping[str, Any], now: Bridge) -> list[Change]:
    """Only what changed between an earlier bridge (as written to bridge.json) and this one.

    A record that moved from one cause to another appears as gone in the one and added in the other. Raises
    SourceProblem where the two bridges do not join the same counts.
    """
    _check_same(before, now)
    changes = []
    for side, total in (("left", now.left), ("right", now.right)):
        old = before[side]
        change = _change(side, old["value"], total.value, set(old["records"]), {name(key) for key in total.records})
        changes += [change] if change else []
    bars = {bar["cause"]: bar for bar in before["bars"]}
    for bar in now.bars:
        old = bars.get(bar.cause, {"count": 0, "steps": []})
        was, is_now = {_step(step) for step in old["steps"]}, {_line(step) for step in bar.steps}
        change = _change(bar.cause, old["count"], bar.change, was, is_now)
        changes += [change] if change else []
    return changes


def read_bridge(path: Path) -> dict[str, Any]:
    """An earlier bridge.json. Raises SourceProblem where it is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise SourceProblem(
            f"The earlier bridge cannot be opened: {problem.strerror}.", where=str(path), remedy="Name its bridge.json."
        ) from problem
    except ValueError as problem:
        raise SourceProblem("This is no bridge.json.", where=path.name, remedy="Name the earlier one.") from problem
    if not _is_bridge(data):
        raise SourceProblem("This is no bridge.json.", where=path.name, remedy="Name the earlier one.")
    return data


def _is_bridge(data: Any) -> TypeGuard[dict[str, Any]]:
    try:
        for side in ("left", "right"):
            str(data[side]["count"]), int(data[side]["value"]), set(data[side]["records"])
        for bar in data["bars"]:
            str(bar["cause"]), int(bar["count"]), [_step(step) for step in bar["steps"]]
    except (KeyError, TypeError, ValueError):
        return False
    return True


def name(key: tuple[str, str]) -> str:
    """A record as one word: police/PO0000001."""
    return "/".join(key)


def _check_same(before: Mapping[str, Any], now: Bridge) -> None:
    for side, total in (("left", now.left), ("right", now.right)):
        if before[side]["count"] != total.count.id:
            raise SourceProblem(
                f"The earlier bridge joins {before['left']['count']} and {before['right']['count']}, not "
                f"{now.left.count.id} and {now.right.count.id}.",
                remedy="Compare bridges between the same two counts.",
            )
    unknown = {bar["cause"] for bar in before["bars"]} - set(CAUSES)
    if unknown:
        raise SourceProblem(f"The earlier bridge has unknown causes: {', '.join(sorted(unknown))}.")


def _change(part: str, before: int, now: int, was: set[str], is_now: set[str]) -> Change | None:
    if before == now and was == is_now:
        return None
    return Change(part, before, now, tuple(sorted(is_now - was)), tuple(sorted(was - is_now)))


def _step(step: Mapping[str, Any]) -> str:
    return f"{step['delta']:+d} {' '.join(step['records'])}"


def _line(step: Step) -> str:
    return f"{step.delta:+d} {' '.join(map(name, step.records))}"
