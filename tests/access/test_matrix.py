"""The matrix of need to know, cell by cell: what a role reads of a class of data, by the function and on the pages."""

import pytest
from django.db import transaction

from opennrm.access.rules import OF_NO_FILE, READ
from opennrm.identification.rules.conferences import PARTS
from opennrm.profile.model import Access
from tests.access.world import SHOWN, World, handed_word, sees_nothing, word
from tools import need_to_know

pytestmark = pytest.mark.both

CELLS = need_to_know.cells()
CANNOT = need_to_know.inexpressible()
# Of which classes a page shows how they stand, without content.
STATUS = {"referral_status": "referral:receipt", "identification_decision": "case"}
# Classes of no file that have a page, by the letter with which a role reads it there.
FUNCTIONS = {("aggregate_statistics", "F"): "figures", ("configuration_and_users", "F"): "offices"}
# What stands on the pages of a case manager, class by class.
SHOWN_TO_THE_LEAD = sorted(
    name for name in SHOWN if CELLS["centre_case_manager", name] in READ and name != "worksite_and_recruiter_intel"
)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """One file for all cells, rolled back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


def test_the_matrix_is_whole():
    assert len(need_to_know.matrix()) == len(CELLS) == 840
    assert need_to_know.faults() == []
    assert not [cell for cell in CANNOT if CELLS[cell] == "N"]


@pytest.mark.parametrize(("role", "data_class"), CELLS)
def test_a_role_reads_a_class_of_data_as_its_letter_says(world, role, data_class):
    letter = CELLS[role, data_class]
    of_file = data_class not in OF_NO_FILE

    assert sees_nothing(world.elsewhere(role))
    is_read = of_file and letter in READ
    assert (data_class in world.sight(role)) == is_read
    assert (data_class in world.sight(role).handed) == (is_read or (of_file and letter == Access.MINIMUM))
    assert (data_class in world.sight(role).knows) == (
        is_read or (of_file and letter == Access.MINIMUM) or letter == Access.STATUS
    )
    is_own = letter == Access.OWN or (data_class == "own_submissions" and letter == Access.WRITE)
    if (own := world.own(role)) is not None:
        assert (data_class in own) == is_own
        assert sees_nothing(world.taken(role)[0])
    pages = world.pages(role)
    assert (word(data_class) in pages) == (is_read and world.is_shown_to(role, data_class))
    is_handed = data_class in PARTS and data_class in world.sight(role).handed and world.is_at_conferences(role)
    assert (handed_word(data_class) in pages) == is_handed
    if page := FUNCTIONS.get((data_class, letter)):
        assert world.opens(role, page)
    if letter == Access.STATUS and data_class == "referral_status":
        assert world.taken(role)[1] == 200

    assert can_be_said(world, role, data_class, letter) == ((role, data_class) not in CANNOT)


@pytest.mark.parametrize("data_class", SHOWN_TO_THE_LEAD)
def test_a_page_loses_the_part_whose_class_a_grant_does_not_cover_and_nothing_else(world, data_class):
    words = world.words_without("centre_case_manager", data_class)

    beside = {"screening_free_text"} if data_class == "screening_answers" else set()  # notes stand beside the answers
    gone = {data_class} | beside
    assert {name for name in SHOWN_TO_THE_LEAD if word(name) not in words} == gone


def test_who_is_let_in_for_one_class_finds_its_pages_and_no_page_of_another(world):
    assert world.statuses("centre_case_manager", ["appeal_file"]) == {
        "case": 200,
        "case:reveal": 404,
        "appeal:detail": 200,
        "decision:review": 404,
        "paper_of_ruling": 404,
        "referral:contact": 404,
        "referral:attempt": 404,
        "screening:result": 404,
    }


def can_be_said(world, role, data_class, letter):
    """Whether the product has a way on which this letter of this class says yes or no."""
    has_place = data_class in need_to_know.places()
    if letter in {Access.PUBLISHED, Access.PSEUDONYMISED, Access.HERSELF}:
        return False
    if letter == Access.STATUS:
        return data_class in STATUS
    if letter == Access.OWN or (data_class == "own_submissions" and letter != "N"):
        return has_place and world.own(role) is not None
    if data_class in OF_NO_FILE and letter != "N":
        return (data_class, letter) in FUNCTIONS
    return letter == "N" or has_place
