"""What waits, for whom, and in which order."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Q

from opennrm.desk.worklist import worklist
from opennrm.kernel.clock import frozen, now
from opennrm.referral.queries import inbox
from tests.factories import a_referral

pytestmark = pytest.mark.django_db


def test_worklist_is_ordered_by_the_clock_alone(office):
    at = now()
    for hours in (3, 30, 12):
        with frozen(at + timedelta(hours=hours)):
            a_referral(office.inspector)

    with frozen(at + timedelta(hours=34)):
        listed = worklist(office.duty)

    due = [line.due_at for line in listed.lines]
    assert due == sorted(due)
    assert (len(due), listed.missed, listed.running) == (3, 1, 2)


def test_what_waits_at_the_intake_is_seen_by_the_intake_only(office):
    a_referral(office.inspector)

    assert len(worklist(office.duty).lines) == 1
    assert worklist(office.lead).lines == []
    assert worklist(office.members[0]).lines == []


def test_counts_of_the_filters_are_those_of_the_lines(office):
    a_referral(office.inspector)
    office.case()
    listed = worklist(office.duty)

    assert listed.filters[0]["count"] == len(listed.lines)
    assert [f["count"] for f in listed.filters[1:]] == [0, 0, 1]


def test_a_count_that_ends_early_says_that_there_are_more(office, monkeypatch):
    monkeypatch.setattr("opennrm.desk.worklist.COUNTED", 2)
    for _ in range(3):
        a_referral(office.inspector)

    assert [f["count"] for f in worklist(office.duty).filters] == ["2+", "0+", "0+", "2+"]


def test_no_page_of_the_inbox_is_sorted_or_counted_from_the_beginning(office):
    """The rows come in the order of an index that holds only what waits, however many there are."""
    waiting = inbox(office.duty)
    if connection.vendor == "postgresql":  # with four rows it would rather sort than use any index
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_incremental_sort = off")
    plan = waiting.filter(Q(received_at__gt=now()) | Q(id__gt=uuid4()), received_at__gte=now()).explain()

    expected = {
        "sqlite": "referral_waiting (to_agency_id=? AND received_at>?)",
        "postgresql": "using referral_waiting on referral_referral",
    }
    assert expected[connection.vendor] in plan
    assert "ORDER BY" not in plan
    assert "Sort" not in plan


def test_second_page_goes_on_where_the_first_ended(office, monkeypatch):
    monkeypatch.setattr("opennrm.desk.worklist.PAGE", 2)
    for _ in range(5):
        a_referral(office.inspector)

    seen, after = [], ""
    for _ in range(3):
        page = worklist(office.duty, after=after)
        seen += [line.code for line in page.lines]
        after = page.after

    assert len(set(seen)) == 5
    assert after == ""
