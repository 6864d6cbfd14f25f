"""What is due is found beforehand; the list reads one page of it, however many files there are."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opennrm.access.actions import block
from opennrm.access.actor import SYSTEM
from opennrm.access.country import today_here
from opennrm.desk.ticking import act
from opennrm.kernel.clock import now
from opennrm.retention import actions, looking, queries
from opennrm.retention.looking import EVERY, look_for_due
from opennrm.retention.models import FoundDue, LookedForDue
from opennrm.retention.queries import due_for
from opennrm.retention.rules.classes import CLASSES
from tests.house.walk import Visitor
from tests.retention.keeping import LONG_AGO, a_short_file, ended, officer

pytestmark = [pytest.mark.django_db, pytest.mark.both]
HOUR = timedelta(hours=1)


def short_files(office, count):
    return [ended(a_short_file(office), ago=LONG_AGO - n * HOUR) for n in range(count)]


def codes(viewer, after=""):
    return [file.file_code for file in due_for(viewer, after=after).files]


def test_all_files_are_looked_through_every_six_hours(office):
    case = a_short_file(office)
    act()

    assert FoundDue.objects.get().file_code == case.file_code
    assert look_for_due(now() + EVERY - HOUR) is None
    assert look_for_due(now() + EVERY + HOUR) == 1


def test_who_fails_lets_the_next_one_look(office, monkeypatch):
    a_short_file(office)

    def fail(_at):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(looking, "due_files", fail)
        with pytest.raises(RuntimeError):
            look_for_due()

    assert LookedForDue.objects.get().done_at is None
    assert look_for_due() == 1


def test_the_list_says_the_same_before_and_after_it_was_found(office):
    dpo = officer()
    cases = short_files(office, 3)
    before = codes(dpo)

    look_for_due()

    assert before == codes(dpo) == [case.file_code for case in cases]
    assert due_for(dpo).count == 3


@pytest.mark.parametrize("was_found", [False, True])
def test_page_after_page_shows_each_file_once(office, monkeypatch, was_found):
    monkeypatch.setattr(queries, "MOST", 2)
    dpo = officer()
    cases = short_files(office, 5)
    if was_found:
        look_for_due()

    pages, after = [], ""
    while not pages or after:
        listed = due_for(dpo, after=after)
        pages.append([file.file_code for file in listed.files])
        after = listed.after

    assert [len(page) for page in pages] == [2, 2, 1]
    assert [code for page in pages for code in page] == [case.file_code for case in cases]
    for wrong in ("x", "_", "2026-01-01_AAAA", f"{now().isoformat()}_x", "9" * 500):
        assert codes(dpo, after=wrong) == pages[0]


def test_what_was_decided_since_is_gone_at_once(office):
    dpo = officer()
    erased, kept, reopened = short_files(office, 3)
    look_for_due()

    actions.propose_erasure(erased.file_code, CLASSES, ground="period_over", by=dpo)
    until = today_here() + timedelta(days=31)
    actions.keep_on(kept.file_code, CLASSES, until=until, words="A proceeding.", by=dpo)
    type(reopened).unscoped.filter(pk=reopened.pk).update(state="open")

    assert codes(dpo) == []
    assert due_for(dpo).count == 1, "counted until it is looked through again"
    assert look_for_due(now() + EVERY + HOUR) == 0


@pytest.mark.parametrize("was_found", [False, True])
def test_who_is_kept_out_is_not_shown_the_file(office, was_found):
    dpo = officer()
    hidden, seen = short_files(office, 2)
    block(hidden.file_code, dpo, reason="relative", by=SYSTEM)
    if was_found:
        look_for_due()

    assert codes(dpo) == [seen.file_code]
    assert due_for(dpo).count == 1
    assert due_for(office.inspector).files == []


def test_the_page_asks_the_database_as_often_for_ten_files_as_for_two(office):
    dpo = Visitor(officer(), [])
    asked = {}
    for count in (2, 10):
        short_files(office, count - FoundDue.objects.count())
        look_for_due(now() + count * EVERY)
        dpo.page("retention")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            shown = dpo.page("retention").content.decode()
        asked[count] = len(captured)
        assert shown.count("due since") == count

    assert asked[2] == asked[10]
