"""The page of a site's list: its counts, its bar, and its persons by number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from opennrm.kernel.text import Sentence, say
from opennrm.sites.queries import Person, next_open, persons
from opennrm.sites.rules.standing import TALKED_WITH, Standing, sums
from opennrm.sites.shown import STANDING, known_of

if TYPE_CHECKING:
    from opennrm.sites.models import Incident

PAGE = 100
WIDTH = 460
FILTERS: dict[str, tuple[Sentence, frozenset[Standing]]] = {
    "all": (say("All"), frozenset(Standing)),
    "open": (say("Open"), frozenset({Standing.PRESENT, Standing.ABSENT, Standing.BEGUN})),
    "talked": (say("Talked with"), TALKED_WITH),
    "declined": (say("Declined"), frozenset({Standing.DECLINED})),
    "missed": (say("Missed"), frozenset({Standing.MISSED})),
}


def listed(report: Incident, *, chosen: str, after: int) -> dict[str, Any]:
    """Names for sites/roster.html."""
    everybody = persons(report)
    added = sums((p.standing for p in everybody), present_min=report.present_min)
    shown = [p for p in everybody if p.standing in FILTERS[chosen][1] and p.entry.number > after]
    address = reverse("site:roster", args=[report.code])
    return {
        "report": report,
        "sums": added,
        "bar": _bar(added.settled, added.paused, added.listed),
        "filters": [
            {
                "label": label,
                "count": sum(1 for p in everybody if p.standing in stands),
                "url": reverse("site:roster", args=[report.code], query=None if key == "all" else {"show": key}),
                "is_current": key == chosen,
            }
            for key, (label, stands) in FILTERS.items()
        ],
        "lines": [_line(p, report.code) for p in shown[:PAGE]],
        "more": f"{address}?show={chosen}&after={shown[PAGE - 1].entry.number}" if len(shown) > PAGE else "",
        "next": next_open(report),
    }


def _line(person: Person, code: str) -> dict[str, Any]:
    word, shape = STANDING[person.standing]
    return {
        "number": person.entry.number,
        "url": reverse("site:person", args=[code, person.entry.number]),
        "word": word,
        "shape": shape,
        "known": known_of(person.entry),
    }


def _bar(settled: int, paused: int, listed: int) -> dict[str, int]:
    """Widths of the bar's parts, as numbers of an SVG."""
    if not listed:
        return {"done": 0, "paused": 0, "paused_at": 0, "rest": WIDTH, "rest_at": 0}
    done, begun = WIDTH * settled // listed, WIDTH * paused // listed
    return {"done": done, "paused": begun, "paused_at": done, "rest": WIDTH - done - begun, "rest_at": done + begun}
