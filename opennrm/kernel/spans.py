"""What was held to be so from when to when: the spans out of which a figure of a past day is counted again."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Span:
    """Codes that were held from a moment until another; `end` is None while they are."""

    start: datetime
    end: datetime | None
    codes: Mapping[str, Any]


def spans(
    moments: Iterable[datetime], state: Callable[[datetime], T | None]
) -> list[tuple[datetime, datetime | None, T]]:
    """From, until and what was held then, the oldest first; equal neighbours are one, and nothing held is left out.

    moments: all at which something may have changed. state: what is held from a moment on, None for nothing.
    """
    changes: list[tuple[datetime, T | None]] = []
    for at in sorted(set(moments)):
        said = state(at)
        if not changes or changes[-1][1] != said:
            changes.append((at, said))
    ends = [*(at for at, _ in changes), None][1:]
    return [(at, end, said) for (at, said), end in zip(changes, ends, strict=False) if said is not None]


def overlaid(
    fact: Mapping[str, Any], over: Iterable[Span], otherwise: Mapping[str, Any] | None = None
) -> Iterator[dict[str, Any]]:
    """A fact divided by what else was held while it was: one fact for each span, and for each gap `otherwise`.

    over: spans that do not overlap, the oldest first.
    """
    end: datetime | None = fact.get("superseded_at")
    reached: datetime = fact["recorded_at"]
    for span in over:
        start = max(span.start, reached)
        until = min((at for at in (span.end, end) if at is not None), default=None)
        if until is not None and until <= start:
            continue
        if reached < start:
            yield {**fact, **(otherwise or {}), "recorded_at": reached, "superseded_at": start}
        yield {**fact, **span.codes, "recorded_at": start, "superseded_at": until}
        if until is None:
            return
        reached = until
    if end is None or reached < end:
        yield {**fact, **(otherwise or {}), "recorded_at": reached, "superseded_at": end}
