"""From a reading to the auditor's list, and what becomes of it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from opennrm.access.actions import appoint, block, grant, register_agency
from opennrm.access.actor import SYSTEM
from opennrm.access.queries import account_named
from opennrm.audit.actions import gathered, record_reading
from opennrm.audit.queries import trail
from opennrm.identification.models import Signal
from opennrm.identification.watch.actions import look, mark_public, say_known_in, settle, unmark_public
from opennrm.identification.watch.queries import signals
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.errors import NotAllowed
from opennrm.screening.models import Screening
from opennrm.workflow.actions import read_file
from tests.factories import staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def auditor():
    return staff("auditor", "auditor")


@pytest.fixture
def case(office):
    """A case of a person met in Bor."""
    found = office.case()
    Screening.unscoped.filter(pk=found.referral.screening_id).update(district="borski")
    return found


def let_in(case, account):
    grant(case.file_code, account, classes=["protection_plan"], purpose="protection", by=SYSTEM)
    return account


def kinds():
    return list(Signal.objects.order_by("kind").values_list("kind", flat=True))


def test_a_reading_in_the_own_town_is_found_once_and_its_count_grows(office, case):
    reader = let_in(case, staff("ngo_case_worker", "helper"))
    say_known_in(reader, ["borski", "nowhere"])
    read_file(case, by=reader, purpose="case")
    read_file(case, by=office.lead, purpose="case")

    assert (look(), look()) == (1, 0)
    read_file(case, by=reader, purpose="case")
    assert look() == 0

    found = Signal.objects.get()
    assert (found.kind, found.account, found.file_code, found.count) == ("own_town", reader, case.file_code, 2)


def test_the_town_of_ones_office_counts_as_ones_own(case):
    reader = let_in(case, staff("ngo_case_worker", "helper"))
    appoint(reader, register_agency(kind="ngo", name="Uzor", place="Bor", by=SYSTEM), "ngo_case_worker", by=SYSTEM)
    reader = account_named("helper")
    read_file(case, by=reader, purpose="case")

    look()

    assert kinds() == ["own_town"]


def test_a_case_in_the_public_eye_is_looked_at_while_it_is_marked(office, case):
    reader = let_in(case, staff("ngo_case_worker", "helper"))
    with pytest.raises(NotAllowed, match="role does not include"):
        mark_public(case, words="In every paper.", by=reader)
    with pytest.raises(NotAllowed, match="Give the reason"):
        mark_public(case, words=" ", by=office.lead)
    mark_public(case, words="In every paper.", by=office.lead)
    with pytest.raises(NotAllowed, match="marked already"):
        mark_public(case, words="Again.", by=office.lead)
    read_file(case, by=reader, purpose="case")
    read_file(case, by=office.lead, purpose="case")
    look()
    assert kinds() == ["public_eye"]

    unmark_public(case, by=office.lead)
    with pytest.raises(NotAllowed, match="not marked"):
        unmark_public(case, by=office.lead)
    read_file(case, by=let_in(case, staff("ngo_case_worker", "another")), purpose="case")
    look()
    assert kinds() == ["public_eye"]


def test_many_files_in_a_day_are_found_by_the_countrys_numbers(office):
    with gathered():
        for number in range(11):
            record_reading(f"file:F{number}", by=office.stranger.ref, purpose="case")
        for number in range(20):
            record_reading(f"file:F{number}", by=office.lead.ref, purpose="case")
    look()

    found = Signal.objects.get()
    assert (found.kind, found.account, found.count, found.file_code) == ("many_a_day", office.stranger, 11, "")


def test_whoever_is_kept_out_and_asks_for_a_page_is_noticed_and_learns_nothing(office, case, client):
    block(case.file_code, office.stranger, reason="relative", by=SYSTEM)
    client.force_login(office.stranger)

    refused = client.get(reverse("case", args=[case.code]))
    unknown = client.get(reverse("case", args=["2222-2222"]))
    client.get(reverse("referral:detail", args=[case.referral.code]))
    client.get(reverse("decision:give_opinion", args=[case.decision.code]))

    assert (refused.status_code, refused.content) == (404, unknown.content)
    assert [e.verb for e in trail(f"file:{case.file_code}")].count("block.try") == 3
    look()
    found = Signal.objects.get()
    assert (found.kind, found.account, found.count) == ("kept_out", office.stranger, 3)


def test_settling_needs_an_outcome_a_reason_and_somebody_else(office, auditor, case):
    let_in(case, auditor)
    say_known_in(auditor, ["borski"])
    reader = let_in(case, staff("ngo_case_worker", "helper"))
    say_known_in(reader, ["borski"])
    for who in (auditor, reader):
        read_file(case, by=who, purpose="case")
    look()
    own, other = Signal.objects.get(account=auditor), Signal.objects.get(account=reader)

    with pytest.raises(NotAllowed, match="your own reading"):
        settle(own, outcome="in_order", words="It was me.", by=auditor)
    with pytest.raises(NotAllowed, match="role does not include"):
        settle(other, outcome="in_order", words="Fine.", by=office.lead)
    with pytest.raises(NotAllowed, match="Choose what"):
        settle(other, outcome="ignored", words="Fine.", by=auditor)
    with pytest.raises(NotAllowed, match="Give the reason"):
        settle(other, outcome="asked", words="", by=auditor)
    settle(other, outcome="asked", words="She brings food there.", by=auditor)
    with pytest.raises(NotAllowed, match="already"):
        settle(other, outcome="in_order", words="Again.", by=auditor)

    assert [one.signal for one in signals(auditor).signals] == [own]
    assert [one.signal for one in signals(auditor, settled=True).signals] == [other]
    assert [e.verb for e in trail(other.ref)] == ["signal.find", "signal.settle"]
    with frozen(now() + timedelta(days=1)):
        read_file(case, by=reader, purpose="case")
        look()
    assert Signal.objects.filter(account=reader, settled_at=None, count=1).count() == 1


def test_the_auditors_pages_show_codes_and_counts_and_no_content(office, auditor, case, client):
    reader = let_in(case, staff("ngo_case_worker", "helper"))
    say_known_in(reader, ["borski"])
    read_file(case, by=reader, purpose="case")
    look()
    client.force_login(auditor)

    page = client.get(reverse("readings"))
    assert page.status_code == 200
    shown = page.content.decode()
    assert case.file_code in shown
    assert reader.name in shown
    assert client.get(reverse("readings"), {"show": "settled", "kind": "own_town", "after": "x"}).status_code == 200
    code = Signal.objects.get().code
    wrong = client.post(reverse("reading:settle", args=[code]), {"outcome": "asked", "words": ""})
    assert wrong.status_code == 400
    right = client.post(reverse("reading:settle", args=[code]), {"outcome": "asked", "words": "In order."})
    assert right.status_code == 302
    assert client.get(reverse("reading:settle", args=[code])).status_code == 404
    for other in (office.lead, office.stranger):
        client.force_login(other)
        assert client.get(reverse("readings")).status_code == 404


def test_a_lead_marks_a_case_and_staff_say_where_they_are_known_on_pages(office, case, client):
    client.force_login(office.lead)
    page = reverse("case:mark_public", args=[case.code])
    assert client.post(page, {"words": "A film is made of it."}).status_code == 302
    assert "A film is made of it." in client.get(reverse("case:team", args=[case.code])).content.decode()
    assert client.post(page, {"key": "1"}).status_code == 302
    assert client.post(reverse("known_in"), {"key": "1", "districts": ["borski"]}).status_code == 302
    assert client.post(reverse("known_in"), {"key": "1", "districts": ["atlantis"]}).status_code == 400
    assert 'value="borski"' in client.get(reverse("known_in")).content.decode()
