"""What somebody sees of a file: what was given, the letters of the roles, conflicts, and what was read once."""

from datetime import timedelta

import pytest
from django.urls import reverse

from opennrm.access.actions import block, grant
from opennrm.access.actor import SYSTEM
from opennrm.access.country import current_profile
from opennrm.access.queries import foreseen_classes, knows_of, reads_class, sight_of, ties_read_once
from opennrm.access.rules import BLIND, Given, Sight, as_holder, may_get_more, sight
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.errors import NotAllowed
from opennrm.parties.actions import reveal_identity
from tests.factories import a_line, an_open_child_case, staff
from tests.referral.hotline.calls import a_call

EVERYTHING = frozenset({"person_identity", "shelter_address", "identification_opinions", "health_and_psychological"})


def roles(*names):
    return [current_profile().roles[name] for name in names]


def seen(*names, purpose="case", beyond=(), **more):
    held = roles(*names)
    given = [Given(purpose, EVERYTHING, frozenset(beyond))]
    return sight(held, as_holder(held, current_profile().roles), given, **more)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (seen("panel_member"), EVERYTHING - {"shelter_address"}),
        (seen("police_investigator"), set()),
        (seen("centre_case_manager", purpose="break_glass"), EVERYTHING),
        (seen("centre_case_manager"), EVERYTHING - {"shelter_address"}),
        (seen("police_investigator", beyond=["health_and_psychological"]), {"health_and_psychological"}),
        (seen("administrator", beyond=["person_identity"]), set()),
        (seen("statistician", beyond=["person_identity"]), set()),
        (seen("police_investigator", "panel_member"), EVERYTHING - {"shelter_address"}),
        (seen(), set()),
    ],
)
def test_sight_is_what_was_given_and_the_letters_allow(who, expected):
    assert who.reads == expected


def test_sight_of_a_minimum_is_handed_and_of_a_status_known():
    police = seen("police_investigator")

    assert "person_identity" not in police
    assert "person_identity" in police.handed
    assert "identification_decision" in police.knows - police.handed
    assert sight(roles("police_investigator"), roles("police_investigator"), []) == Sight()


def test_sight_of_an_own_submission_is_what_the_role_may_write():
    own = sight(roles("labour_inspector"), [], [], is_own=True)

    assert {"own_submissions", "screening_answers", "person_identity"} <= own.reads
    assert "contact_and_whereabouts" not in own
    assert sight(roles("panel_member"), [], [], is_own=True) == BLIND


def test_an_office_that_holds_a_file_itself_sees_what_this_work_needs():
    guardians = roles("guardianship_authority_child_case")
    given = [Given("lead", frozenset({"screening_answers"}))]

    assert "screening_answers" in sight(guardians, as_holder(guardians, current_profile().roles), given)
    assert "screening_answers" not in sight(guardians, guardians, [Given("case", given[0].classes)])


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("health_worker", True),
        ("police_investigator", True),
        ("administrator", False),
        ("statistician", False),
        ("national_rapporteur", False),
        ("interpreter", False),
        ("public", False),
    ],
)
def test_more_than_the_role_includes_is_never_opened_to_who_counts_or_works_with_no_file(role, may):
    assert may_get_more(roles(role)) is may


@pytest.mark.django_db
@pytest.mark.both
class TestOfAFile:
    """With the tables."""

    def test_a_grant_ends_and_with_it_what_is_seen(self, office):
        case = office.case()
        member = office.members[0]
        until = now() + timedelta(days=1)
        grant(case.file_code, member, classes=["person_identity"], purpose="case", until=until, by=SYSTEM)

        assert sight_of(member, case).reads == {"person_identity"}
        assert reads_class(member, "person_identity", case.file_code)
        with frozen(until):
            assert sight_of(member, case) == BLIND

    def test_who_is_kept_out_or_left_sees_nothing_whatever_was_given(self, office):
        case = office.case()
        block(case.file_code, office.lead, reason="relative", by=office.duty)
        grant(office.case().file_code, office.stranger, classes=["person_identity"], purpose="case", by=SYSTEM)
        office.members[0].is_active = False

        assert sight_of(office.lead, case) == BLIND
        assert sight_of(office.members[0], case) == BLIND
        assert sight_of(office.stranger, case) == BLIND

    def test_two_grants_add_up_and_are_read_once(self, office, django_assert_max_num_queries):
        case = office.case()
        member = office.members[0]
        for name in ("person_identity", "health_and_psychological"):
            grant(case.file_code, member, classes=[name], purpose=f"case-{name}", by=SYSTEM)

        with ties_read_once():
            first = sight_of(member, case)
            with django_assert_max_num_queries(0):
                assert sight_of(member, case) is first
            grant(case.file_code, member, classes=["evidence_files"], purpose="case", by=SYSTEM)
            assert sight_of(member, case).reads == {"person_identity", "health_and_psychological", "evidence_files"}

    def test_a_call_is_the_own_submission_of_its_line(self):
        operator = a_line("first")
        call = a_call(operator)

        assert {"own_submissions", "contact_and_whereabouts"} <= sight_of(operator, call).reads
        assert sight_of(a_line("second"), call) == BLIND

    def test_a_name_is_not_opened_to_who_was_not_given_that_class(self, office, client):
        case = office.case()
        second = staff("centre_case_manager", "second")
        grant(case.file_code, second, classes=["screening_answers"], purpose="case", by=SYSTEM)
        client.force_login(second)

        assert client.get(reverse("case", args=[case.code])).status_code == 200
        assert client.get(reverse("case:reveal", args=[case.code])).status_code == 404
        with pytest.raises(NotAllowed, match="no access to the name"):
            reveal_identity(case.person, by=second, purpose="arrange_safety")

    def test_the_guardianship_authority_reads_the_childs_referral_that_it_took_over(self, office):
        guardian = staff("guardianship_authority_child_case", "guardian")
        case = an_open_child_case(staff("school_professional", "school"), guardian)

        assert {"screening_answers", "screening_free_text", "contact_and_whereabouts"} <= sight_of(guardian, case).reads

    def test_grants_are_given_with_what_the_role_foresees(self, office):
        assert "identification_opinions" not in foreseen_classes(office.duty, purpose="lead")
        assert "shelter_address" not in foreseen_classes(office.lead, purpose="lead")
        assert "own_submissions" not in foreseen_classes(office.lead, purpose="lead")
        assert {"identification_opinions", "health_and_psychological"} <= set(
            foreseen_classes(office.members[0], purpose="opinion")
        )
        assert foreseen_classes(staff("statistician"), purpose="case") == []

    def test_knows_of_is_asked_of_the_role_alone(self, office):
        assert knows_of(office.duty, "identification_decision")
        assert not knows_of(office.duty, "appeal_file")
