"""Who works in the demonstration: an account for each role. Names are invented and look it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opennrm.access.actions import appoint, register_account, register_agency
from opennrm.access.actor import SYSTEM

if TYPE_CHECKING:
    from opennrm.access.models import Account, Agency

# sign-in name, name, role, kind of agency
STAFF = (
    ("inspector", "Vuk Primer", "labour_inspector", "labour_inspectorate"),
    ("social", "Mila Ogled", "social_worker_front_line", "csw"),
    ("guardian", "Sava Uzor", "guardianship_authority_child_case", "csw"),
    ("police", "Luka Primer", "police_investigator", "police"),
    ("border", "Tara Ogled", "border_police", "border_police"),
    ("foreigners", "Iva Uzor", "foreigners_department", "police"),
    ("prosecutor", "Rade Primer", "prosecutor", "prosecution"),
    ("judge", "Nada Ogled", "judge_court", "court"),
    ("duty", "Milena Uzor", "centre_intake_officer", "centre"),
    ("lead", "Vesna Primer", "centre_case_manager", "centre"),
    ("night", "Jovan Uzor", "centre_case_manager", "centre"),
    ("psychologist", "Ana Ogled", "panel_member", "centre"),
    ("pedagogue", "Petar Uzor", "panel_member", "centre"),
    ("socialworker", "Jelena Primer", "panel_member", "centre"),
    ("reviewer", "Olga Ogled", "appeal_reviewer", "second_instance"),
    ("shelter", "Zora Uzor", "shelter_staff", "shelter"),
    ("ngo", "Dunja Primer", "ngo_case_worker", "ngo"),
    ("lawyer", "Bojan Ogled", "lawyer_of_victim", "lawyer"),
    ("interpreter", "Lan Uzor", "interpreter", "centre"),
    ("hotline", "Sofija Primer", "hotline_operator", "hotline"),
    ("supervisor", "Maša Uzor", "hotline_supervisor", "hotline"),
    ("nurse", "Emil Ogled", "health_worker", "health"),
    ("teacher", "Kosta Uzor", "school_professional", "school"),
    ("rapporteur", "Relja Primer", "national_rapporteur", "rapporteur"),
    ("coordinator", "Danica Ogled", "national_coordinator", "coordinator"),
    ("statistician", "Goran Uzor", "statistician", "rapporteur"),
    ("linker", "Nikola Primer", "linkage_officer", "rapporteur"),
    ("auditor", "Irena Ogled", "auditor", "oversight"),
    ("privacy", "Filip Uzor", "data_protection_officer", "oversight"),
    ("admin", "Una Primer", "administrator", "oversight"),
)
# The discipline for which a member of the panel holds the post.
DISCIPLINES = {"psychologist": "psychologist", "pedagogue": "pedagogue", "socialworker": "social_worker"}


class Staff:
    """The accounts by sign-in name, and the office of each kind."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.agencies: dict[str, Agency] = {}

    def appoint(self, sign_in: str, name: str, role: str, kind: str) -> None:
        """Register an account with its post; its office too, where there is none of the kind."""
        if kind not in self.agencies:
            self.agencies[kind] = register_agency(kind=kind, by=SYSTEM)
        account = register_account(sign_in=sign_in, name=name, is_demonstration=True, by=SYSTEM)
        appoint(account, self.agencies[kind], role, by=SYSTEM, discipline=DISCIPLINES.get(sign_in, ""))
        self.accounts[sign_in] = account
