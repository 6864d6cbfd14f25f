import re

import pytest
from django.urls import reverse

from opennrm.access.actions import name_head
from opennrm.access.actor import SYSTEM
from opennrm.identification.conflicts.queries import kept_out_everywhere
from opennrm.identification.interpreters.queries import interpreters
from opennrm.identification.queries import case_file
from tests.factories import an_agency, staff
from tests.house.walk import Visitor
from tests.identification.teamwork.work import an_interpreter, day

pytestmark = [pytest.mark.django_db, pytest.mark.both]
OF_ONE = ("interpreter:detail", "interpreter:vet", "interpreter:end")


def visitor(account):
    return Visitor(account, [])


def test_the_register_has_no_page_for_a_role_that_does_not_keep_it(office):
    kept = an_interpreter(office.lead)

    for role in ("panel_member", "police_investigator", "interpreter", "administrator"):
        stranger = visitor(staff(role, f"stranger-{role}"))
        for name in OF_ONE:
            assert stranger.page(name, kept.code).status_code == 404, (role, name)
            assert stranger.post(reverse(name, args=[kept.code])).status_code in {404, 405}


def test_an_interpreter_is_added_vetted_and_taken_off_through_the_pages(office):
    lead = visitor(office.lead)
    given = {"name": "Primer Lan", "sex": "female", "language_1": "vi", "level_1": "native", "country": "vn"}

    assert lead.post(reverse("interpreter_new"), given).status_code == 302
    [kept] = interpreters(office.lead)
    lead.send("interpreter:vet", kept.code, until=day(90).isoformat())
    assert "Primer Lan" in lead.page("interpreters", language="vi").content.decode()
    assert "VN" in lead.page("interpreter:detail", kept.code).content.decode()
    lead.send("interpreter:end", kept.code)

    assert interpreters(office.lead) == []
    assert lead.page("interpreter:vet", kept.code).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"language_2": "hi"}, "how well"),
        ({"country": "V1"}, "two letters"),
        ({"name": ""}, "one of the two"),
        ({"language_1": "xx"}, "Select a valid choice"),
        ({"vetted_until": "2020-01-01"}, "end in the future"),
    ],
)
def test_what_cannot_be_registered_is_said_and_what_was_written_stays(office, wrong, said):
    given = {"name": "Primer Lan", "contact": "011", "sex": "female", "language_1": "vi", "level_1": "native"}

    answer = visitor(office.lead).post(reverse("interpreter_new"), given | wrong)

    page = answer.content.decode()
    assert answer.status_code == 400
    assert said in page
    assert 'value="011"' in page
    assert interpreters(office.lead) == []


def test_only_who_answers_for_staff_meets_the_pages_that_keep_out_of_files(office):
    case = office.case()
    head = staff("centre_case_manager", "head")
    name_head(an_agency("centre"), head, by=SYSTEM)
    for who in (office.lead, office.stranger, office.duty):
        for name in ("colleague:keep_out", "colleague:lift"):
            assert visitor(who).page(name, office.members[0].code).status_code == 404
    page = visitor(head)
    assert page.page("colleague:keep_out", office.stranger.code).status_code == 404, "of another office"
    assert page.page("colleague:keep_out", head.code).status_code == 404, "oneself"

    found = page.send("colleagues", expect=200, named="member1")
    assert found == ""
    assert re.search(office.members[1].code, page.answers[-1].content.decode())
    which = {"which": "one", "case": case.code.lower(), "reason": "relative", "words": "A cousin."}
    page.send("colleague:keep_out", office.lead.code, expect=400, **which)
    second = staff("centre_case_manager", "second")
    page.send("colleague:keep_out", office.lead.code, successor=second.code, **which)

    assert case_file(case.code, office.lead) is None
    assert case_file(case.code, second)
    assert case_file(case.code, head) is None
    page.send("colleague:keep_out", office.duty.code, which="all", reason="under_suspicion", words="Named by two.")
    assert [one.block.account for one in kept_out_everywhere(head)] == [office.duty]
    assert visitor(office.duty).page("worklist").status_code == 200, "the page is there, and empty"


def test_a_name_is_sought_by_post_and_never_stands_in_an_address(office):
    case = office.case()
    lead = visitor(office.lead)

    lead.send("case:find", case.code, expect=200, named="primer stranger")

    page = lead.answers[-1]
    assert reverse("case:let_in", args=[case.code, office.stranger.code]) in page.content.decode()
    assert page.request["QUERY_STRING"] == ""
    lead.send("case:find", case.code, expect=400)
    assert "Choose an office or write a part of the name." in lead.answers[-1].content.decode()
