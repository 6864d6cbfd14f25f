"""Pages about keeping and erasing: who opens them, what they do, and what every other page says of an erased file."""

import pytest
from django.conf import settings
from django.urls import reverse

from opennrm.access.actions import block
from opennrm.access.actor import SYSTEM
from opennrm.identification.models import Ruling, Statement
from opennrm.retention import actions
from opennrm.retention.models import Erasure, ErasureRequest, Hold, Prolonged
from opennrm.retention.rules.classes import CLASSES
from opennrm.retention.standing import erased_classes, erased_of
from tests.factories import staff
from tests.house.test_walls import EVERY, OF_A_RECORD, address
from tests.house.walk import Visitor
from tests.retention.keeping import CANARY, a_closed_file, a_short_file, officer

pytestmark = [pytest.mark.django_db, pytest.mark.both]
EXPECTED = {200, 302, 400, 404, 405, 409}


def visitor(account):
    return Visitor(account, [])


def test_the_officer_finds_what_is_due_and_erases_it(office):
    case, dpo = a_closed_file(office), visitor(officer())

    listed = dpo.page("retention").content.decode()
    assert case.file_code in listed
    opened = dpo.page("retention:file", case.file_code).content.decode()
    assert "awaits a lawyer" in opened
    assert "as soon as you confirm" in dpo.page("retention:erase", case.file_code).content.decode()
    dpo.send("retention:erase", case.file_code, classes=CLASSES, ground="period_over")

    assert erased_of(case.file_code) is not None
    after = dpo.page("retention:file", case.file_code).content.decode()
    assert "Erased on" in after
    assert reverse("retention:erase", args=[case.file_code]) not in after
    for page in dpo.answers:
        assert CANARY not in page.content.decode()


def test_the_second_person_confirms_on_the_page(office):
    case = a_closed_file(office, outcome="identified")
    dpo, lead = visitor(officer()), visitor(office.lead)
    assert "somebody else confirms" in dpo.page("retention:erase", case.file_code).content.decode()
    dpo.send("retention:erase", case.file_code, classes=CLASSES, ground="period_over")
    code = Erasure.unscoped.get().code

    assert "Somebody else confirms" in dpo.page("retention:file", case.file_code).content.decode()
    dpo.send("erasure:confirm", code, expect=400)
    lead.send("erasure:confirm", code)

    assert erased_of(case.file_code) is not None


def test_holds_longer_periods_and_requests_are_made_on_pages(office):
    case = a_short_file(office)
    dpo, lead = visitor(officer()), visitor(office.lead)

    dpo.send("retention:hold", case.file_code, reason="proceeding", words="A court asked.")
    dpo.send("retention:erase", case.file_code, expect=400, classes=CLASSES, ground="period_over")
    lead.send("retention:lift", Hold.unscoped.get().code)
    dpo.send("retention:keep", case.file_code, expect=400, classes=CLASSES, until="2020-01-01", words="x")
    dpo.send("retention:keep", case.file_code, classes=["appeal_file"], until="2099-01-01", words="It goes on.")
    assert Prolonged.unscoped.get().words == "It goes on."
    lead.send("retention:ask", case.file_code, how="written")
    asked = ErasureRequest.unscoped.get()
    lead.send("erasure_request:withdraw", asked.code)
    lead.send("retention:ask", case.file_code, how="spoken")
    asked = ErasureRequest.unscoped.get(state="received")
    dpo.send("erasure_request:grant_partly", asked.code, expect=400, classes=["appeal_file"])
    dpo.send("erasure_request:grant_partly", asked.code, classes=["appeal_file"], reason="claim")
    assert erased_classes(case.file_code) == {"appeal_file"}
    assert "Erased already" in dpo.page("retention:file", case.file_code).content.decode()


def test_a_request_is_refused_on_the_page_and_keeps_what_was_written(office):
    case, lead = office.case(), visitor(office.lead)
    lead.send("retention:ask", case.file_code, how="spoken")
    code = ErasureRequest.unscoped.get().code

    sent = lead.post(reverse("erasure_request:refuse", args=[code]), {"words": "We still help you."})
    assert sent.status_code == 400
    assert "We still help you." in sent.content.decode()
    lead.send("erasure_request:refuse", code, reason="open_work", words="We still help you.")
    assert "Refused" in lead.page("retention:file", case.file_code).content.decode()


def test_the_administrator_sees_codes_and_decides_nothing(office):
    case = a_short_file(office)
    admin = visitor(staff("administrator"))

    assert case.file_code in admin.page("retention").content.decode()
    assert admin.page("retention:file", case.file_code).status_code == 200
    for name in ("erase", "keep", "hold", "ask"):
        assert admin.page(f"retention:{name}", case.file_code).status_code == 404


def test_an_officer_kept_out_of_a_file_does_not_meet_it(office):
    case, dpo = a_short_file(office), officer()
    block(case.file_code, dpo, reason="relative", by=SYSTEM)

    assert case.file_code not in visitor(dpo).page("retention").content.decode()
    assert visitor(dpo).page("retention:file", case.file_code).status_code == 404


def test_a_code_that_is_no_file_has_no_page(office):
    case, dpo = a_short_file(office), visitor(officer())

    for code in (case.code, "7KQ4-RM2X"):
        assert dpo.page("retention:file", code).status_code == 404


def test_every_page_of_an_erased_file_stands(office):
    """Everybody who had something to do with it opens and sends every address: no fault, no content."""
    case = a_closed_file(office)
    codes = {
        "screening": case.referral.screening.code,
        "referral": case.referral.code,
        "decision": case.decision.code,
        "statement": Statement.unscoped.get().code,
        "paper_of_ruling": Ruling.objects.get().code,
        "retention": case.file_code,
    }
    erased = actions.propose_erasure(case.file_code, CLASSES, ground="period_over", by=officer())
    codes["erasure"] = erased.code
    people = [visitor(who) for who in (office.inspector, office.duty, office.lead, office.members[0])]

    for who in people:
        for name in OF_A_RECORD:
            code = codes.get(name.partition(":")[0], case.code)
            where = address(name, code)
            sent = [who.post(where)] if who.account == office.lead else []
            for answer in (who.get(where), *sent):
                assert answer.status_code in EXPECTED, (name, who.account.sign_in, answer.status_code)
                assert CANARY not in answer.content.decode(errors="replace"), name

    lead = people[2]
    assert "Erased on" in lead.page("case", case.code).content.decode()
    assert "(erased)" in lead.page("case", case.code).content.decode()
    assert "no letter is made" in lead.page("paper_of_ruling", codes["paper_of_ruling"]).content.decode()
    assert lead.post(reverse("find"), {"code": case.code}).status_code == 302
    for name in ("worklist", "cases", "statements", "clocks", "notices", "home"):
        assert lead.page(name).status_code in {200, 302}
    assert EVERY


def test_an_erased_file_in_serbian(office):
    case = a_short_file(office)
    actions.propose_erasure(case.file_code, CLASSES, ground="period_over", by=officer())
    lead = visitor(office.lead)
    lead.cookies[settings.LANGUAGE_COOKIE_NAME] = "sr"

    assert "(обрисано)" in lead.page("case", case.code).content.decode()
