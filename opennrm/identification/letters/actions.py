"""Making the paper that a person is handed. That it was made is kept; the paper is not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.access.country import current_profile
from opennrm.audit.actions import record
from opennrm.audit.queries import times_done
from opennrm.identification.letters.queries import Told, issued
from opennrm.identification.models import Issued, Letter
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.workflow.actions import note, require

if TYPE_CHECKING:
    from opennrm.access.models import Account

FORMS = ("print", "docx")
# So many papers somebody can ask about within an hour: enough for a counter, far too few to find one by trying.
ASKED_AT_MOST, WITHIN = 10, timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Wished:
    """How a paper is to be made. own_language: that of the person, in which a few words say what the paper means."""

    language: str
    own_language: str = ""
    is_neutral: bool = True
    with_reasons: bool = False
    form: str = "print"


def make_letter(told: Told, wished: Wished, *, by: Account, at: datetime | None = None) -> Letter:
    """Keep that a paper was made: which kind, neutral or not, as what, by whom. Raises NotAllowed for anything unknown.

    The audit entry names codes only; the reference is a random number that opens nothing.
    """
    require(by, "case.lead", told.decision)
    profile = current_profile()
    if wished.language not in {language.code for language in profile.languages} or wished.form not in FORMS:
        raise NotAllowed(say("Choose the language and the form of the paper."))
    with transaction.atomic():
        letter = Letter(
            kind=told.kind,
            ruling=None if told.appeal else told.ruling,
            appeal=told.appeal,
            is_neutral=wished.is_neutral,
            form=wished.form,
            language=wished.language,
            made_by=by,
            made_at=at or now(),
        )
        letter.save(force_insert=True)
        facts = {"kind": told.kind.value, "neutral": wished.is_neutral, "form": wished.form}
        about = told.appeal or told.decision
        note(about, "letter", by=by, at=at, language=wished.language, **facts)
        Issued(
            reference=letter.reference,
            on=current_profile().calendar.day(letter.made_at),
            agency=None if wished.is_neutral else told.office,
            subject=about.ref,
            file_code=about.file_code,
        ).save(force_insert=True)
    return letter


def confirm_letter(reference: str, on: date, *, by: Account, at: datetime | None = None) -> Issued | None:
    """Whether a paper with this reference and this day was issued here; None where it was not.

    Each question is recorded, and one that found its paper stands in the timeline of the case. Raises NotAllowed after
    too many of them. Who asks learns nothing that does not stand on the paper.
    """
    require(by, "letter.confirm")
    moment = at or now()
    with transaction.atomic():
        paper = issued(reference, on)
        record("letter.confirm", by.ref, by=by.ref, at=moment, found=paper is not None)
        if times_done("letter.confirm", by=by.ref, since=moment - WITHIN) > ASKED_AT_MOST:
            raise NotAllowed(say("You have asked often within an hour. Ask again in an hour, or call the office."))
        if paper is not None:
            verb = f"{paper.subject.partition(':')[0]}.letter_confirmed"
            record(verb, paper.subject, by=by.ref, at=moment, file=paper.file_code)
    return paper
