"""watch.toml: how a file is opened in an emergency, and which readings an auditor looks at."""

from collections.abc import Mapping

from opennrm.profile.entries import Entry, Reading, by_id
from opennrm.profile.model import Access, Named, Role
from opennrm.profile.watch import EmergencyReason, Many, Watch

OPENS = "emergency.open"


def read_watch(reading: Reading, classes: Mapping[str, Named], roles: Mapping[str, Role]) -> Watch:
    """Read watch.toml. Exactly the roles with the letter R in a class of data may open a file in an emergency."""
    file = reading.file("watch.toml")
    emergency = file.entry("emergency")
    readings = file.entry("readings")
    watch = Watch(
        lasts=emergency.duration("lasts"),
        tries_an_hour=emergency.number("tries_an_hour", least=1, most=100),
        data_classes=emergency.texts("data_classes"),
        reasons={name: _reason(entry) for name, entry in by_id(file.entries("reason")).items()},
        expected=readings.texts("expected"),
        many=tuple(_many(entry, roles) for entry in file.entries("many")),
    )
    for entry in (emergency, readings):
        entry.finish()
    for name in watch.data_classes:
        if name not in classes:
            emergency.report(f'The class of data "{name}" is unknown.', "Use an id of [[data_class]] in roles.toml.")
    for role in roles.values():
        has_letter = Access.BREAK_GLASS in role.data_classes.values()
        if has_letter != (OPENS in role.permissions):
            file.report(
                f'The role "{role.id}" has the letter R or the permission {OPENS}, and not the other.',
                "Give both or neither in roles.toml.",
            )
    file.finish()
    return watch


def _reason(entry: Entry) -> EmergencyReason:
    reason = EmergencyReason(entry.id(), entry.label())
    entry.finish()
    return reason


def _many(entry: Entry, roles: Mapping[str, Role]) -> Many:
    many = Many(
        roles=entry.texts("roles", ()),
        in_a_day=entry.number("in_a_day", least=1),
        in_a_week=entry.number("in_a_week", least=1),
    )
    entry.finish()
    for name in many.roles:
        if name not in roles:
            entry.report(f'The role "{name}" is unknown.', "Use an id of [[role]] in roles.toml.")
    if many.in_a_week < many.in_a_day:
        entry.report("in_a_week is less than in_a_day.", "Give a number that is not less.")
    return many
