"""The page on which a statistician asks how many were never found: a table in, everything it says out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from opennrm.access.behind_wall import beyond
from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import say
from opennrm.parties.same import known_as, same_persons
from opennrm.referral.facts import sources
from opennrm.statistics.estimation.analysis import Analysis, analyse, quick
from opennrm.statistics.estimation.document import Bullets, Chart, Heading, Paragraph, Table
from opennrm.statistics.estimation.report import report
from opennrm.statistics.estimation.sensitivity import sensitivity
from opennrm.statistics.estimation.settings import Settings
from opennrm.statistics.estimation.table import CaptureTable, capture_histories
from opennrm.statistics.estimation.words import Words

LANGUAGES = {"en": "en", "sr": "sr-Cyrl", "sr-latn": "sr-Latn"}
# Fewer resampled tables than on the command line: a page answers in seconds. The report says how many there were.
REPLICATES = 200
MOST_LETTERS = 2_000_000
SECTIONS_OPEN = 3


@dataclass(frozen=True)
class Asked:
    """What the form says: the table, the lists that are used, two taken as one, the threshold."""

    table: CaptureTable
    kept: tuple[str, ...]
    merged: tuple[str, str] | None = None
    threshold: float = 0.02
    from_referrals: bool = False

    @property
    def used(self) -> CaptureTable:
        """The table after leaving out and merging."""
        table = self.table
        for name in self.table.lists:
            if name not in self.kept:
                table = table.drop_list(name)
        return table.merge_lists(list(self.merged), into=" + ".join(self.merged)) if self.merged else table

    @property
    def settings(self) -> Settings:
        """The choices of the analysis."""
        return Settings(
            threshold=self.threshold,
            replicates=REPLICATES,
            sensitivity_replicates=0,
            admitted=20,
            two_lists=len(self.used.lists) == 2,
        )


def read_table(text: str) -> CaptureTable:
    """The table in a text; SourceProblem says what is wrong with it and where."""
    if len(text) > MOST_LETTERS:
        raise SourceProblem(
            say("This table is too long for a page."), remedy=say("Use `opennrm estimate` on the command line.")
        )
    return CaptureTable.from_csv(text.strip() + "\n")


@beyond("counting")
def from_referrals() -> CaptureTable:
    """Persons by the kinds of office that referred them. SourceProblem where there are fewer than two kinds.

    Records that are known to be of one person are one person here.
    """
    links = same_persons()
    one = {str(link.person): str(known_as(links, link.person)[-1].root) for link in links}
    return capture_histories([(one.get(person, person), kind) for person, kind in sources()])


def sections(asked: Asked) -> list[dict[str, Any]]:
    """The report of an analysis in the reader's language, by headings. The first few stand open, the rest folds."""
    analysis: Analysis = analyse(asked.used, asked.settings)
    found: list[dict[str, Any]] = [{"heading": "", "blocks": [], "is_open": True}]
    for block in report(analysis, _words(), referrals=asked.from_referrals)[1:]:
        if isinstance(block, Heading):
            found.append({"heading": block.text, "blocks": [], "is_open": len(found) < SECTIONS_OPEN})
        else:
            found[-1]["blocks"].append(_shown(block))
    return [section for section in found if section["blocks"]]


def tried(asked: Asked) -> dict[str, Any]:
    """The points alone, in a moment: what the choice gives, and what each further change would give."""
    words, used = _words(), asked.used
    now = quick(used, asked.settings)
    rows = sensitivity(used, asked.settings, kinds=("without", "merged", "threshold"), replicates=0)
    return {
        "answer": _number(words, now.population, now.observed),
        "rows": [[words(row.label), _number(words, row.estimate.population, now.observed)] for row in rows],
    }


def pairs(table: CaptureTable) -> list[tuple[str, str]]:
    """The pairs of lists that can be taken as one."""
    return list(combinations(table.lists, 2)) if len(table.lists) > 2 else []


def _number(words: Words, population: float | None, observed: int) -> str:
    if population is None:
        return words(say("not estimable"))
    return words.number(max(population, observed))


def _words() -> Words:
    return Words(LANGUAGES.get(get_language() or "en", "en"))


def _shown(block: object) -> dict[str, Any]:
    match block:
        case Paragraph(text, is_answer):
            return {"kind": "answer" if is_answer else "paragraph", "text": text}
        case Bullets(items):
            return {"kind": "bullets", "items": items}
        case Chart(svg, title):
            return {"kind": "chart", "svg": _trusted(svg), "title": title}
        case Table(head, rows, caption, of_words):
            cells = [[(cell, place >= of_words) for place, cell in enumerate(row)] for row in rows]
            heads = [(cell, place >= of_words) for place, cell in enumerate(head)]
            return {"kind": "table", "head": heads, "rows": cells, "caption": caption}
        case _:
            raise TypeError(f"a report has no block {type(block).__name__}")


def _trusted(svg: str) -> SafeString:
    return mark_safe(svg)  # noqa: S308 - drawn by our own library, which escapes the names of lists
