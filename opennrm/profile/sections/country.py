"""country.toml and codes.toml: the country's name, languages, time, places, and its words for the kernel's codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from opennrm.kernel import codes
from opennrm.kernel.clock import Calendar
from opennrm.kernel.label import CYRILLIC, LATIN, Label
from opennrm.profile.entries import Entry, Reading, by_id
from opennrm.profile.holidays import HolidayRule, Holidays
from opennrm.profile.model import Language, Named

WORDED: tuple[type[StrEnum], ...] = (
    codes.FormOfExploitation,
    codes.Sex,
    codes.AgeBand,
    codes.CountingUnit,
    codes.Outcome,
    codes.Answer,
    codes.Element,
    codes.Finding,
    codes.Strength,
    codes.CitizenshipGroup,
    codes.SiteKind,
    codes.Sector,
    codes.BusinessKind,
    codes.NotScreened,
    codes.NotTalked,
)


@dataclass(frozen=True, slots=True)
class Country:
    """What country.toml says."""

    code: str
    name: Label
    languages: tuple[Language, ...]
    person_languages: tuple[Language, ...]
    currency: str
    calendar: Calendar
    districts: Mapping[str, Named]
    regions: Mapping[str, Named]
    region_of: Mapping[str, str]


def read_country(reading: Reading) -> Country:
    """Read country.toml. Sets the languages in which all other files must be labelled."""
    file = reading.file("country.toml")
    code = file.id("code")
    languages = tuple(_language(entry) for entry in file.entries("language"))
    reading.languages = tuple(language.code for language in languages if not language.derived_from)
    if file.has("language") and "en" not in reading.languages:
        file.report("English is missing among the languages.", 'Add [[language]] code = "en", name = "English".')
    regions = read_named(file.entries("region", required=False))
    districts, region_of = _districts(file, regions)
    country = Country(
        code=code,
        name=file.label("name"),
        languages=languages,
        person_languages=tuple(_language(entry) for entry in file.entries("person_language", required=False)),
        currency=file.text("currency"),
        calendar=_calendar(file),
        districts=districts,
        regions=regions,
        region_of=region_of,
    )
    file.finish()
    return country


def _districts(file: Entry, regions: Mapping[str, Named]) -> tuple[dict[str, Named], dict[str, str]]:
    """The districts, and the region of each. Where regions are named, every district lies in one."""
    districts, region_of = {}, {}
    for name, entry in by_id(file.entries("district")).items():
        region = entry.text("region", "")
        districts[name] = _named(entry)
        if region and region not in regions:
            entry.report(f'The region "{region}" is unknown.', "Add it as [[region]], or mend the name.")
        elif regions and not region:
            entry.report("It lies in no region.", 'Add region = "...", the id of a [[region]].')
        elif region in districts:
            entry.report(f'The region "{region}" is called like a district.', "Give it an id of its own.")
        elif region:
            region_of[name] = region
    return districts, region_of


def read_words(reading: Reading) -> Mapping[str, Mapping[str, Label]]:
    """Read codes.toml: a label for every member of every code whose meaning the kernel fixes."""
    file = reading.file("codes.toml")
    words = {}
    for codes_of in WORDED:
        entry = file.entry(codes_of.__name__)
        words[codes_of.__name__] = {code.value: entry.label(code.value) for code in codes_of}
        entry.finish()
    file.finish()
    return words


def read_named(entries: list[Entry]) -> dict[str, Named]:
    """Entries that are an id and a label and nothing more."""
    return {name: _named(entry) for name, entry in by_id(entries).items()}


def _named(entry: Entry) -> Named:
    named = Named(entry.id(), entry.label())
    entry.finish()
    return named


def _language(entry: Entry) -> Language:
    language = Language(entry.text("code"), entry.text("name"), entry.text("derived_from", ""))
    derived = (language.code.lower(), language.derived_from.lower())
    if language.derived_from and derived != (LATIN, CYRILLIC):
        entry.report(
            f"{language.code} cannot be derived from {language.derived_from}.",
            "Only sr-Latn is derived, from sr-Cyrl: leave derived_from out and give labels.",
        )
    entry.finish()
    return language


def _calendar(file: Entry) -> Calendar:
    weekend = frozenset(_weekdays(file, "days_of_rest"))
    rules = tuple(_holiday(entry) for entry in file.entries("holiday", required=False))
    try:
        zone = ZoneInfo(file.text("zone", "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        file.report(f'The time zone "{file.table["zone"]}" is unknown.', 'Use a name such as "Europe/Belgrade".')
        zone = ZoneInfo("UTC")
    if not file.has("zone"):
        file.report('"zone" is missing.', 'Add zone = "Europe/Belgrade", or another name of the tz database.')
    return Calendar(zone, Holidays(rules, weekend), weekend)


_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _weekdays(entry: Entry, key: str, default: tuple[str, ...] | None = None) -> list[int]:
    days = entry.texts(key, default)
    for day in days:
        if day not in _DAYS:
            entry.report(f'{key} holds "{day}".', f"Use: {', '.join(_DAYS)}.")
    return [_DAYS.index(day) for day in days if day in _DAYS]


def _holiday(entry: Entry) -> HolidayRule:
    easter = entry.one_of("easter", ("", "orthodox", "western"), "")
    rule = HolidayRule(
        month=entry.number("month", 0 if easter else None, most=12),
        day=entry.number("day", 0 if easter else None, most=31),
        easter=easter,
        from_easter=entry.number("from_easter", 0, least=-60, most=60),
        days=entry.number("days", 1, least=1, most=31),
        moved_from=frozenset(_weekdays(entry, "moved_from", ())),
        first_year=entry.number("first_year", date.min.year),
        last_year=entry.number("last_year", date.max.year),
    )
    entry.label()
    entry.finish()
    if not easter:
        try:
            date(2023, rule.month, rule.day)
        except ValueError:
            entry.report(f"{rule.day}.{rule.month}. is no day of every year.", "Mend month and day.")
            return HolidayRule(month=1, day=1, days=0)
    return rule
