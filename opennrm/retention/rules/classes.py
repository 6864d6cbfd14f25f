"""The classes of data in a person's file that are kept and erased each by itself: rows of the access matrix.

Which class a sealed column holds its model says (`holds`). What belongs to no class of this list, as the words why a
colleague was let in, goes with the file as a whole. A test finds every sealed column of a file here.
"""

from collections.abc import Collection

IDENTITY, CONTACT = "person_identity", "contact_and_whereabouts"
# Of parts of minutes for which no class was named: for all who were asked to the conference.
UNNAMED = "protection_plan"

CLASSES: tuple[str, ...] = (
    IDENTITY,
    CONTACT,
    "sensitive_attributes",
    "screening_free_text",
    "account_of_exploitation",
    "recorded_interview",
    "evidence_files",
    "health_and_psychological",
    "identification_opinions",
    "identification_decision",
    "appeal_file",
    "protection_plan",
    "service_records",
    "safety_risk_assessment",
    "child_and_family_data",
    "proceeding_status",
    "consent_records",
    "residence_permit_data",
    "compensation_claim",
)


def is_everything(classes: Collection[str]) -> bool:
    """Whether these are all classes of a file: then its key is destroyed and nothing is sealed anew."""
    return set(classes) >= set(CLASSES)
