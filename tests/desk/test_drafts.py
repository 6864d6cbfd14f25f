"""A session that ends in mid-form costs nothing that was written, without any script."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from opennrm.desk.models import KeptDraft
from opennrm.kernel.clock import frozen, now
from opennrm.referral.models import Referral
from opennrm.screening.models import Screening
from opennrm.vault.models import Key
from tests.factories import PASSWORD, a_screening, staff
from tests.house.walk import Visitor, hidden, letter_fields

pytestmark = [pytest.mark.django_db, pytest.mark.both]

WORDS = "Sleeps where she works."


@pytest.fixture
def inspector(office):
    return Visitor(office.inspector, [])


def a_draft_of(visitor, address, **fields):
    """The form is opened, the session ends, the form is sent."""
    opened = visitor.get(address)
    visitor.post(reverse("close"))
    sent = visitor.post(address, hidden(opened) | fields)
    assert sent.status_code == 302
    assert sent["Location"] == reverse("sign_in", query={"sent": "kept"})
    assert "What you wrote is kept" in visitor.get(sent["Location"]).content.decode()


def send_what_was_kept(visitor):
    page = visitor.page("resume")
    [address] = re.findall(r'<form class="form" method="post" action="([^"]+)"', page.content.decode())
    return visitor.post(address, hidden(page))


def test_a_situation_waits_and_is_sent_after_signing_in_again(inspector):
    a_draft_of(inspector, reverse("screening:new"), age_band="adult", indicator_set="ilo-11", notes=WORDS)
    assert Screening.unscoped.count() == 0
    inspector.force_login(inspector.account)

    sent = send_what_was_kept(inspector)

    assert sent.status_code == 302
    assert Screening.unscoped.get().situation == WORDS
    assert KeptDraft.objects.count() == 0
    assert inspector.page("resume").status_code == 404


def test_a_letter_waits_and_is_sent_once(inspector):
    code = a_screening(inspector.account, yes=(7, 10)).code
    letter = letter_fields() | {"never": WORDS, "anyway_reason": "x"}
    a_draft_of(inspector, reverse("referral:new", args=[code]), **letter)
    inspector.force_login(inspector.account)

    sent = send_what_was_kept(inspector)

    assert sent["Location"] == reverse("referral:receipt", args=[Referral.unscoped.get().code])


def test_an_answer_to_a_question_waits(inspector):
    code = a_screening(inspector.account, yes=()).code
    a_draft_of(inspector, reverse("screening:question", args=[code, 7]), answer="yes", note=WORDS)
    inspector.force_login(inspector.account)

    send_what_was_kept(inspector)

    assert [given.note for given in Screening.unscoped.get().answers.all()] == [WORDS]


def test_signing_in_leads_to_what_waits(office):
    writer = staff("labour_inspector", "writer", with_password=True)
    visitor = Visitor(writer, [])
    a_draft_of(visitor, reverse("screening:new"), notes=WORDS)

    signed_in = visitor.post(reverse("sign_in"), {"username": "writer", "password": PASSWORD})

    assert signed_in["Location"] == reverse("resume")


def test_another_account_on_the_same_browser_never_sees_it(inspector, office):
    a_draft_of(inspector, reverse("screening:new"), notes=WORDS)
    inspector.force_login(office.duty)
    draft = KeptDraft.objects.get()

    assert inspector.page("resume").status_code == 404
    assert inspector.post(reverse("throw_away")).status_code == 404
    inspector.post(reverse("find"), {"code": "x", "kept_draft": str(draft.pk)})
    assert KeptDraft.objects.count() == 1, "nor can it use it up"


def test_a_draft_is_sealed_and_gone_with_its_key_when_thrown_away(inspector):
    a_draft_of(inspector, reverse("screening:new"), notes=WORDS)
    draft = KeptDraft.objects.get()
    assert WORDS not in repr(KeptDraft.objects.values())
    assert Key.objects.filter(owner=draft.key_owner, destroyed_at=None).exists()
    inspector.force_login(inspector.account)

    assert inspector.post(reverse("resume")).status_code == 405
    assert reverse("throw_away") in inspector.page("resume").content.decode()
    assert "cannot be brought back" in inspector.page("throw_away").content.decode()
    assert KeptDraft.objects.count() == 1, "it is asked first"
    assert inspector.post(reverse("throw_away")).status_code == 302

    assert inspector.page("throw_away").status_code == 404
    assert KeptDraft.objects.count() == 0
    assert not Key.objects.filter(owner=draft.key_owner, destroyed_at=None).exists()


def test_a_draft_is_gone_after_a_day(inspector):
    a_draft_of(inspector, reverse("screening:new"), notes=WORDS)
    with frozen(now() + timedelta(days=1, minutes=1)):
        inspector.force_login(inspector.account)
        assert inspector.page("resume").status_code == 404

        a_draft_of(inspector, reverse("screening:new"), notes="another")

    assert [draft.fields["notes"] for draft in KeptDraft.objects.all()] == [["another"]]


@pytest.mark.parametrize("mark", ["", "nobody", "\0", "WyJ4Il0:1xV1vK:forged"])
def test_nothing_is_kept_of_a_form_that_no_account_opened(client, db, mark):
    client.post(reverse("screening:new"), {"written_by": mark, "notes": WORDS})

    assert KeptDraft.objects.count() == 0


def test_a_form_of_an_earlier_session_is_kept_although_somebody_is_signed_in_again(inspector, office):
    opened = hidden(inspector.page("screening:new")) | {"notes": WORDS}
    inspector.handler.enforce_csrf_checks = True

    own = inspector.post(reverse("screening:new"), opened)
    inspector.force_login(office.duty)
    anothers = inspector.post(reverse("screening:new"), opened)

    assert own.status_code == anothers.status_code == 403
    assert reverse("resume") in own.content.decode()
    assert reverse("resume") not in anothers.content.decode()
    assert {draft.account for draft in KeptDraft.objects.all()} == {inspector.account.code}
