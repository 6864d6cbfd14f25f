"""Pages of the notices."""

from datetime import timedelta

import pytest
from django.urls import reverse

from opennrm.access.actions import block
from opennrm.desk.notices import listed
from opennrm.kernel.clock import now
from opennrm.referral.actions import acknowledge
from opennrm.workflow.models import Notice
from opennrm.workflow.queries import notices, notices_waiting
from tests.duty.visiting import visitor, words
from tests.factories import a_referral, staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_notices_are_opened_read_and_counted(office):
    sent = a_referral(office.inspector)
    client = visitor(office.duty)
    [notice] = notices(office.duty)
    assert notices_waiting(office.duty) == 1
    shown = words(client.get(reverse("notices")))
    assert "Something waits in a referral" in shown
    assert "Referral received" not in shown
    assert sent.code in shown
    assert "1 waiting" in shown
    assert "<title>Notices</title>" in shown

    opened = client.post(reverse("notices"), {"open": notice.pk})

    assert opened["Location"] == reverse("referral:detail", args=[sent.code])
    assert notices_waiting(office.duty) == 0


def test_what_one_colleague_takes_over_waits_for_no_other(office):
    second = staff("centre_intake_officer", "second")
    sent = a_referral(office.inspector)
    [notice] = notices(second)

    acknowledge(sent, by=office.duty)

    assert notices(second, unread_only=False) == []
    assert visitor(second).post(reverse("notices"), {"open": notice.pk}).status_code == 404


def test_a_notice_of_a_file_that_one_may_not_meet_any_more_is_not_there(office):
    case = office.case_with_panel()
    member = office.members[0]
    [notice] = notices(member)
    client = visitor(member)
    assert case.decision.code in words(client.get(reverse("notices")))

    block(case.file_code, member, reason="relative", by=office.duty)

    assert case.decision.code not in words(client.get(reverse("notices")))
    for field in ("open", "read"):
        assert client.post(reverse("notices"), {field: notice.pk}).status_code == 404
    assert Notice.objects.get(pk=notice.pk).read_at is None


@pytest.mark.parametrize("key", ["", "0", "x", "-1", "²", "9" * 30, "\0"])
def test_a_notice_that_never_was_has_no_page(office, key):
    a_referral(office.inspector)

    assert visitor(office.duty).post(reverse("notices"), {"read": key}).status_code == 404
    assert visitor(office.inspector).post(reverse("notices"), {"read": notices(office.duty)[0].pk}).status_code == 404


def test_all_are_read_up_to_the_moment_at_which_the_page_was_made(office):
    a_referral(office.inspector)
    seen_at = now()
    a_referral(office.inspector)
    client = visitor(office.duty)

    client.post(reverse("notices"), {"all": seen_at.isoformat()})
    assert notices_waiting(office.duty) == 1
    client.post(reverse("notices"), {"all": "soon"})
    assert notices_waiting(office.duty) == 1
    client.post(reverse("notices"), {"all": (now() + 9 * DAY).isoformat()})
    assert notices_waiting(office.duty) == 0


def test_second_page_of_notices_goes_on_where_the_first_ended(office, monkeypatch):
    monkeypatch.setattr("opennrm.desk.notices.PAGE", 2)
    for _ in range(5):
        a_referral(office.inspector)

    seen, after = [], ""
    for _ in range(3):
        page = listed(office.duty, after=after)
        seen += [line.about for line in page.lines]
        after = page.after

    assert len(set(seen)) == 5
    assert after == ""


@pytest.mark.parametrize(
    "after", ["x", "\0", "0001-01-01T00:00:00+14:00_1", "2026-01-01_²", f"2026-01-01T00:00:00_{'9' * 40}"]
)
def test_a_page_after_a_moment_that_never_was_is_a_page(office, after):
    for name in ("notices", "clocks"):
        assert (
            visitor(office.duty).get(reverse(name), {"after": after, "show": "\0", "deadline": "\0"}).status_code == 200
        )


def test_the_shell_counts_with_one_query(office, django_assert_num_queries):
    a_referral(office.inspector)
    from opennrm.access.queries import permissions

    permissions(office.duty)
    with django_assert_num_queries(1):
        assert notices_waiting(office.duty) == 1
