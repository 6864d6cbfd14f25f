"""Referrals as rows of the Human Trafficking Case Data Standard 2.0: reading cells, naming faults, writing rows.

What the standard lacks (age band, urgent needs, on what the referral rests, the answers) stands in columns of our own,
`onrm_…`, which other readers of the standard may leave aside. Where the standard's two documents disagree, the table
in profile/standards/htcds.toml decides.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from opennrm.kernel.cells import FORMULA_SIGNS
from opennrm.kernel.codes import AgeBand, Answer, Sex
from opennrm.kernel.text import Sentence, say, say_n
from opennrm.profile.htcds import htcds
from opennrm.referral.htcds.cells import READERS, joined, parts

LIST = "ilo-11"
REFERENCE = re.compile(r"[0-9A-Za-z-]{8,54}")
_NAMEABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")

# Our own columns, in their order.
OWN = (
    "onrm_Reference",
    "onrm_List",
    "onrm_Answers",
    "onrm_AgeBand",
    "onrm_BirthYear",
    "onrm_District",
    "onrm_Place",
    "onrm_Language",
    "onrm_SafeTonight",
    "onrm_NeedsDoctor",
    "onrm_Basis",
    "onrm_Told",
    "onrm_Agreed",
    "onrm_Declined",
    "onrm_Name",
    "onrm_NotKnown",
    "onrm_Withheld",
)
# Fields that are codes or days of work and say who nobody is; every other text, date and number may.
NEVER_WITHHELD = frozenset(
    {"cas_OutgoingReferralDate", "cas_IncomingReferralDate", "cas_ReferringOrganisation", "cas_ReferredOrganisation"}
)
_OPEN_KINDS = frozenset({"code", "codes", "yes_no"})
# What an export says of as not known where it is empty; other empty fields were never asked here.
ASKED = ("prs_Citizenship", "prs_PrimaryLanguage", "vic_MethodsOfControl", "vic_TypeOfExploitation", "con_Consent")

GENDER_OF = {Sex.FEMALE: "Feminine", Sex.MALE: "Masculine", Sex.OTHER: "NonConforming"}
UNKNOWN_GENDER = "NonSpecifiedUnknown"
SEX_OF = {
    "Feminine": Sex.FEMALE,
    "TransgenderFeminine": Sex.FEMALE,
    "Masculine": Sex.MALE,
    "TransgenderMasculine": Sex.MALE,
    "NonConforming": Sex.OTHER,
    UNKNOWN_GENDER: Sex.NOT_KNOWN,
}


def columns() -> tuple[str, ...]:
    """Every column of a file that we write: ours, then the standard's that hold something and are not retired."""
    standard = htcds().fields.values()
    return (*OWN, *(one.name for one in standard if one.holds != "nothing" and not one.is_retired))


def is_withheld(name: str) -> bool:
    """Whether a field is left out of a file without names: words, persons, days and places of a life."""
    if name.startswith("onrm_"):
        return name == "onrm_Name"
    return name not in NEVER_WITHHELD and htcds().fields[name].holds not in _OPEN_KINDS


@dataclass(frozen=True)
class Known:
    """What a country and its lists know, for cells of our own columns."""

    lists: Mapping[str, frozenset[str]]
    newest_of_eleven: str
    districts: frozenset[str]
    places: frozenset[str]
    languages: frozenset[str]
    purposes: frozenset[str]
    duties: Mapping[str, frozenset[str]]


@dataclass
class Row:
    """One row that was read: the standard's fields as they are kept, and ours."""

    number: int
    fields: dict[str, str] = field(default_factory=dict)
    faults: list[Sentence] = field(default_factory=list)

    def fault(self, column: str | Sentence, what: Sentence) -> None:
        """Note what is wrong in a column of this row."""
        self.faults.append(_placed(self.number, column, what))

    def get(self, name: str) -> str:
        """A cell, empty where it is absent."""
        return self.fields.get(name, "")


@dataclass(frozen=True)
class Sheet:
    """A file that was read: its rows, every fault, and which columns were left aside."""

    rows: tuple[Row, ...]
    faults: tuple[Sentence, ...]
    left_aside: tuple[Sentence, ...]


def read(lines: Sequence[Sequence[str]], known: Known) -> Sheet:
    """Read a header and its rows. Every fault is named by row and column; cells are never repeated."""
    header, faults, aside = _header([cell.strip() for cell in lines[0]])
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        row = Row(number)
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            row.fault(
                say("the end"),
                say("there are %(cells)d cells under %(columns)d columns.", cells=len(cells), columns=len(header)),
            )
        for name, cell in zip(header, cells, strict=False):
            if name and cell.startswith("="):
                row.fault(name, say("this may be a formula; write its value."))
            elif name:
                _keep(row, name, _unguarded(cell.strip()))
        _absorb_retired(row)
        _check(row, known)
        rows.append(row)
    if not rows and not faults:
        faults.append(say("There is a header and no row."))
    seen: dict[str, int] = {}
    for row in rows:
        reference = row.get("onrm_Reference")
        if reference and seen.setdefault(reference, row.number) != row.number:
            row.fault("onrm_Reference", say("row %(other)d has the same reference.", other=seen[reference]))
    return Sheet(tuple(rows), (*faults, *(fault for row in rows for fault in row.faults)), tuple(aside))


def what_was_taken(n: int, left_aside: Iterable[Sentence]) -> list[Sentence]:
    """What is said once a file was taken in, line by line."""
    return [
        say_n("%(n)d referral taken.", "%(n)d referrals taken.", n),
        *(say("Left aside: %(what)s", what=one) for one in left_aside),
    ]


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula; reading takes the sign away again."""
    return f"'{text}" if text.startswith((*FORMULA_SIGNS, "'")) else text


def answers_of(row: Row) -> tuple[str, dict[str, Answer]]:
    """The list and the answers: those of the file, or what its codes say on the list of eleven signs."""
    if row.get("onrm_Answers") or row.get("onrm_List"):
        pairs = [one.partition("=") for one in parts(row.get("onrm_Answers"))]
        return row.get("onrm_List"), {name: Answer(given) for name, _, given in pairs}
    meant = htcds().answers["vic_MethodsOfControl"]
    return "", {meant[code]: Answer.YES for code in parts(row.get("vic_MethodsOfControl")) if code in meant}


def age_of(row: Row, today: date) -> tuple[AgeBand, str]:
    """The age band and the day of birth, empty where the file has none."""
    born = row.get("prs_Birthdate")
    if row.get("onrm_AgeBand"):
        return AgeBand(row.get("onrm_AgeBand")), born
    if not born:
        return AgeBand.UNCERTAIN, ""
    day = date.fromisoformat(born)
    years = today.year - day.year - ((today.month, today.day) < (day.month, day.day))
    return (AgeBand.ADULT if years >= 18 else AgeBand.CHILD), born


def name_of(row: Row) -> str:
    """The name the person uses. The standard's SecondName is the family name; its Title is a post."""
    names = (row.get(f"prs_{part}Name") for part in ("First", "Middle", "Second"))
    return row.get("onrm_Name") or " ".join(filter(None, names))


def basis_of(row: Row) -> str:
    """`consent`, a duty, or nothing where the file says neither."""
    return row.get("onrm_Basis") or ("consent" if row.get("con_Consent") == "true" else "")


def written(facts: Mapping[str, str], *, names: bool) -> dict[str, str]:
    """A row of a file: what is not known and what is withheld is said by name, so that an empty cell means neither.

    facts: cells by column, all of them, with what an earlier file withheld in onrm_Withheld.
    """
    row = {name: facts.get(name, "") for name in columns()}
    withheld = set(parts(row["onrm_Withheld"]))
    if not names:
        withheld |= {name for name in row if row[name] and is_withheld(name)}
        row |= dict.fromkeys((name for name in row if is_withheld(name)), "")
    withheld = {name for name in withheld if not row.get(name)}
    row["onrm_Withheld"] = joined(name for name in row if name in withheld)
    row["onrm_NotKnown"] = joined(name for name in ASKED if not row[name] and name not in withheld)
    return row


def codes_said_by(answers: Mapping[str, Answer]) -> list[str]:
    """The codes of methods of control that say just what a sign answered yes says, in the standard's order."""
    said = {htcds().said_by(name) for name, given in answers.items() if given == Answer.YES}
    return [code for code in htcds().codes("vic_MethodsOfControl") if ("vic_MethodsOfControl", code) in said]


def _placed(number: int, column: str | Sentence, what: Sentence) -> Sentence:
    return say("row %(row)d, %(column)s: %(what)s", row=number, column=column, what=what)


def _unguarded(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:2] in (*FORMULA_SIGNS, "'") else text


def _header(cells: Sequence[str]) -> tuple[list[str], list[Sentence], list[Sentence]]:
    standard = htcds()
    header: list[str] = []
    faults: list[Sentence] = []
    aside: list[Sentence] = []
    for place, cell in enumerate(cells, start=1):
        shown = cell if _NAMEABLE.fullmatch(cell) else say("column %(n)d", n=place)
        name = standard.other_fields.get(cell, cell)
        known = standard.fields.get(name)
        if not cell:
            name = ""
        elif name not in OWN and known is None:
            what = say("there is no such field in HTCDS %(version)s; mend or remove it.", version=standard.version)
            faults.append(_placed(1, shown, what))
            name = ""
        elif name in header:
            faults.append(_placed(1, shown, say("this column stands twice; keep one.")))
        elif known is not None and known.holds == "nothing":
            aside.append(say("%(field)s: the standard gives it no type.", field=name))
            name = ""
        elif known is not None and known.is_retired and not standard.retired[name]:
            aside.append(
                say(
                    "%(field)s: retired in HTCDS %(version)s, and nothing fixed took its place.",
                    field=name,
                    version=standard.version,
                )
            )
            name = ""
        header.append(name)
    return header, faults, aside


def _keep(row: Row, name: str, cell: str) -> None:
    if not cell:
        return
    if name in OWN:
        row.fields[name] = cell
        return
    kept, fault = READERS[htcds().fields[name].holds](cell, htcds().fields[name])
    if fault:
        row.fault(name, fault)
    else:
        row.fields[name] = kept


def _absorb_retired(row: Row) -> None:
    """The old tick box of consent is read as the new one, unless both are there and disagree."""
    for name, now in htcds().retired.items():
        if now and name in row.fields:
            old = row.fields.pop(name)
            if row.fields.setdefault(now, old) != old:
                row.fault(name, say("it says another thing than %(other)s; keep one of them.", other=now))


def _check(row: Row, known: Known) -> None:
    _one_of(row, "onrm_AgeBand", [band.value for band in AgeBand])
    _one_of(row, "onrm_District", known.districts)
    _one_of(row, "onrm_Place", known.places)
    _one_of(row, "onrm_Language", known.languages)
    _one_of(row, "onrm_Basis", ["consent", *known.duties])
    _one_of(row, "onrm_Told", ["yes", "not_yet"])
    _one_of(row, "onrm_List", known.lists)
    for name in ("onrm_SafeTonight", "onrm_NeedsDoctor"):
        _one_of(row, name, [answer.value for answer in Answer])
    for name in ("onrm_Agreed", "onrm_Declined"):
        if set(parts(row.get(name))) - known.purposes:
            row.fault(name, say("one of these is no purpose of this country."))
    if row.get("onrm_Reference") and not REFERENCE.fullmatch(row.get("onrm_Reference")):
        row.fault("onrm_Reference", say("write 8 to 54 letters, digits and dashes."))
    if row.get("onrm_BirthYear") and not re.fullmatch(r"(19|20)\d\d", row.get("onrm_BirthYear")):
        row.fault("onrm_BirthYear", say("write a year with four digits."))
    for name in ("onrm_NotKnown", "onrm_Withheld"):
        if set(parts(row.get(name))) - set(columns()):
            row.fault(name, say("one of these is no column of such a file."))
    _check_answers(row, known)
    _check_basis(row, known)


def _check_answers(row: Row, known: Known) -> None:
    if not row.get("onrm_Answers") and not row.get("onrm_List"):
        return
    if not row.get("onrm_List"):
        row.fault("onrm_List", say("answers need the list and its version, as in ilo-11.2026-1."))
        return
    questions = known.lists.get(row.get("onrm_List"), frozenset())
    for one in parts(row.get("onrm_Answers")):
        name, _, given = one.partition("=")
        if questions and (name not in questions or given not in list(Answer)):
            row.fault("onrm_Answers", say("write questions of the list with yes, no or not_known, as in ILO11-07=yes."))
            return


def _check_basis(row: Row, known: Known) -> None:
    basis = basis_of(row)
    if not basis:
        row.fault("con_Consent", say("the person did not agree or was not asked; name a duty to notify in onrm_Basis."))
    elif basis == "consent" and row.get("con_Consent") == "false":
        row.fault("con_Consent", say("it says no, and onrm_Basis says consent."))
    elif basis in known.duties:
        if not row.get("onrm_Told"):
            row.fault("onrm_Told", say("say whether the person was told of the duty: yes or not_yet."))
        elif row.get("onrm_AgeBand") and row.get("onrm_AgeBand") not in known.duties[basis]:
            row.fault("onrm_Basis", say("this duty does not apply at the person's age."))


def _one_of(row: Row, name: str, codes: Iterable[str]) -> None:
    if row.get(name) and row.get(name) not in codes:
        row.fault(name, say("this is not one of the codes that the service knows."))
        row.fields.pop(name)
