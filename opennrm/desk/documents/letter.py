"""Puts a letter together: the texts of the country around what was decided, in one language, full or neutral.

Nothing of it is stored. A neutral paper names neither the office nor the matter; the person's name is written in by
hand, so that no file ever holds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import override

from opennrm.access.country import current_profile
from opennrm.desk.dates import day_words, one_sign
from opennrm.identification.appeals.queries import days_to_appeal
from opennrm.identification.letters.queries import last_day, second_instance
from opennrm.kernel.codes import Element, Outcome
from opennrm.kernel.label import Label
from opennrm.screening.forms import RIGHT_TO_LEFT

if TYPE_CHECKING:
    from opennrm.identification.letters.actions import Wished
    from opennrm.identification.letters.queries import Told
    from opennrm.identification.models import Letter

# Django's code of a service language, for the words of its dates.
DJANGO_CODES = {"sr-Cyrl": "sr", "sr-Latn": "sr-latn"}
BY_HAND = "." * 48


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a paper: a heading, paragraphs and rows under it, in a language of its own where it has one."""

    heading: str = ""
    paragraphs: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    language: str = ""
    remark: str = ""

    @property
    def direction(self) -> str:
        """Which way its script runs."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as it is printed or written to a file."""

    language: str
    office: str
    office_lines: tuple[str, ...]
    head: tuple[str, ...]
    title: str
    parts: tuple[Part, ...]
    signature: str
    foot: str


def compose(told: Told, letter: Letter, wished: Wished) -> Paper:
    """The paper in the language wished for."""
    with override(DJANGO_CODES.get(wished.language, wished.language)):
        writer = _Writer(told, letter, wished)
        return writer.neutral() if wished.is_neutral else writer.full()


class _Writer:
    def __init__(self, told: Told, letter: Letter, wished: Wished) -> None:
        self.told, self.letter, self.wished = told, letter, wished
        self.profile = current_profile()
        self.texts = self.profile.letters
        until = last_day(told) or told.ruling.until
        body = self.profile.agency_kinds.get(second_instance())
        self.known = {
            "until": day_words(until) if until else "",
            "days": str(days_to_appeal()),
            "body": self._in(body.label) if body else "",
            "office": str(told.office),
        }

    def full(self) -> Paper:
        """The outcome, its basis, its reasons where they are wished for, how to appeal, what help there is."""
        told, text = self.told, self.texts.texts[self.told.kind]
        parts = [
            Part(rows=((self._word("name"), BY_HAND),)),
            Part(paragraphs=(self._filled(text.says),), rows=tuple(self._facts())),
            *self._reasons(),
            *self._remedies(),
            Part(self._word("help_title"), (self._word("help"),)),
            self._contact(),
            *self._means(self._word("means_title"), text.means),
        ]
        return self._paper(str(told.office), self._in(text.title), parts)

    def neutral(self) -> Paper:
        """That the person is known here, how long she can answer, how to reach the office. Nothing else."""
        told = self.told
        paragraphs = []
        if told.can_be_appealed:
            paragraphs.append(self._word("neutral_reply_until" if told.until else "neutral_reply_from_receipt"))
        if told.ruling.until and told.ruling.outcome == Outcome.DEFERRED:
            paragraphs.append(self._word("neutral_next"))
        paragraphs += [self._word("neutral_help"), self._word("neutral_contact")]
        parts = [
            Part(paragraphs=(self._word("neutral_known"),)),
            Part(rows=((self._word("name"), BY_HAND),)),
            Part(paragraphs=tuple(paragraphs)),
            *self._means(self._word("neutral_means_title"), self.texts.neutral_means),
        ]
        return self._paper(self._word("neutral_office"), self._word("neutral_title"), parts)

    def _paper(self, office: str, title: str, parts: list[Part]) -> Paper:
        today = f"{self._word('date')} {self._day(self.profile.calendar.day(self.letter.made_at))}"
        number = self.letter.reference
        grouped = " ".join((number[:2], number[2:5], number[5:]))
        return Paper(
            language=self.wished.language,
            office=office,
            office_lines=self._whereabouts(),
            head=(today, f"{self._word('reference')} {grouped}"),
            title=title,
            parts=tuple(parts),
            signature=self._word("signature"),
            foot=self._word("awaiting_lawyer") if self.texts.awaits_review else "",
        )

    def _facts(self) -> list[tuple[str, str]]:
        told, profile = self.told, self.profile
        day = profile.calendar.day(told.decided_at)
        body = profile.agency_kinds.get(told.decided_by)
        rows = [
            (self._word("decided_by"), self._in(body.label) if body else ""),
            (self._word("decided_on"), self._day(day)),
        ]
        if told.ruling.basis:
            article = profile.article_nearest(told.ruling.basis, day)
            number = f", {article.number}" if article.number else ""
            rows.append((self._word("basis"), f"{self._in(article.act)}{number}"))
        if told.forms:
            named = [self._in(profile.forms_of_exploitation[form]) for form in told.forms]
            rows.append((self._word("forms"), ", ".join(named)))
        if told.ruling.outcome == Outcome.DEFERRED and told.ruling.until:
            rows.append((self._word("asked_until"), self._day(told.ruling.until)))
        return [(label, value) for label, value in rows if value]

    def _reasons(self) -> list[Part]:
        if not self.wished.with_reasons:
            return []
        parts = []
        if self.told.reasons:
            rows = tuple((self._in(self.profile.label(Element(e))), words) for e, words in self.told.reasons)
            parts.append(Part(self._word("reasons"), rows=rows))
        if self.told.ruling.questions and self.told.ruling.outcome == Outcome.DEFERRED:
            parts.append(Part(self._word("asked"), (self.told.ruling.questions,)))
        return parts

    def _remedies(self) -> list[Part]:
        if self.told.can_be_appealed:
            period = self._word("appeal_until" if self.told.until else "appeal_from_receipt")
            first = Part(self._word("appeal_title"), (self._word("appeal_how"), period))
        elif self.told.can_go_to_court:
            first = Part(self._word("court_title"), (self._word("court"),))
        else:
            return []
        return [first, Part(self._word("free_help_title"), (self._word("free_help"),))]

    def _contact(self) -> Part:
        where = [line for line in (self.told.office.place, self.told.office.duty_contact) if line]
        return Part(self._word("contact_title"), (", ".join((str(self.told.office), *(where or [BY_HAND]))),))

    def _means(self, title: str, meaning: Label) -> list[Part]:
        """The few words in the person's own language; none where the paper is in it already."""
        own = self.wished.own_language
        if not own or own == self.wished.language or not meaning.has(own):
            return []
        remark = self._word("awaiting_translator") if self.texts.awaits_review else ""
        return [Part(title, (meaning.in_(own),), language=own, remark=remark)]

    def _whereabouts(self) -> tuple[str, ...]:
        """Where the office is. On a neutral paper what would tell which office it is, is left to be written by hand."""
        lines = [line for line in (self.told.office.place, self.told.office.duty_contact) if line]
        if self.wished.is_neutral:
            lines = [line for line in lines if not self.texts.betrayed_by(line)]
        return tuple(lines) or (BY_HAND,)

    def _word(self, word: str) -> str:
        return self._filled(self.texts.words[word])

    def _filled(self, label: Label) -> str:
        return one_sign(self._in(label).format_map(self.known))

    def _in(self, label: object) -> str:
        return label.in_(self.wished.language) if isinstance(label, Label) else str(label)

    def _day(self, day: date) -> str:
        return day_words(day)
