"""Deciding about what is kept: who may, what speaks against it, and what is left of a file afterwards."""

from datetime import timedelta

import pytest

from opennrm.access.actor import SYSTEM
from opennrm.access.country import today_here
from opennrm.audit.queries import trail
from opennrm.audit.verify import verify_all
from opennrm.identification.models import Opinion, Statement
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from opennrm.parties.models import Attributes, ContactRule, Identity
from opennrm.parties.queries import same_signs
from opennrm.referral.models import PossibleMatch
from opennrm.retention import actions
from opennrm.retention.models import Erasure
from opennrm.retention.rules.classes import CLASSES
from opennrm.retention.standing import due_files, erased_classes, erased_of
from opennrm.screening.models import Screening
from opennrm.vault.rules import Erased
from opennrm.workflow.models import ClockRun
from tests.factories import a_screening
from tests.retention.keeping import CANARY, LONG_AGO, a_closed_file, a_file, a_short_file, officer

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def erase(case, by, *, ground="period_over", classes=CLASSES):
    return actions.propose_erasure(case.file_code, classes, ground=ground, by=by)


def test_what_is_due_waits_for_a_person(office):
    case = a_closed_file(office)
    a_file(office)

    assert [one.file_code for one in due_files()] == [case.file_code]
    assert {one.rule.id for one in due_files()[0].dues} == {"not_identified", "not_identified_contact"}
    assert Identity.objects.get(person=case.person).name == CANARY


def test_each_class_is_due_after_its_own_period(office):
    case = a_closed_file(office, ago=timedelta())
    ended = due_files(now() + LONG_AGO)[0].ended_at

    for days, due in ((364, 0), (366, 1), (1824, 1), (1826, len(CLASSES))):
        assert sum(len(one.dues) for one in due_files(ended + timedelta(days=days))) == due, days
    assert case.file_code


def test_notes_that_were_never_sent_are_due_too(office):
    case = a_screening(office.inspector)
    Screening.unscoped.update(started_at=now() - timedelta(days=91), finished_at=None)

    assert [(one.file_code, one.outcome) for one in due_files()] == [(case.file_code, "never_sent")]


def test_an_erased_file_can_be_read_by_nobody_and_its_codes_stay(office):
    case = a_closed_file(office)
    Screening.unscoped.filter(file_code=case.file_code).update(district="borski", person_language="dz")

    done = erase(case, officer())

    assert done.state == "done"
    assert erased_of(case.file_code).ground == "period_over"
    assert not Identity.objects.filter(person=case.person).exists()
    assert not ContactRule.objects.filter(person=case.person).exists()
    assert same_signs(case.person) == []
    for row in (Statement.unscoped.get(), Opinion.objects.first()):
        with pytest.raises(Erased):
            _ = row.words if isinstance(row, Statement) else row.reasons
    known = Attributes.objects.filter(person=case.person)
    assert {(a.birth_year, a.citizenship, a.language) for a in known} == {(None, "", "")}
    assert known.get(superseded_at=None).sex == "female", "what is counted stays"
    screening = Screening.unscoped.get(file_code=case.file_code)
    assert (screening.district, screening.person_language) == ("south_east", "")
    assert due_files() == []
    assert verify_all() == []
    said = [(e.verb, e.by) for e in trail(done.ref)]
    assert [verb for verb, _ in said] == ["erasure.propose", "erasure.confirm"]


def test_a_part_that_is_erased_leaves_the_rest_readable(office):
    case = a_closed_file(office)

    erase(case, officer(), classes=["contact_and_whereabouts", "account_of_exploitation"])

    identity = Identity.objects.get(person=case.person)
    assert identity.name == CANARY
    with pytest.raises(Erased):
        _ = identity.contact
    with pytest.raises(Erased):
        _ = Statement.unscoped.get().words
    assert Opinion.objects.first().reasons
    assert Attributes.objects.get(person=case.person, superseded_at=None).birth_year == 1999
    assert erased_classes(case.file_code) == {"contact_and_whereabouts", "account_of_exploitation"}
    assert erased_of(case.file_code) is None
    assert "contact_and_whereabouts" not in {one.data_class for one in due_files()[0].dues}


def test_the_parts_together_are_everything(office):
    case, dpo = a_closed_file(office), officer()
    erase(case, dpo, classes=["contact_and_whereabouts"])

    erase(case, dpo, classes=[name for name in CLASSES if name != "contact_and_whereabouts"])

    assert erased_of(case.file_code) is not None
    assert Erasure.unscoped.latest("opened_at").classes == ""


def test_a_row_of_which_a_part_was_erased_can_still_be_saved(office):
    case = a_closed_file(office)
    erase(case, officer(), classes=["contact_and_whereabouts"])
    identity = Identity.objects.get(person=case.person)

    identity.name = "Uzor Drugi"
    identity.save()

    assert Identity.objects.get(person=case.person).name == "Uzor Drugi"


def test_two_persons_erase_the_file_of_an_identified_person(office):
    case, first = a_closed_file(office, outcome="identified"), officer()

    proposed = erase(case, first)

    assert proposed.state == "proposed"
    assert Identity.objects.get(person=case.person).name == CANARY
    with pytest.raises(NotAllowed, match="Somebody else confirms"):
        actions.confirm_erasure(proposed, by=first)
    actions.confirm_erasure(proposed, by=office.lead)
    assert erased_of(case.file_code) is not None
    assert (proposed.proposed_by, proposed.ended_by) == (first, office.lead)


def test_a_rejected_proposal_erases_nothing(office):
    case = a_closed_file(office, outcome="identified")
    proposed = erase(case, officer())

    actions.reject_erasure(proposed, by=office.lead)

    assert Identity.objects.get(person=case.person).name == CANARY
    assert erase(case, office.lead).state == "proposed", "it can be proposed again"


def test_a_hold_refuses_erasure_until_it_is_lifted_or_over(office):
    case, dpo = a_short_file(office), officer()
    held = actions.place_hold(case.file_code, reason="proceeding", words="", until=None, by=dpo)

    for attempt in (lambda: erase(case, dpo), lambda: erase(case, office.lead)):
        with pytest.raises(NotAllowed, match="A legal hold is in force"):
            attempt()
    assert due_files()[0].is_held
    actions.lift_hold(held, by=office.lead)
    with pytest.raises(NotAllowed, match="lifted already"):
        actions.lift_hold(held, by=dpo)
    assert erase(case, dpo).state == "done"


def test_a_hold_placed_after_the_proposal_stops_it(office):
    case = a_closed_file(office, outcome="identified")
    proposed = erase(case, officer())
    actions.place_hold(case.file_code, reason="complaint", words="", until=None, by=office.lead)

    with pytest.raises(NotAllowed, match="A legal hold is in force"):
        actions.confirm_erasure(proposed, by=office.lead)


def test_nothing_is_erased_while_the_work_goes_on(office):
    case = a_file(office)

    with pytest.raises(NotAllowed, match="The work on this file has not ended"):
        erase(case, officer())


def test_what_is_kept_on_is_due_again_when_that_is_over(office):
    case, dpo = a_short_file(office), officer()
    day = today_here() + timedelta(days=30)

    actions.keep_on(case.file_code, CLASSES, until=day, words="A claim may come.", by=dpo)

    assert due_files() == []
    assert len(due_files(now() + timedelta(days=32))[0].dues) == len(CLASSES)


def test_what_makes_no_sense_is_refused(office):
    code, by = a_short_file(office).file_code, officer()
    today = today_here()

    for act, said in (
        (lambda: actions.keep_on(code, CLASSES, until=today, words="x", by=by), "lies in the past"),
        (lambda: actions.keep_on(code, CLASSES, until=today, words=" ", by=by), "Give the reason"),
        (lambda: actions.keep_on(code, ["nothing"], until=today, words="x", by=by), "from the list"),
        (lambda: actions.place_hold(code, reason="whim", words="", until=None, by=by), "from the list"),
        (lambda: actions.propose_erasure(code, [], ground="period_over", by=by), "from the list"),
        (lambda: actions.propose_erasure(code, CLASSES, ground="whim", by=by), "from the list"),
    ):
        with pytest.raises(NotAllowed, match=said):
            act()


def test_only_those_decide_who_may(office):
    case = a_short_file(office)

    for nobody in (office.stranger, office.duty, office.members[0]):
        with pytest.raises(NotAllowed):
            erase(case, nobody)


# --- At her own request


def test_a_request_starts_the_clock_of_its_answer_and_is_granted(office):
    case, dpo = a_short_file(office), officer()

    asked = actions.request_erasure(case.person, by=office.lead, how="spoken")

    clock = ClockRun.objects.get(deadline="erasure_answer")
    assert clock.stopped_at is None
    with pytest.raises(NotAllowed, match="registered already"):
        actions.request_erasure(case.person, by=office.lead, how="written")
    actions.grant(asked, by=dpo)
    clock.refresh_from_db()
    assert clock.stopped_at is not None
    assert asked.state == "granted"
    assert erased_of(case.file_code).ground == "request"


def test_a_request_is_granted_in_part_with_the_reason(office):
    case, dpo = a_short_file(office), officer()
    asked = actions.request_erasure(case.person, by=SYSTEM, how="own_view")

    with pytest.raises(NotAllowed):
        actions.grant(asked, by=dpo, classes=["contact_and_whereabouts"])
    actions.grant(asked, by=dpo, classes=["contact_and_whereabouts"], reason="claim")

    assert (asked.state, asked.reason) == ("partly_granted", "claim")
    assert erased_classes(case.file_code) == {"contact_and_whereabouts"}


def test_a_request_is_refused_with_a_reason_and_another_can_follow(office):
    case, dpo = a_file(office), officer()
    asked = actions.request_erasure(case.person, by=office.lead, how="spoken")

    with pytest.raises(NotAllowed, match="has not ended"):
        actions.grant(asked, by=dpo)
    actions.refuse(asked, reason="open_work", words="We go on helping you.", by=dpo)

    assert asked.state == "refused"
    assert ClockRun.objects.get(deadline="erasure_answer").stopped_at is not None
    again = actions.request_erasure(case.person, by=office.lead, how="spoken")
    actions.withdraw(again, by=office.lead)
    assert again.state == "withdrawn"


def test_nobody_asks_for_what_is_erased(office):
    case, dpo = a_short_file(office), officer()
    erase(case, dpo)

    for attempt in (
        lambda: actions.request_erasure(case.person, by=office.lead, how="spoken"),
        lambda: actions.place_hold(case.file_code, reason="other", words="", until=None, by=dpo),
        lambda: erase(case, dpo),
    ):
        with pytest.raises(NotAllowed, match="erased"):
            attempt()
    assert PossibleMatch.unscoped.count() == 0


def test_granting_is_done_whole_or_not_at_all(office):
    case = a_closed_file(office, outcome="identified")
    asked = actions.request_erasure(case.person, by=office.lead, how="spoken")
    proposed = erase(case, officer())

    with pytest.raises(NotAllowed, match="is proposed already"):
        actions.grant(asked, by=office.lead)

    asked.refresh_from_db()
    assert asked.state == "received"
    assert ClockRun.objects.get(deadline="erasure_answer").stopped_at is None
    actions.reject_erasure(proposed, by=office.lead)
    actions.grant(asked, by=office.lead)
    with pytest.raises(NotAllowed, match="granted to the person"):
        actions.reject_erasure(Erasure.unscoped.get(state="proposed"), by=office.lead)
