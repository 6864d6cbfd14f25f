"""Giving referrals out as rows of the exchange standard, and taking such rows in. Whole files, or nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.access.country import current_profile, today_here
from opennrm.access.queries import may, sight_of
from opennrm.audit.actions import record
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, Answer, CitizenshipGroup, Sex
from opennrm.kernel.errors import NrmError, SourceProblem
from opennrm.kernel.text import Sentence, say
from opennrm.parties.actions import Known as KnownPerson
from opennrm.parties.actions import correct_attributes, reveal_identity
from opennrm.parties.queries import attributes, consents
from opennrm.referral.from_systems import send
from opennrm.referral.htcds.rules import (
    GENDER_OF,
    LIST,
    SEX_OF,
    UNKNOWN_GENDER,
    Known,
    Row,
    age_of,
    answers_of,
    basis_of,
    codes_said_by,
    name_of,
    read,
    written,
)
from opennrm.referral.models import Brought, Referral
from opennrm.referral.sending import Agreement, Contact, Letter, Needs
from opennrm.screening.queries import answers as given_answers
from opennrm.screening.rules import PLACES
from opennrm.workflow.actions import require

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.parties.models import Identity

WITHHELD_REASON = "The reason was withheld in the file that brought this referral."
# The classes of data that a row with names holds.
NAMED = frozenset({"person_identity", "contact_and_whereabouts", "screening_free_text", "sensitive_attributes"})
# What the receiving office's state says in the standard's words for a case; the others are active.
STATUS_OF = {
    "out_of_scope_redirected": "ClosedReferred",
    "duplicate_linked": "Closed",
    "closed_unreachable": "Closed",
    "withdrawn": "Closed",
}


def export_referrals(
    *, by: Account, purpose: str, names: bool = False, since: date | None = None
) -> list[dict[str, str]]:
    """The referrals that the account may read, one row each, the oldest first. Each row is recorded, with the purpose.

    Without `names` every word, person, day and place of a life is withheld. With them, each sealed identity is opened
    by the account's own permission, and recorded as such; a referral of which the account does not read every class of
    data that a row holds stays without, and one whose answers it does not read is left out. Raises NotAllowed where the
    role does not include exporting.
    """
    require(by, "referral.export")
    visible = Referral.objects.visible_to(by).exclude(state="draft")
    if since is not None:
        visible = visible.filter(opened_at__date__gte=since)
    rows = []
    for referral in visible.select_related("person", "screening", "sender_agency", "to_agency").order_by(
        "opened_at", "id"
    ):
        if not may(by, "referral.read", referral):
            continue
        sees = sight_of(by, referral)
        if "screening_answers" not in sees:
            continue
        named = names and sees.reads >= NAMED
        with transaction.atomic():
            record("referral.export", referral.ref, by=by.ref, file=referral.file_code, purpose=purpose, names=named)
            identity = reveal_identity(referral.person, by=by, purpose=purpose) if named else None
            rows.append(written(_facts(referral, identity, names=named), names=named))
    return rows


@transaction.atomic
def import_referrals(lines: Sequence[Sequence[str]], *, by: Account) -> tuple[list[Referral], tuple[Sentence, ...]]:
    """Take every row of a file as a referral, or none. Returns them and what was left aside.

    A row that was taken before is not taken twice. Nothing that another body decided is decided by it: status and
    nationality stay with what the file brought. Raises SourceProblem naming every fault by row and column.
    """
    require(by, "screening.record")
    sheet = read(lines, known_here())
    if sheet.faults:
        raise SourceProblem(say("Nothing was taken. The file has faults."), problems=sheet.faults)
    taken, faults = [], []
    for row in sheet.rows:
        try:
            with transaction.atomic():
                taken.append(_take(row, by=by))
        except NrmError as refusal:
            faults.append(say("row %(row)d: %(what)s", row=row.number, what=refusal.what))
    if faults:
        raise SourceProblem(say("Nothing was taken. The rules refuse rows."), problems=tuple(faults))
    return taken, sheet.left_aside


def known_here() -> Known:
    """What this country and its lists know, as reading a file needs it."""
    profile = current_profile()
    purposes = profile.purposes.values()
    return Known(
        lists={used.key: frozenset(used.by_id) for used in profile.all_indicator_sets},
        newest_of_eleven=profile.indicator_set(LIST).key,
        districts=frozenset(profile.districts),
        places=frozenset(PLACES),
        languages=frozenset(language.code for language in profile.person_languages),
        purposes=frozenset(
            name for one in purposes for name in (one.id, *(f"{one.id}/{audience}" for audience in one.audiences))
        ),
        duties={duty.id: frozenset(band.value for band in duty.applies_to) for duty in profile.duties.values()},
    )


def _take(row: Row, *, by: Account) -> Referral:
    content = json.dumps(row.fields, sort_keys=True).encode()
    key = row.get("onrm_Reference") or f"htcds-{hashlib.sha256(content).hexdigest()[:40]}"
    referral = send(_payload(row), _letter(row), by=by, key=key, content=content)
    if Brought.objects.filter(referral=referral).exists():
        return referral
    Brought(referral=referral, reference=key, fields=row.fields).save(force_insert=True)
    _keep_citizenship(referral, row, by=by)
    record("referral.import", referral.ref, by=by.ref, file=referral.file_code)
    return referral


def _payload(row: Row) -> dict[str, object]:
    used, answers = answers_of(row)
    band, born = age_of(row, today_here())
    brought_day = row.get("cas_OutgoingReferralDate")
    language = row.get("onrm_Language") or row.get("prs_PrimaryLanguage")
    sent_at = datetime.fromisoformat(brought_day).replace(tzinfo=current_profile().zone) if brought_day else None
    return {
        "indicator_set": used or current_profile().indicator_set(LIST).key,
        "age_band": band.value,
        "born_on": born,
        "sex": SEX_OF[row.get("prs_Gender") or UNKNOWN_GENDER].value,
        "district": row.get("onrm_District"),
        "place": row.get("onrm_Place"),
        "person_language": language if language in known_here().languages else "",
        "notes": _details(row),
        "device_at": sent_at.isoformat() if sent_at and sent_at <= now() else "",
        "answers": {name: {"answer": given.value} for name, given in answers.items()},
    }


def _letter(row: Row) -> Letter:
    basis = basis_of(row)
    reason = _details(row)[:500]
    if not reason and "cas_OutgoingReferralDetails" in row.get("onrm_Withheld"):
        reason = WITHHELD_REASON
    agreed = _names(row.get("onrm_Agreed"))
    if basis == "consent" and not any(name.partition("/")[0] == "referral" for name in agreed):
        agreed |= {"referral"}
    return Letter(
        needs=Needs(
            Answer(row.get("onrm_SafeTonight") or Answer.NOT_KNOWN),
            Answer(row.get("onrm_NeedsDoctor") or Answer.NOT_KNOWN),
        ),
        agreement=Agreement(
            duty="" if basis == "consent" else basis,
            agreed=agreed,
            declined=_names(row.get("onrm_Declined")),
            told=row.get("onrm_Told") if basis != "consent" else "",
        ),
        contact=Contact(
            name=name_of(row)[:200],
            document=row.get("prs_IdentityNumber")[:200],
            contact=(row.get("prs_MobilePhone") or row.get("prs_HomePhone") or row.get("prs_Email"))[:200],
        ),
        anyway_reason=reason,
        district=row.get("onrm_District"),
    )


def _details(row: Row) -> str:
    return row.get("cas_OutgoingReferralDetails") or row.get("cas_IncomingReferralDetails")


def _names(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(";") if part.strip())


def _keep_citizenship(referral: Referral, row: Row, *, by: Account) -> None:
    """The first citizenship becomes a coded fact of the person's record; no list and no rule reads it."""
    citizenship = row.get("prs_Citizenship")[:2]
    year = row.get("onrm_BirthYear")
    known = attributes(referral.person)
    if not citizenship and not year:
        return
    domestic = citizenship == current_profile().code.upper()
    group = CitizenshipGroup.DOMESTIC if domestic else CitizenshipGroup.FOREIGN
    correct_attributes(
        referral.person,
        KnownPerson(
            sex=Sex(known.sex),
            age_band=AgeBand(known.age_band),
            birth_year=known.birth_year or (int(year) if year else None),
            citizenship=citizenship,
            citizenship_group=group if citizenship else CitizenshipGroup.NOT_KNOWN,
            language=known.language,
        ),
        by=by,
    )


def _facts(referral: Referral, identity: Identity | None, *, names: bool) -> dict[str, str]:
    """Every cell of a referral's row: what the file brought, completed and, where it is ours to know, replaced."""
    screening, known = referral.screening, attributes(referral.person)
    brought = Brought.objects.filter(referral=referral).select_related("referral").first()
    facts: dict[str, str] = dict(brought.fields) if brought else {}
    answers = {name: Answer(given.answer) for name, given in given_answers(screening).items()}
    held = consents(referral.person)
    is_waiting = referral.state in {"submitted", "received"}
    own = {
        "onrm_Reference": referral.code,
        "cas_ReferringOrganisation": referral.sender_agency.code,
        "cas_ReferredOrganisation": referral.to_agency.code,
        "cas_OutgoingReferralDate": _day(screening.device_at or referral.submitted_at),
        "vic_TraffickingStatus": "PossibleVictimOfTrafficking",
        "vic_MethodsOfControl": "; ".join(codes_said_by(answers)),
        "prs_Citizenship": known.citizenship,
        "prs_PrimaryLanguage": known.language if len(known.language) in {2, 3} else "",
        "onrm_BirthYear": str(known.birth_year or ""),
        "cas_OutgoingReferralDetails": screening.situation or referral.anyway_reason,
        "onrm_Name": identity.name if identity and not brought else "",
        "prs_IdentityNumber": identity.document if identity else "",
    }
    if not names:  # that there is a name is said; the name stays sealed
        own |= {"onrm_Name": "", "prs_IdentityNumber": ""}
    facts = own | {name: value for name, value in facts.items() if value}
    if not brought and facts["cas_OutgoingReferralDetails"] == WITHHELD_REASON:
        facts["cas_OutgoingReferralDetails"] = ""
    if brought and not brought.fields.get("cas_OutgoingReferralDetails"):
        facts["cas_OutgoingReferralDetails"] = ""
    if SEX_OF.get(facts.get("prs_Gender", "")) != known.sex:
        facts["prs_Gender"] = GENDER_OF.get(Sex(known.sex), UNKNOWN_GENDER)
    if not (is_waiting and facts.get("cas_Status")):
        facts["cas_Status"] = STATUS_OF.get(referral.state, "Active")
    if referral.acknowledged_at:
        facts["cas_IncomingReferralDate"] = _day(referral.acknowledged_at)
    return facts | {
        "onrm_List": screening.indicator_set,
        "onrm_Answers": "; ".join(f"{name}={given.value}" for name, given in sorted(answers.items())),
        "onrm_AgeBand": referral.age_band,
        "onrm_District": screening.district,
        "onrm_Place": screening.place,
        "onrm_Language": known.language,
        "onrm_SafeTonight": referral.is_safe_tonight,
        "onrm_NeedsDoctor": referral.needs_doctor,
        "onrm_Basis": referral.basis,
        "onrm_Told": referral.told,
        "onrm_Agreed": "; ".join(sorted(_named(one.purpose, one.audience) for one in held if one.given)),
        "onrm_Declined": "; ".join(sorted(_named(one.purpose, one.audience) for one in held if not one.given)),
        "con_Consent": "true" if referral.basis == "consent" else facts.get("con_Consent", ""),
    }


def _named(purpose: str, audience: str) -> str:
    return f"{purpose}/{audience}" if audience else purpose


def _day(moment: datetime | None) -> str:
    return current_profile().calendar.day(moment).isoformat() if moment else ""
