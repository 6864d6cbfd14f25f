"""A list as an XLSForm, for Kobo, ODK and whatever else reads it (xlsform.org/ref-table). No Django, no result.

Sheets survey, choices and settings. Questions are named by the indicator's id, its note by the id and `_note`; what the
Human Trafficking Case Data Standard has a name for carries that name. The form asks; it never weighs: what the answers
amount to is read by the service alone, after `opennrm import-xlsform-answers`.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openpyxl import Workbook

from opennrm.kernel.codes import AgeBand, Answer, Sex
from opennrm.kernel.label import Label
from opennrm.profile.htcds import htcds
from opennrm.profile.instruments import Counts, Indicator, IndicatorSet
from opennrm.profile.model import Language, Profile
from opennrm.screening.xlsform_words import GENDER, LANGUAGE_CODES, PLACE_WORDS, WORDS

LIST, NOTE_OF = "indicator_set", "_note"
BIRTH, GENDER_FIELD, LANGUAGE, NOTES = (
    "prs_Birthdate",
    "prs_Gender",
    "prs_PrimaryLanguage",
    "cas_IncomingReferralDetails",
)

# What a telephone shows in its list of forms: it may lie open on a table. The list itself is named inside.
NEUTRAL_TITLE = Label({"en": "Notes", "sr-Cyrl": "Белешке"})

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheets:
    """The three sheets, each a list of rows by column."""

    survey: list[Row]
    choices: list[Row]
    settings: list[Row]


def form_languages(used: IndicatorSet, profile: Profile) -> tuple[Language, ...]:
    """The languages in which a list can be asked: those of the service, and the persons' where the words exist."""
    own = {language.code: language for language in profile.languages}
    own.setdefault("en", Language("en", "English"))
    hers = [p for p in profile.person_languages if p.code not in own and used.is_put_to_person_in(p.code.lower())]
    return (*own.values(), *hers)


def as_sheets(
    used: IndicatorSet,
    profile: Profile,
    *,
    languages: Iterable[Language] = (),
    weights_are_confirmed: bool = False,
) -> Sheets:
    """The form of a list. Without `languages`: in all in which the list can be asked."""
    form = _Form(used, profile, tuple(languages) or form_languages(used, profile))
    first = form.columns[0][1]
    settings = {
        "form_title": f"{NEUTRAL_TITLE.in_(first)} {used.version}, {len(used.indicators)}",
        "form_id": used.id,
        "version": used.version,
        "default_language": form.columns[0][0],
    }
    return Sheets(form.survey(weights_are_confirmed), form.choices(), [settings])


def as_workbook(sheets: Sheets) -> bytes:
    """The sheets as an XLSX file. No cell is a formula."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in (("survey", sheets.survey), ("choices", sheets.choices), ("settings", sheets.settings)):
        sheet = book.create_sheet(name)
        columns = list(dict.fromkeys(column for row in rows for column in row))
        sheet.append(columns)
        for row in rows:
            sheet.append([row.get(column, "") for column in columns])
        for line in sheet.iter_rows():
            for cell in line:
                cell.data_type = "s" if cell.value else cell.data_type
        sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def language_code(language: str) -> str:
    """A person's language as the standard writes it (ISO 639-2)."""
    return LANGUAGE_CODES.get(language.lower(), language.lower())


class _Form:
    def __init__(self, used: IndicatorSet, profile: Profile, languages: tuple[Language, ...]) -> None:
        self.used, self.profile = used, profile
        # What awaits review is marked where the enumerator chooses the language.
        self.columns = [(_column(language, is_draft=used.awaiting_review), language.code) for language in languages]

    def survey(self, weights_are_confirmed: bool) -> list[Row]:
        rows: list[Row] = [
            {"type": "start", "name": "start"},
            {"type": "hidden", "name": LIST, "default": self.used.key},
            self._row("note", "about", "about"),
        ]
        if self.used.has_unconfirmed_weights and not weights_are_confirmed:
            rows.append(self._row("note", "not_confirmed", "not_confirmed"))
        if self.used.awaiting_review:
            rows.append(self._row("note", "await_review", "await_review"))
        rows += [
            self._row("select_one age_band", "age_band", "age_band", hint="age_hint") | {"required": "yes"},
            self._row("date", BIRTH, "born_on", hint="optional")
            | {"constraint": ". <= today() and . >= date('1900-01-01')"}
            | self._texts("constraint_message", WORDS["born_problem"]),
            self._row("select_one gender", GENDER_FIELD, "sex", hint="optional"),
            self._row("select_one district", "district", "district", hint="optional"),
            self._row("select_one place", "place", "place", hint="optional"),
            self._row("select_one language", LANGUAGE, "language", hint="optional"),
            self._row("text", NOTES, "notes", hint="no_name"),
        ]
        if fits := self._fits():
            rows.append(self._row("note", "other_age", "other_age") | {"relevant": f"not({fits})"})
        for dimension in self.used.dimensions:
            asked = [i for i in self.used.indicators if i.dimension == dimension.id]
            if not asked:
                continue
            group = {"type": "begin_group", "name": f"dim_{dimension.id}"} | self._texts("label", dimension.label)
            rows.append(group | ({"relevant": fits} if fits else {}))
            for indicator in asked:
                rows += self._question(indicator)
            rows.append({"type": "end_group", "name": f"dim_{dimension.id}"})
        return rows

    def choices(self) -> list[Row]:
        profile = self.profile
        answers = [(a.value, profile.label(a)) for a in Answer]
        ages = [(a.value, WORDS[f"age_{a.value}"]) for a in (AgeBand.ADULT, AgeBand.CHILD, AgeBand.UNCERTAIN)]
        gender = [(GENDER[s], profile.label(s)) for s in Sex]
        languages = [(language_code(p.code), Label({"en": p.name})) for p in profile.person_languages]
        lists: Mapping[str, Iterable[tuple[str, Label]]] = {
            "answer": answers,
            "age_band": ages,
            "gender": gender,
            "place": PLACE_WORDS.items(),
            "language": dict(languages).items(),
            "district": [(d.id, d.label) for d in profile.districts.values()],
        }
        return [
            {"list_name": name, "name": code} | self._texts("label", label)
            for name, entries in lists.items()
            for code, label in entries
        ]

    def _question(self, indicator: Indicator) -> list[Row]:
        said = htcds().said_by(indicator.id)
        hint = {name: indicator.label.in_(code) for name, code in self.columns}
        if indicator.counts == Counts.WITH_EVIDENCE:
            hint = {n: f"{hint[n]}. {WORDS['with_evidence'].in_(c)}" for n, c in self.columns}
        if indicator.counts == Counts.NEVER:
            hint = {n: f"{hint[n]}. {WORDS['never'].in_(c)}" for n, c in self.columns}
        question = {
            "type": "select_one answer",
            "name": indicator.id,
            **{f"label::{name}": _asked(indicator, code) for name, code in self.columns},
            **{f"hint::{name}": text for name, text in hint.items()},
            "htcds": "=".join(said) if said else "",
        }
        question = {column: text for column, text in question.items() if text}
        note = self._row("text", f"{indicator.id}{NOTE_OF}", "note", hint="note_hint")
        return [question, note | {"relevant": f"${{{indicator.id}}} = 'yes' or ${{{indicator.id}}} = 'no'"}]

    def _fits(self) -> str:
        if self.used.population is None:
            return ""
        return f"${{age_band}} {'=' if self.used.population == AgeBand.ADULT else '!='} 'adult'"

    def _row(self, kind: str, name: str, words: str, *, hint: str = "") -> Row:
        row = {"type": kind, "name": name} | self._texts("label", WORDS[words])
        return row | (self._texts("hint", WORDS[hint]) if hint else {})

    def _texts(self, column: str, label: Label) -> Row:
        return {f"{column}::{name}": label.in_(code) for name, code in self.columns}


def _column(language: Language, *, is_draft: bool) -> str:
    draft = ", draft" if is_draft and language.code.lower() != "en" else ""
    return f"{language.name}{draft} ({language.code.partition('-')[0]})"


def _asked(indicator: Indicator, language: str) -> str:
    """The question as it is read out: in a person's language where only that exists, else the officer's."""
    if not indicator.question.has(language) and language.lower() in indicator.person_question:
        return indicator.person_question[language]
    return indicator.question.in_(language)
