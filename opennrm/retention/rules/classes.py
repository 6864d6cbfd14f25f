"""To which class of data each sealed column of a person's file belongs: what is erased together.

The classes are those of the access matrix, as in roles.toml. A test finds every sealed column of the product here or
among those that are no person's.
"""

from collections.abc import Collection

IDENTITY, CONTACT = "person_identity", "contact_and_whereabouts"

# Tables whose sealed columns are all of one class; a column that is not stands as "table.column".
CLASS_OF: dict[str, str] = {
    "parties.identity": IDENTITY,
    "parties.identity.contact": CONTACT,
    "parties.contactrule": CONTACT,
    "screening.screening": "screening_free_text",
    "screening.givenanswer": "screening_free_text",
    "referral.referral": "screening_free_text",
    "referral.outsiderule": CONTACT,
    "referral.question": "screening_free_text",
    "referral.ending": "screening_free_text",
    "referral.arrangement": "service_records",
    "referral.brought": IDENTITY,
    "identification.helparranged": "service_records",
    "identification.booking": "service_records",
    "identification.barred": "service_records",
    "identification.opinion": "identification_opinions",
    "identification.ruling": "identification_decision",
    "identification.reason": "identification_decision",
    "identification.review": "identification_decision",
    "identification.serving": "identification_decision",
    "identification.safeguard": "child_and_family_data",
    "identification.appeal": "appeal_file",
    "identification.appealreason": "appeal_file",
    "identification.telling": "account_of_exploitation",
    "identification.statement": "account_of_exploitation",
    "identification.statement.recording": "recorded_interview",
    "identification.statementrequest": "account_of_exploitation",
    "identification.sharing": "account_of_exploitation",
    "identification.determination": "proceeding_status",
    "identification.grantreason": "service_records",
    "identification.conference": "service_records",
    "identification.participant": "service_records",
    "identification.minutes": "service_records",
    "identification.task": "service_records",
    "retention.hold": "service_records",
    "retention.prolonged": "service_records",
    "retention.erasurerequest": "service_records",
}
# Sealed columns of nobody's file: of staff, interpreters, lists, callers, sites, businesses, and drafts that end by
# themselves. They have keys of their own.
OF_NOBODYS_FILE = frozenset(
    {
        "parties.business",
        "parties.worksite",
        "screening.weightcheck",
        "sites.incident",
        "sites.rosterentry",
        "sites.rosterdraft",
        "identification.interpreter",
        "identification.interpretertie",
        "identification.blockreason",
        "desk.keptdraft",
        "referral.callerthread",
        "referral.hotlinecall",
    }
)
CLASSES: tuple[str, ...] = tuple(dict.fromkeys(CLASS_OF.values()))


def class_of(table: str, column: str) -> str:
    """The class of data of a sealed column, by the label of its table in small letters; empty where nobody's."""
    return CLASS_OF.get(f"{table}.{column}") or CLASS_OF.get(table, "")


def is_everything(classes: Collection[str]) -> bool:
    """Whether these are all classes of a file: then its key is destroyed and nothing is sealed anew."""
    return set(classes) >= set(CLASSES)
