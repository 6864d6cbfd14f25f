"""hotline.toml: whom to call in danger and what to do first, what calls are about, how long their notes are kept."""

from opennrm.profile.entries import Entry, Reading, by_id
from opennrm.profile.model import CallSubject, Certainty, EmergencyNumber, Hotline
from opennrm.profile.sections.country import read_named


def read_hotline(reading: Reading) -> Hotline:
    """Read hotline.toml. Every number and every subject names where it is from."""
    file = reading.file("hotline.toml")
    hotline = Hotline(
        emergency_numbers=tuple(_number(entry) for entry in by_id(file.entries("emergency")).values()),
        protocol=tuple(read_named(file.entries("in_danger")).values()),
        subjects={name: _subject(entry) for name, entry in by_id(file.entries("subject")).items()},
        notes_kept_days=file.number("notes_kept_days", least=1, most=3650),
    )
    file.finish()
    return hotline


def _number(entry: Entry) -> EmergencyNumber:
    number = EmergencyNumber(
        id=entry.id(),
        number=entry.text("number"),
        label=entry.label(),
        certainty=entry.choice("certainty", Certainty),
        source=entry.text("source"),
    )
    entry.finish()
    return number


def _subject(entry: Entry) -> CallSubject:
    subject = CallSubject(
        id=entry.id(), label=entry.label(), is_set_aside=entry.flag("set_aside"), source=entry.text("source")
    )
    entry.finish()
    return subject
