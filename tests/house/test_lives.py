"""Every (state, action, role) of every life, the words for what happened, and the document made from the tables."""

import subprocess
import sys
from pathlib import Path

import pytest

from opennrm.access.actions import grant
from opennrm.access.actor import SYSTEM
from opennrm.access.country import current_profile
from opennrm.access.queries import may
from opennrm.access.rules import Reach
from opennrm.desk.lives import HAPPENED, MACHINES, PERMISSIONS, VERBS
from opennrm.kernel.errors import NotAllowed
from tests.factories import staff

ROOT = Path(__file__).resolve().parents[2]
STATES = [(m, state) for m in MACHINES for state in m.states]
# The machines' states as the domain's reference states them (state_machines.json, version 1).
REFERENCE = {
    "referral": "draft submitted withdrawn received acknowledged duplicate_linked accepted out_of_scope_redirected "
    "info_requested closed_unreachable",
    "site": "reported received taken_up screening done not_screened",
    "case": "opened participants_informed urgent_protection assessment panel support closed_not_identified "
    "appeal_pending monitoring closed_completed closed_at_persons_request closed_transferred_abroad closed_deceased",
    "decision": "not_started evidence_gathering panel_scheduled individual_opinions decided_identified "
    "decided_not_identified deferred served appealed final_identified final_not_identified revoked",
    "telling": "booked taken cancelled",
    "task": "given done dropped lapsed",
    "conference": "planned held signed cancelled",
    "erasure": "proposed done rejected",
    "erasure_request": "received granted partly_granted refused withdrawn",
    "appeal": "drafting lodged out_of_time_rejected complete forwarded granted rejected returned withdrawn",
}


class Somebodys:
    """A record of a file, as `may` asks about it."""

    def reach(self):
        return Reach(file_code="7KQ4-RM2X")


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.name)
def test_states_are_those_of_the_reference(machine):
    assert set(machine.states) == set(REFERENCE[machine.name].split())


@pytest.mark.parametrize(("machine", "state"), STATES, ids=[f"{m.name}-{s}" for m, s in STATES])
def test_every_action_in_every_state_is_a_step_or_a_plain_refusal(machine, state):
    for action in machine.actions():
        expected = [t for t in machine.transitions if t.action == action and state in t.sources]
        if expected:
            assert machine.find(state, action) is expected[0]
        else:
            with pytest.raises(NotAllowed, match="not possible any more"):
                machine.find(state, action)


@pytest.mark.both
@pytest.mark.django_db
@pytest.mark.parametrize("role", sorted(current_profile().roles))
def test_a_role_takes_exactly_the_steps_that_the_profile_gives_it(role):
    if not current_profile().roles[role].agency_kinds:
        pytest.fail(f"{role} belongs to no kind of agency")
    account = staff(role)
    for machine in MACHINES:
        for transition in machine.transitions:
            held = transition.may in current_profile().roles[role].permissions
            assert not may(account, transition.may, Somebodys()), "no step without a tie to the file"
    grant("7KQ4-RM2X", account, classes=["screening_answers"], purpose="lead", by=SYSTEM)
    for machine in MACHINES:
        for transition in machine.transitions:
            held = transition.may in current_profile().roles[role].permissions
            assert may(account, transition.may, Somebodys()) is held, transition


def test_every_verb_has_words_and_every_word_a_verb():
    assert set(HAPPENED) == VERBS


def test_every_permission_of_the_profile_is_known_and_every_step_has_a_holder():
    held = set().union(*(role.permissions for role in current_profile().roles.values()))

    assert held <= PERMISSIONS
    by_hand = {t.may for m in MACHINES for t in m.transitions if t.by_hand}
    assert by_hand <= held


def test_every_step_by_hand_has_a_page():
    from django.urls import reverse

    for machine in MACHINES:
        for transition in machine.transitions:
            if transition.by_hand and transition.action != "submit":
                assert reverse(f"{machine.name}:{transition.action}", args=["7KQ4-RM2X"])


def test_the_document_of_lives_is_not_stale():
    done = subprocess.run(
        [sys.executable, "-m", "opennrm", "write-lifecycles", "--check"], cwd=ROOT, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
