"""Single cells of the exchange standard: read as their field has it, with a sentence on what is wrong."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from opennrm.kernel.text import NOTHING, Sentence, say
from opennrm.profile.htcds import Field, htcds

LONGEST_WORDS = 20_000
_PHONE = re.compile(r"\+?[1-9]\d{1,14}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_EUROPEAN_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\.?")
_YES, _NO = {"true", "yes", "1", "da", "да"}, {"false", "no", "0", "ne", "не"}
# What a cell means as it is kept, and what is wrong with it.
_Read = tuple[str, Sentence]


def joined(parts: Iterable[str]) -> str:
    """Several values in one cell."""
    return "; ".join(parts)


def parts(text: str) -> list[str]:
    """The values of a cell that may hold several."""
    return [part.strip() for part in re.split(r"[;|\n]", text) if part.strip()]


def _text(cell: str, about: Field) -> _Read:
    if len(cell) <= LONGEST_WORDS:
        return cell, NOTHING
    return "", say("write at most %(n)d characters.", n=LONGEST_WORDS)


def _one_code(cell: str, about: Field) -> str | None:
    cell = htcds().other_codes.get((about.name, cell), cell)
    if about.codes:
        if cell in htcds().codes(about.name):
            return cell
        if about.name == "vic_ForcedLabourIndustry":  # a section's letter, or one of its finer tiers
            sections = {code[0]: code for code in about.codes}
            return sections.get(cell[:1]) if re.fullmatch(r"[A-U](\d{1,4})?", cell) else None
        return None
    if about.coded_by.startswith("ISO 3166"):
        return cell.upper() if _COUNTRY.fullmatch(cell.upper()) else None
    return cell.lower() if _LANGUAGE.fullmatch(cell.lower()) else None


def _code(cell: str, about: Field) -> _Read:
    if found := _one_code(cell, about):
        return found, NOTHING
    return "", say("this is not one of its codes%(which)s.", which=_which(about))


def _codes(cell: str, about: Field) -> _Read:
    found = [_one_code(part, about) for part in parts(cell.replace(",", ";") if about.coded_by else cell)]
    if None in found:
        which = _which(about)
        return "", say("one of these is not one of its codes%(which)s; several stand with ; between them.", which=which)
    order = htcds().codes(about.name)
    kept = [code for code in dict.fromkeys(found) if code]
    return joined(sorted(kept, key=order.index) if order else kept), NOTHING


def _which(about: Field) -> str:
    return f" ({about.coded_by})" if about.coded_by else ""


def _day(cell: str, about: Field) -> _Read:
    european = _EUROPEAN_DAY.fullmatch(cell)
    try:
        parts = [int(part) for part in european.groups()[::-1]] if european else []
        day = date(*parts) if parts else date.fromisoformat(cell[:10])
    except ValueError:
        return "", say("this is not a day; write it as 2009-03-31.")
    return day.isoformat(), NOTHING


def _number(cell: str, about: Field) -> _Read:
    try:
        number = float(cell.replace(",", "."))
    except ValueError:
        return "", say("this is not a number.")
    if abs(number) > 10_000:  # also what is no number or has no end
        return "", say("this number cannot be.")
    return (str(int(number)) if number == int(number) else repr(number)), NOTHING


def _yes_no(cell: str, about: Field) -> _Read:
    if cell.casefold() in _YES | _NO:
        return ("true" if cell.casefold() in _YES else "false"), NOTHING
    return "", say("write true or false.")


def _telephone(cell: str, about: Field) -> _Read:
    digits = re.sub(r"[\s()/.-]", "", cell)
    if _PHONE.fullmatch(digits):
        return digits, NOTHING
    return "", say("write it as +381601234567 (E.164).")


READERS: Mapping[str, Callable[[str, Field], _Read]] = {
    "text": _text,
    "long_text": _text,
    "organisation": _text,
    "staff": _text,
    "code": _code,
    "codes": _codes,
    "date": _day,
    "number": _number,
    "yes_no": _yes_no,
    "telephone": _telephone,
}
