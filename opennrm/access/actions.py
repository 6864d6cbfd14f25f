"""Giving and ending access, keeping people out of files, and receiving something exactly once."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction

from opennrm.access.actor import Actor
from opennrm.access.country import current_profile
from opennrm.access.models import Account, Agency, Block, Grant, GrantedClass, Membership, Receipt, ServedDistrict
from opennrm.access.offices import staff_of
from opennrm.access.queries import blocks_of, forget_ties, is_kept_out, team
from opennrm.access.queries import receipt as find_receipt
from opennrm.access.signing_in.lately import noted
from opennrm.audit.actions import record
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed, NrmError
from opennrm.kernel.text import say


@transaction.atomic
def grant(
    file_code: str,
    account: Account,
    *,
    classes: Iterable[str],
    purpose: str,
    by: Actor,
    until: datetime | None = None,
    reason: str = "",
    beyond: Iterable[str] = (),
) -> Grant:
    """Let an account meet a file for a purpose. An equal live grant is kept, not doubled. `by` is who gives it.

    beyond: classes that the role does not include and that are opened nevertheless.
    """
    if is_kept_out(account, file_code):
        raise NotAllowed(say("This colleague is kept out of the file because of a conflict of interest."))
    more = set(beyond)
    wanted = sorted({*classes, *more})
    forget_ties()
    for held in Grant.objects.filter(file_code=file_code, account=account, purpose=purpose, ended_at__isnull=True):
        covered = dict(held.classes.values_list("data_class", "is_beyond"))
        if (
            held.until == until
            and sorted(covered) == wanted
            and {n for n, is_more in covered.items() if is_more} == more
        ):
            return held
    given = Grant.objects.create(
        file_code=file_code,
        account=account,
        purpose=purpose,
        reason=reason,
        given_by=by.ref,
        given_at=now(),
        until=until,
    )
    GrantedClass.objects.bulk_create(
        [GrantedClass(grant=given, data_class=name, is_beyond=name in more) for name in wanted]
    )
    record("grant.give", f"file:{file_code}", by=by.ref, account=account.code, purpose=purpose, classes=len(wanted))
    for name in sorted(more):
        record("grant.beyond", f"file:{file_code}", by=by.ref, account=account.code, data_class=name)
    return given


@transaction.atomic
def end_grants(file_code: str, account: Account, *, by: Actor, purpose: str | None = None) -> int:
    """End an account's live grants on a file, all or those of one purpose. Returns how many ended."""
    live = Grant.objects.filter(file_code=file_code, account=account, ended_at__isnull=True)
    if purpose is not None:
        live = live.filter(purpose=purpose)
    ended = live.update(ended_at=now())
    forget_ties()
    if ended:
        record("grant.end", f"file:{file_code}", by=by.ref, account=account.code, count=ended)
    return ended


@transaction.atomic
def end_grant(held: Grant, *, by: Actor) -> bool:
    """End one grant. False where it had ended before."""
    moment = now()
    live_one = Grant.objects.filter(pk=held.pk, ended_at__isnull=True)
    if not live_one.exclude(until__lte=moment).update(ended_at=moment):
        return False
    forget_ties()
    record("grant.end", f"file:{held.file_code}", by=by.ref, account=held.account.code, count=1)
    return True


@transaction.atomic
def block(file_code: str, account: Account, *, reason: str, by: Actor) -> Block:
    """Keep an account out of a file, ending what it was given. `reason` is a code."""
    end_grants(file_code, account, by=by)
    kept_out, is_new = Block.objects.get_or_create(
        file_code=file_code, account=account, lifted_at=None, defaults={"reason": reason, "given_by": by.ref}
    )
    forget_ties()
    if is_new:
        record("block.set", f"file:{file_code}", by=by.ref, account=account.code, reason=reason)
    return kept_out


@transaction.atomic
def block_everywhere(account: Account, *, reason: str, by: Actor) -> Block:
    """Keep an account out of every file, also of those to come, ending what it was given. `reason` is a code.

    Whoever does it needs to see no file, and sees none.
    """
    for file_code in (
        Grant.objects.filter(account=account, ended_at=None).values_list("file_code", flat=True).distinct()
    ):
        end_grants(file_code, account, by=by)
    kept_out, is_new = Block.objects.get_or_create(
        file_code="", account=account, lifted_at=None, defaults={"reason": reason, "given_by": by.ref}
    )
    forget_ties()
    if is_new:
        record("block.everywhere", account.ref, by=by.ref, reason=reason)
    return kept_out


@transaction.atomic
def lift(held: Block, *, by: Actor) -> Block:
    """Lift a block. What was given before it does not come back. Who set it, and whom it keeps out, cannot."""
    if by.ref in {held.given_by, held.account.ref}:
        raise NotAllowed(say("Somebody else lifts it: not the one who set it, and not the one whom it keeps out."))
    if not Block.objects.filter(pk=held.pk, lifted_at=None).update(lifted_at=now(), lifted_by=by.ref):
        raise NotAllowed(say("This was lifted already."))
    subject = held.account.ref if held.is_everywhere else f"file:{held.file_code}"
    record("block.lift", subject, by=by.ref, account=held.account.code)
    forget_ties()
    held.refresh_from_db()
    return held


@transaction.atomic
def join_files(old: str, new: str, *, by: Actor) -> None:
    """Carry over who is kept out when one file is joined to another, and end what was given on the old one.

    Raises NotAllowed where somebody who works on the new file is kept out of the old: she would come to read it.
    """
    blocks = blocks_of(old)
    working = {held.account_id for held in team(new)}
    if any(kept_out.account_id in working for kept_out in blocks):
        raise NotAllowed(
            say(
                "The files cannot be joined: somebody who works on that case is kept out of this file because of a "
                "conflict of interest."
            )
        )
    for kept_out in blocks:
        block(new, kept_out.account, reason=kept_out.reason, by=by)
    for held in team(old):
        end_grants(old, held.account, by=by)
    record("file.join", f"file:{old}", by=by.ref, to=new)
    record("file.join", f"file:{new}", by=by.ref, joined=old)


@transaction.atomic
def part_files(joined: str, own: str, *, by: Actor) -> None:
    """Give what leaves a joined file a file of its own: who is kept out of the one is kept out of the other."""
    for kept_out in blocks_of(joined):
        block(own, kept_out.account, reason=kept_out.reason, by=by)
    record("file.part", f"file:{joined}", by=by.ref, to=own)
    record("file.part", f"file:{own}", by=by.ref, joined=joined)


def appoint(account: Account, agency: Agency, role: str, *, by: Actor, discipline: str = "") -> Membership:
    """Give an account a post; a member of the panel's names the discipline it is held for. Recorded."""
    with transaction.atomic():
        post, is_new = Membership.objects.get_or_create(
            account=account, agency=agency, role=role, ended_at=None, defaults={"discipline": discipline}
        )
        if not is_new and discipline and post.discipline != discipline:
            post.discipline = discipline
            post.save(update_fields=["discipline"])
        record("post.give", account.ref, by=by.ref, agency=agency.code, role=role)
    return post


_RECEIVE = """
INSERT INTO access_receipt (device, key, digest, subject, received_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (device, key) DO NOTHING
"""


def receive_once(device: str, key: str, content: bytes, *, subject: str) -> None:
    """Note in the current transaction that `subject` came from `device` under `key`.

    Raises AlreadyReceived when the same came before, with what it became; NotAllowed when something else came under
    the key. Call it inside the transaction that writes the subject: then either both exist or neither.
    """
    digest = hashlib.sha256(content).hexdigest()
    with connection.cursor() as cursor:  # the second of two at the same moment waits here until the first is through
        values = [device, key, digest, subject, connection.ops.adapt_datetimefield_value(now())]
        cursor.execute(_RECEIVE, values)
        if cursor.rowcount:
            return
    earlier = find_receipt(device, key)
    assert earlier is not None, "it was in the way just now"
    check_same(earlier, content)
    raise AlreadyReceived(earlier.subject)


def already_received(device: str, key: str, content: bytes) -> str | None:
    """What an earlier arrival of the same content became, or None. NotAllowed when the content differs."""
    earlier = find_receipt(device, key)
    if earlier is None:
        return None
    check_same(earlier, content)
    return earlier.subject


def check_same(earlier: Receipt, content: bytes) -> None:
    """Refuse other content under a key that was used."""
    if earlier.digest != hashlib.sha256(content).hexdigest():
        raise NotAllowed(say("Something else was already sent from this form. Open a new form and send it from there."))


class AlreadyReceived(Exception):
    """The same was received before; `subject` says what it became."""

    def __init__(self, subject: str) -> None:
        super().__init__(subject)
        self.subject = subject


def register_agency(*, kind: str, by: Actor, name: str = "", place: str = "", districts: Iterable[str] = ()) -> Agency:
    """Register a participant of the mechanism; without a name it is called what its kind is. Recorded.

    districts: those of the profile that it serves; none means the whole country.
    """
    with transaction.atomic():
        agency = Agency.objects.create(kind=kind, name=name, place=place)
        if served := tuple(districts):
            serve_districts(agency, served, by=by)
        record("agency.register", f"agency:{agency.code}", by=by.ref, kind=kind)
    return agency


def hold_agency(agency: Agency) -> Agency:
    """The agency's row, locked until the transaction ends: for what only one may write at a time."""
    return Agency.objects.select_for_update().get(pk=agency.pk)


def serve_districts(agency: Agency, districts: Iterable[str], *, by: Actor) -> None:
    """Settle which districts an agency serves from now on; none means the whole country. Recorded."""
    wanted = sorted(set(districts))
    unknown = [name for name in wanted if name not in current_profile().districts]
    if unknown:
        raise NrmError(
            f"The country has no district {', '.join(unknown)}; nothing was changed.",
            remedy="Use the ids of [[district]] in country.toml.",
        )
    with transaction.atomic():
        ServedDistrict.objects.filter(agency=agency).delete()
        ServedDistrict.objects.bulk_create(ServedDistrict(agency=agency, district=name) for name in wanted)
        record("agency.serve", f"agency:{agency.code}", by=by.ref, districts=",".join(wanted))


def register_account(*, sign_in: str, name: str, by: Actor, is_demonstration: bool = False) -> Account:
    """Register a member of staff, without a usable password. Recorded."""
    with transaction.atomic():
        account = Account(sign_in=sign_in, name=name, is_demonstration=is_demonstration)
        account.set_unusable_password()
        account.save()
        record("account.register", account.ref, by=by.ref)
    return account


def set_password(account: Account, password: str) -> None:
    """Set a password, hashed."""
    account.set_password(password)
    account.save(update_fields=["password"])


def choose_language(account: Account, language: str) -> None:
    """Keep the language in which somebody reads, for the next time. An unknown one changes nothing."""
    if language in dict(settings.LANGUAGES):
        account.language = language
        account.save(update_fields=["language"])


def set_work_address(account: Account, email: str, *, by: Actor) -> None:
    """Keep the work address to which neutral mail goes; empty ends it. The trail says that, never which."""
    email = email.strip()
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise NotAllowed(say("This is no mail address. Write it like office@example.org.")) from None
    with transaction.atomic():
        before, account.email = account.email, email
        account.save(update_fields=["email"])
        noted(account, "account.address", by=by, address=before if before != email else "", is_set=bool(email))


def name_head(agency: Agency, account: Account | None, *, by: Actor) -> None:
    """Name who answers for an office and is told of what it misses; None leaves it open. Recorded."""
    if account is not None and account not in staff_of(agency):
        raise NotAllowed(say("This colleague does not work at this office, or has left it."))
    with transaction.atomic():
        agency.head = account
        agency.save(update_fields=["head"])
        record("agency.head", f"agency:{agency.code}", by=by.ref, account=account.code if account else "")
