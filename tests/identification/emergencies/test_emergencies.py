"""Opening a file in an emergency: who may, who is told, what it opens, and the second look."""

from datetime import timedelta

import pytest
from django.urls import reverse

from opennrm.access.actions import appoint, block, name_head, set_work_address
from opennrm.access.actor import SYSTEM
from opennrm.access.models import Grant
from opennrm.access.queries import may
from opennrm.audit.queries import trail
from opennrm.desk.mail import worded
from opennrm.duty.actions import deliver
from opennrm.identification.emergencies.actions import break_glass, classes_in_emergency, end_early, review
from opennrm.identification.emergencies.queries import emergency, listed, open_now
from opennrm.identification.models import Emergency
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.public_code import new_code
from opennrm.workflow.models import Notice
from tests.factories import a_referral, an_agency, staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def duty_of_night(office):
    """A case manager who works on none of the files, and who looks at emergencies."""
    staff("data_protection_officer", "protector")
    return staff("centre_case_manager", "night")


def opened(record, by, reason="danger_to_life", words="A call at night: he stands at the door."):
    return break_glass(record.code, reason=reason, words=words, by=by)


def test_break_glass_opens_the_file_for_hours_and_tells_the_lead_the_head_and_who_looks_at_it(office, duty_of_night):
    case = office.case()
    head = staff("centre_intake_officer", "head")
    name_head(an_agency("centre"), head, by=SYSTEM)
    set_work_address(head, "head@example.org", by=SYSTEM)

    made = opened(case, duty_of_night)

    assert may(duty_of_night, "case.read", case)
    assert {one.account.sign_in for one in Notice.objects.filter(verb="emergency.open")} == {
        "lead",
        "head",
        "protector",
    }
    assert made.told == 3
    assert "case.open_in_emergency" in [entry.verb for entry in trail(case.ref)]
    assert deliver(worded).sent == 1
    with frozen(now() + timedelta(hours=7, minutes=59)):
        assert may(duty_of_night, "case.read", case)
    with frozen(now() + timedelta(hours=8, minutes=1)):
        assert not may(duty_of_night, "case.read", case)
        assert open_now(duty_of_night) == []


def test_an_emergency_opens_what_saves_a_life_and_no_step(office, duty_of_night):
    case = office.case()

    opened(case, duty_of_night)

    allowed = {"case.read", "case.help", "screening.read", "identity.reveal", "referral.read", "decision.read"}
    for permission in ("case.lead", "case.decide", "grant.give", "block.set", "statement.read", "team.read", *allowed):
        assert may(duty_of_night, permission, case) is (permission in allowed), permission
    held = Grant.objects.get(purpose="break_glass")
    assert sorted(held.classes.values_list("data_class", flat=True)) == classes_in_emergency(duty_of_night)
    assert "shelter_address" in classes_in_emergency(duty_of_night)
    assert "identification_opinions" not in classes_in_emergency(duty_of_night)


def test_a_referral_that_nobody_took_over_can_be_opened_too(office, duty_of_night):
    sent = a_referral(office.inspector)

    made = opened(sent, duty_of_night)

    assert made.subject == sent.ref
    assert may(duty_of_night, "referral.read", sent)


def test_a_wrong_code_an_unknown_one_and_a_file_one_is_kept_out_of_are_answered_alike(office, duty_of_night, client):
    case = office.case()
    block(case.file_code, duty_of_night, reason="relative", by=SYSTEM)
    client.force_login(duty_of_night)
    answers = []
    for code in ("2222-2223", new_code(), case.code):
        sent = {"code": code, "reason": "danger_to_life", "words": "Now."}
        answer = client.post(reverse("emergency_open"), sent)
        assert answer.status_code == 400
        answers.append([error for errors in answer.context["form"].errors.values() for error in errors])

    assert answers[0] == answers[1] == answers[2] != []
    assert not Emergency.objects.exists()
    assert [e.verb for e in trail(f"file:{case.file_code}")].count("block.try") == 1
    assert len([e for e in trail(duty_of_night.ref) if e.verb == "emergency.try"]) == 3


def test_after_too_many_wrong_codes_even_the_right_one_opens_nothing_for_an_hour(office, duty_of_night):
    case = office.case()
    for _ in range(5):
        with pytest.raises(NotAllowed, match="no file with this code"):
            break_glass(new_code(), reason="danger_to_life", words="Now.", by=duty_of_night)

    with pytest.raises(NotAllowed, match="Too many codes"):
        opened(case, duty_of_night)
    with frozen(now() + timedelta(minutes=61)):
        assert opened(case, duty_of_night).code


def test_who_may_not_open_files_so_is_refused(office, duty_of_night):
    case = office.case()

    for account in (office.stranger, office.duty, office.inspector):
        with pytest.raises(NotAllowed, match="role does not include"):
            opened(case, account)
    with pytest.raises(NotAllowed, match="open to you already"):
        opened(case, office.lead)
    with pytest.raises(NotAllowed, match="Choose the reason"):
        opened(case, duty_of_night, reason="curiosity")
    with pytest.raises(NotAllowed, match="Write in a line"):
        opened(case, duty_of_night, words="  ")


def test_nobody_opens_a_file_of_which_nobody_could_be_told(office):
    alone = staff("centre_case_manager", "alone")
    sent = a_referral(office.inspector)

    with pytest.raises(NotAllowed, match="Nobody could be told"):
        opened(sent, alone)


def test_somebody_else_says_once_whether_it_was_justified(office, duty_of_night):
    made = opened(office.case(), duty_of_night)
    protector = staff("data_protection_officer", "second")
    appoint(duty_of_night, an_agency("oversight"), "data_protection_officer", by=SYSTEM)
    both = type(duty_of_night).objects.get(pk=duty_of_night.pk)

    with pytest.raises(NotAllowed, match="not the one who opened"):
        review(made, verdict="justified", words="I was right.", by=both)
    with pytest.raises(NotAllowed, match="role does not include"):
        review(made, verdict="justified", words="Yes.", by=office.lead)
    with pytest.raises(NotAllowed, match="Choose whether"):
        review(made, verdict="perhaps", words="Hm.", by=protector)
    with pytest.raises(NotAllowed, match="Give the reason"):
        review(made, verdict="justified", words="", by=protector)
    done = review(made, verdict="not_justified", words="The duty officer was there.", by=protector)
    with pytest.raises(NotAllowed, match="already"):
        review(made, verdict="justified", words="No.", by=protector)

    assert done.verdict == "not_justified"
    assert (listed(protector).waiting, listed(protector).not_justified) == ([], 1)
    told = Notice.objects.filter(verb="emergency.review").values_list("account__sign_in", flat=True)
    assert set(told) == {"night", "lead"}


def test_who_opened_it_ends_it_early_and_nobody_else(office, duty_of_night):
    case = office.case()
    made = opened(case, duty_of_night)

    with pytest.raises(NotAllowed, match="Whoever opened"):
        end_early(made, by=office.lead)
    end_early(made, by=duty_of_night)

    assert not may(duty_of_night, "case.read", case)
    assert open_now(duty_of_night) == []


def test_a_loud_mark_stands_on_every_page_while_it_lasts(office, duty_of_night, client):
    case = office.case()
    client.force_login(duty_of_night)
    sent = {"code": case.code.lower(), "reason": "person_missing", "words": "She did not come back."}

    leads_to = client.post(reverse("emergency_open"), sent)

    assert leads_to["Location"] == reverse("case", args=[case.code])
    for page in (reverse("case", args=[case.code]), reverse("worklist"), reverse("notices"), reverse("home")):
        answer = client.get(page, follow=True)
        assert f"Emergency access to {case.code}</b>, until" in answer.content.decode(), page
    made = Emergency.objects.get()
    assert client.post(reverse("emergency:end", args=[made.code]), {"key": "1"}).status_code == 302
    assert "Emergency access to" not in client.get(reverse("worklist")).content.decode()
    assert client.get(reverse("case", args=[case.code])).status_code == 404


def test_an_emergency_is_seen_by_who_opened_it_who_looks_at_it_and_the_lead_only(office, duty_of_night, client):
    made = opened(office.case(), duty_of_night)
    page = reverse("emergency:detail", args=[made.code])

    for who, status in ((duty_of_night, 200), (office.lead, 200), (office.duty, 404), (office.stranger, 404)):
        client.force_login(who)
        assert client.get(page).status_code == status, who
    auditor = staff("auditor", "auditor")
    client.force_login(auditor)
    shown = client.get(page).content.decode()
    assert "he stands at the door" in shown
    assert emergency(made.code, auditor).may_review
    answer = client.post(f"{page}/review", {"verdict": "justified", "words": "Nobody else was there."})
    assert answer.status_code == 302
    assert client.get(f"{page}/review").status_code == 404
    client.force_login(office.lead)
    assert client.get(f"{page}/end").status_code == 404
