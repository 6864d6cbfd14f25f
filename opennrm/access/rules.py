"""Who may: the role, and one of a live grant on the file, one's own open submission, or the function post at intake."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from opennrm.kernel.text import NOTHING, Sentence, say
from opennrm.profile.model import Access, Role

# Permissions that are about one's work as a whole and never about one person's file.
FUNCTION_PERMISSIONS = frozenset(
    {
        "screening.record",
        "hotline.take",
        "hotline.list",
        "worklist.read",
        "referral.export",
        "clocks.read",
        "on_call.read",
        "on_call.edit",
        "on_call.administer",
        "figures.read",
        "figures.trace",
        "figures.report",
        "audit.read",
        "accounts.manage",
        "profile.read",
        "weights.confirm",
        "letter.confirm",
        "interpreters.read",
        "interpreters.edit",
        "block.everywhere",
        "retention.list",
        "terminal.set_up",
        "emergency.open",
        "emergency.review",
    }
)

# What an intake post may do before anybody has a grant: see that something waits, take it, or send it on.
INTAKE_PERMISSIONS = frozenset({"referral.preview", "referral.acknowledge", "site.preview", "site.take_up"})

# What everybody of a hotline may do with the calls of the own line: a caller who calls again meets another operator.
LINE_PERMISSIONS = frozenset({"hotline.call"})

# What a sender may still do with what was sent: read it and correct it until it is acknowledged, then its receipt only.
SENDER_PERMISSIONS = frozenset({"screening.record", "screening.read", "referral.submit", "referral.status"})


# What somebody to whom one record was handed may do with that record, and with nothing else of its file.
HANDED_PERMISSIONS = frozenset({"statement.read", "retention.decide", "retention.request"})

# What somebody who opened a file in an emergency may do in it: read what saves a life, and arrange help. Nothing else.
EMERGENCY_PERMISSIONS = frozenset(
    {"case.read", "case.help", "referral.read", "screening.read", "identity.reveal", "decision.read"}
)

# For what somebody may meet a file.
GRANT_PURPOSES: dict[str, Sentence] = {
    "intake": say("taking the referral over"),
    "lead": say("leading the case"),
    "opinion": say("writing an opinion"),
    "appeal": say("deciding the appeal"),
    "case": say("working on the case"),
    "team": say("working on the case"),
    "protection": say("safety and protection"),
    "health": say("care of health"),
    "legal": say("legal advice and representation"),
    "child": say("care of a child"),
    "investigation": say("measures of the police"),
    "proceeding": say("a proceeding at court"),
    "statement": say("what the person told"),
    "site": say("the list of persons of a site"),
    "break_glass": say("an emergency"),
}

NO_ACCESS = say("You have no access to this file.")

# Letters of the matrix with which somebody who was let into a file reads a class of data of it.
READ = frozenset({Access.ASSIGNED, Access.WRITE, Access.DECIDE, Access.FULL})
# And those with which a class can be opened at all. Not: status only, one's own submission, published figures,
# pseudonymised rows, the person's own view.
GRANTABLE = READ | {Access.MINIMUM}
# Classes that belong to no person's file: no grant opens them.
OF_NO_FILE = frozenset(
    {"own_submissions", "linkage_keys", "aggregate_statistics", "audit_log", "configuration_and_users"}
)
# Purposes of a grant with which somebody holds a file, and acts as whoever leads one.
HOLDING = frozenset({"intake", "lead"})
BREAK_GLASS = "break_glass"


@dataclass(frozen=True, slots=True)
class Reach:
    """What ties a record to those who may meet it.

    file_code: the file it belongs to. sender: the account that recorded it, if somebody did. is_open_to_sender: not yet
    acknowledged. agency: the receiving agency's code. is_at_intake: nobody there has taken it yet. is_of_line: a call
    that this agency took. handed_to: accounts to whom this one record was handed, for a time that runs.
    """

    file_code: str
    sender: str = ""
    is_open_to_sender: bool = False
    agency: str = ""
    is_at_intake: bool = False
    is_of_line: bool = False
    handed_to: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account brings: its permissions by its roles, agencies, and grants and blocks on one file.

    has_grant: other than by an emergency, which is `has_emergency`.
    """

    account: str
    permissions: Set[str]
    agencies: Set[str] = frozenset()
    is_active: bool = True
    has_grant: bool = False
    is_blocked: bool = False
    has_emergency: bool = False


def refusal(permission: str, standing: Standing, reach: Reach | None) -> Sentence:
    """Why an account may not, or an empty sentence when it may."""
    if not standing.is_active or permission not in standing.permissions:
        return say("Your role does not include this.")
    if reach is None:
        return NOTHING if permission in FUNCTION_PERMISSIONS else say("This needs a file.")
    if standing.is_blocked:
        return NO_ACCESS  # not a word of the block: who is kept out learns nothing, not even that
    if standing.has_grant or (standing.has_emergency and permission in EMERGENCY_PERMISSIONS):
        return NOTHING
    if _is_senders_own(permission, standing, reach) or _is_at_own_intake(permission, standing, reach):
        return NOTHING
    if permission in LINE_PERMISSIONS and reach.is_of_line and reach.agency in standing.agencies:
        return NOTHING
    if permission in HANDED_PERMISSIONS and standing.account in reach.handed_to:
        return NOTHING
    return NO_ACCESS


def is_live(given_at: datetime, until: datetime | None, ended_at: datetime | None, now: datetime) -> bool:
    """Whether a grant or a membership holds at a moment."""
    return given_at <= now and (until is None or now < until) and (ended_at is None or now < ended_at)


def _is_senders_own(permission: str, standing: Standing, reach: Reach) -> bool:
    if permission not in SENDER_PERMISSIONS or not reach.sender or reach.sender != standing.account:
        return False
    return reach.is_open_to_sender or permission == "referral.status"


def _is_at_own_intake(permission: str, standing: Standing, reach: Reach) -> bool:
    return permission in INTAKE_PERMISSIONS and reach.is_at_intake and reach.agency in standing.agencies


@dataclass(frozen=True, slots=True)
class Given:
    """One live grant on a file: for what, which classes of data, and which of them its role does not include."""

    purpose: str
    classes: frozenset[str]
    beyond: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sight:
    """The classes of data of one record that an account may meet.

    reads: as it likes. handed: what is put before it piece by piece as well, a minimum on request. knows: also those
    of which it knows how matters stand, and nothing of the content.
    """

    reads: frozenset[str] = frozenset()
    handed: frozenset[str] = frozenset()
    knows: frozenset[str] = frozenset()

    def __contains__(self, data_class: str) -> bool:
        return data_class in self.reads


BLIND = Sight()


def letters(roles: Iterable[Role]) -> dict[str, set[Access]]:
    """What somebody with these roles may do with each class of data."""
    found: dict[str, set[Access]] = {}
    for role in roles:
        for name, letter in role.data_classes.items():
            found.setdefault(name, set()).add(letter)
    return found


def foreseen(roles: Iterable[Role], allowed: Set[Access] = READ) -> frozenset[str]:
    """The classes of data of a person's file that these roles may be given."""
    return frozenset(name for name, held in letters(roles).items() if held & allowed and name not in OF_NO_FILE)


def may_get_more(roles: Iterable[Role]) -> bool:
    """Whether a lead may open more to somebody than the roles include: only to who works with persons' files at all,
    and never to who works on rows without names, for whoever knows both knows whose row it is.
    """
    roles = list(roles)
    counts = any(Access.PSEUDONYMISED in role.data_classes.values() for role in roles)
    return bool(foreseen(roles, GRANTABLE)) and not counts


def sight(roles: Iterable[Role], leading: Iterable[Role], given: Iterable[Given], *, is_own: bool = False) -> Sight:
    """What somebody sees of a record: what was given to her and the letter of her role allows.

    leading: the roles as which she acts in a file that she holds. is_own: she submitted the record herself and nobody
    took it over yet, or it is a call of her own line.
    """
    roles = list(roles)
    usual, as_holder, gets_more = letters(roles), letters(leading), may_get_more(roles)
    reads: set[str] = set()
    handed: set[str] = set()
    knows: set[str] = set()
    for one in given:
        able = as_holder if one.purpose in HOLDING else usual
        allowed = READ | {Access.BREAK_GLASS} if one.purpose == BREAK_GLASS else READ
        open_to = one.classes - OF_NO_FILE
        reads |= {name for name in open_to if able.get(name, set()) & allowed}
        handed |= {name for name in open_to if Access.MINIMUM in able.get(name, set())}
        reads |= (one.beyond & open_to) if gets_more else set()
        knows |= {name for name, held in able.items() if Access.STATUS in held}
    if is_own:
        reads |= {name for name, held in usual.items() if Access.OWN in held}
        reads |= {"own_submissions"} if usual.get("own_submissions", set()) & READ else set()
    return Sight(frozenset(reads), frozenset(reads | handed), frozenset(reads | handed | knows))


def as_holder(roles: Iterable[Role], known: Mapping[str, Role]) -> list[Role]:
    """The roles as which somebody acts in a file that she holds: her own, and those that the profile names beside."""
    roles = list(roles)
    return [*roles, *(known[role.holds_as] for role in roles if role.holds_as)]
