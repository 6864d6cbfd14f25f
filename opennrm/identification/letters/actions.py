"""Making the paper that a person is handed. That it was made is kept; the paper is not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from opennrm.access.country import current_profile
from opennrm.identification.letters.queries import Told
from opennrm.identification.models import Letter
from opennrm.kernel.clock import now
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import say
from opennrm.workflow.actions import note, require

if TYPE_CHECKING:
    from opennrm.access.models import Account

FORMS = ("print", "docx")


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
        note(told.appeal or told.decision, "letter", by=by, at=at, language=wished.language, **facts)
    return letter
