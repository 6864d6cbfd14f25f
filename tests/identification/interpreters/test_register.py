from datetime import timedelta

import pytest

from opennrm.access.country import today_here
from opennrm.audit.queries import trail
from opennrm.identification.interpreters import actions, queries
from opennrm.identification.interpreters.actions import Registration, Tie
from opennrm.identification.rules.interpreters import Level, TieKind
from opennrm.kernel.codes import Sex
from opennrm.kernel.errors import NotAllowed
from tests.factories import staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]
SPEAKS = {"vi": Level.NATIVE, "en": Level.FLUENT}


def outside(**given):
    return Registration(**{"name": "Primer Lan", "languages": SPEAKS} | given)


def test_register_keeps_a_name_sealed_and_the_trail_a_code(office):
    tie = Tie(TieKind.CITIZENSHIP, country="vn")
    until = today_here() + timedelta(days=365)

    kept = actions.register(outside(sex=Sex.FEMALE, ties=[tie], vetted_until=until), by=office.lead)

    [found] = queries.interpreters(office.lead, language="vi")
    assert (found, found.called, found.vetted_until()) == (kept, "Primer Lan", until)
    assert [one.country for one in found.ties.all()] == ["VN"]
    assert [entry.verb for entry in trail(kept.ref)] == ["interpreter.register", "interpreter.vet"]
    assert "Primer" not in str([entry.facts for entry in trail(kept.ref)])
    assert queries.interpreters(office.lead, language="hi") == []


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"name": " "}, "one of the two"),
        ({"languages": {}}, "at least one language"),
        ({"languages": {"xx": Level.NATIVE}}, "of the list"),
        ({"vetted_until": today_here() - timedelta(days=2)}, "end in the future"),
    ],
)
def test_register_refuses_what_cannot_be(office, given, reason):
    with pytest.raises(NotAllowed, match=reason):
        actions.register(outside(**given), by=office.lead)

    assert queries.interpreters(office.lead) == []


def test_a_colleague_is_registered_once_and_not_beside_a_name(office):
    colleague = staff("interpreter")
    actions.register(Registration(SPEAKS, account=colleague), by=office.lead)

    with pytest.raises(NotAllowed, match="on the register already"):
        actions.register(Registration(SPEAKS, account=colleague), by=office.lead)
    with pytest.raises(NotAllowed, match="one of the two"):
        actions.register(outside(account=colleague), by=office.lead)


def test_vet_stands_beside_the_earlier_and_end_takes_off_the_list(office):
    kept = actions.register(outside(), by=office.lead)
    days = [today_here() + timedelta(days=n) for n in (100, 50)]
    for day in days:
        actions.vet(kept, day, by=office.lead)

    assert kept.vetted_until() == days[-1]
    assert kept.vettings.count() == 2

    actions.end(kept, by=office.lead)
    actions.end(kept, by=office.lead)

    assert queries.interpreters(office.lead) == []
    assert queries.interpreter(kept.code, office.lead) == kept
    assert [entry.verb for entry in trail(kept.ref)].count("interpreter.end") == 1


def test_only_who_keeps_the_register_writes_and_reads_it(office):
    kept = actions.register(outside(), by=office.lead)

    for act in (
        lambda: actions.register(outside(), by=office.stranger),
        lambda: actions.vet(kept, today_here(), by=office.stranger),
        lambda: actions.end(kept, by=office.stranger),
    ):
        with pytest.raises(NotAllowed, match="role does not include"):
            act()
    assert queries.interpreters(office.stranger) == []
    assert queries.interpreter(kept.code, office.stranger) is None
