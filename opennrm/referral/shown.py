"""Words of referral pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opennrm.access.country import current_profile, today_here
from opennrm.access.queries import may
from opennrm.kernel.clock import now
from opennrm.kernel.codes import AgeBand, Sex
from opennrm.kernel.label import NO_LABEL, Label
from opennrm.kernel.text import Sentence, say
from opennrm.parties.queries import attributes
from opennrm.referral.queries import WAITING, Destination
from opennrm.referral.rules import Ground, Verdict
from opennrm.screening.forms import PLACES, direction
from opennrm.screening.queries import reading_of, used_list
from opennrm.screening.shown import HEADINGS
from opennrm.workflow.pages import in_language
from opennrm.workflow.wording import worded

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.referral.forms import LetterForm
    from opennrm.referral.models import PossibleMatch
    from opennrm.screening.models import Screening

OUTCOME_TOLD = {
    "identified": say("The person was identified."),
    "not_identified": say("The person was not identified. Other help was offered."),
    "withheld": say("The procedure has ended. The outcome is not shared."),
}
ATTEMPT = say("Write down an attempt to make contact")
TAKE_OVER = say(
    "From now on you can read what the sender wrote, and the sender can no longer change it. Your name is recorded."
)
TAKE_ON = say("Go on in a colleague’s place")
ASK = say("The sender reads your question and answers it in the service. The clocks run on.")
PASS_ON = say("The referral ends here, with help arranged elsewhere. The sender learns that, and not where.")
CONTACT = say("How the person may be reached")
CONTACT_MEANS = say("Write what the person or the sender said. The newest rule holds; the earlier ones stay on record.")
WITHDRAW = say(
    "The person does not want it any more, and nobody has taken it over. The referral ends, and its words, name and "
    "contact are destroyed. The office learns that it was taken back."
)
CLOSE = say("The referral ends. A new one can be sent at any time. The sender learns that the person was not reached.")
CONSENT = say("The person agrees to be referred")
ASK_LEAD = say("Ask the lead of the other file")
ASK_LEAD_MEANS = say(
    "A notice goes to whoever leads the other file. It says that you ask, and nothing "
    "of the content. You learn nothing of the other file before its lead agrees."
)
ANSWER_MATCH = say("Is it the same person?")
SIGNS = {
    "document": say("The same document number stands in both files."),
    "name_and_birth_year": say("The same name and year of birth stand in both files."),
    "name": say("The same name stands in both files."),
    "sound_and_birth_year": say("Names that sound alike and the same year of birth stand in both files. It is likely."),
    "sound": say("Names that sound alike stand in both files. It may be somebody else."),
}
VERDICT_WORDS = {
    Verdict.SAME: say("The lead says: the same person. You can link this referral to that case."),
    Verdict.DIFFERENT: say("The lead says: different persons."),
    Verdict.UNSURE: say("The lead cannot say. Talk with each other, and ask again."),
}


def take_on_means(colleague: str) -> Sentence:
    """What it brings about to go on with a referral that a colleague took over."""
    return say(
        "%(colleague)s took this over. From now on you answer for it and can read it; your colleague no "
        "longer can, and is told. Your name and the reason are recorded. The clocks run on.",
        colleague=colleague,
    )


@dataclass(frozen=True, slots=True)
class MatchShown:
    """A possible match as the officer reads it: how it stands, and what she can do. Nothing of the other file."""

    match: PossibleMatch
    words: Sentence
    may_ask: bool
    may_answer: bool
    may_link: bool


def matches_shown(found: list[PossibleMatch], viewer: Account) -> list[MatchShown]:
    """Possible matches in words."""
    return [_match_shown(match, viewer) for match in found]


def _match_shown(match: PossibleMatch, viewer: Account) -> MatchShown:
    is_open = match.referral.state in WAITING
    if match.verdict:
        words = VERDICT_WORDS[Verdict(match.verdict)]
    elif match.asked_at:
        words = say("Its lead was asked and has not answered yet.")
    else:
        words = say("Not asked yet.")
    can_ask = match.asked_at is None or match.verdict == Verdict.UNSURE
    return MatchShown(
        match,
        words,
        may_ask=can_ask and may(viewer, "referral.decide", match.referral),
        may_answer=bool(match.asked_at) and not match.verdict and may(viewer, "case.lead", match),
        may_link=match.verdict == Verdict.SAME and is_open and may(viewer, "referral.decide", match.referral),
    )


WHO = {
    AgeBand.ADULT: say("The person is an adult."),
    AgeBand.CHILD: say("The person is a child."),
    AgeBand.UNCERTAIN: say("The age is not certain, so the rules for children apply."),
}


def why_there(where: Destination, age_band: AgeBand) -> list[Sentence]:
    """Why a referral goes to an office, sentence by sentence."""
    profile = current_profile()
    place = profile.districts[where.district].label if where.district else NO_LABEL
    said = [WHO[age_band]]
    if where.instead:
        kind = profile.agency_kinds[where.competence.agency].label
        if where.district:
            said.append(say("No office of the kind “%(kind)s” serves %(district)s.", kind=kind, district=place))
        else:
            said.append(say("The district is not noted, so no office of the kind “%(kind)s” is found.", kind=kind))
        said.append(say("This office receives it instead and brings in the competent one."))
    elif where.ground == Ground.DISTRICT:
        said.append(say("This office serves %(district)s.", district=place))
    else:
        said.append(say("This office serves the whole country."))
    return said


def basis_words(basis: str) -> str:
    """On what a referral rests, in words: consent or a duty to notify."""
    duty = current_profile().duties.get(basis)
    return in_language(duty.label) if duty else worded(CONSENT)


def letter_page(form: LetterForm, screening: Screening) -> dict[str, object]:
    """What stands around the fields of a letter: where it goes and why, and every question in her language."""
    profile = current_profile()
    language = screening.person_language
    where, age_band = form.destination, AgeBand(screening.age_band)
    basis = profile.article(where.competence.basis, today_here()).label if where else None
    hers = {purpose.id: purpose.asked for purpose in profile.purposes.values()}
    return {
        "screening": screening,
        "where": where,
        "why": why_there(where, age_band) if where else [],
        "where_basis": in_language(basis) if basis else "",
        "is_adult": age_band == AgeBand.ADULT,
        "consents": [(field, _hers(hers[purpose], language)) for field, purpose in form.consents()],
        "referral_hers": _hers(profile.purpose("referral").asked, language),
        "duties": [
            (in_language(duty.label), in_language(duty.told), _hers(duty.told, language), _basis_of(duty.basis))
            for duty in profile.duties.values()
            if age_band in duty.applies_to
        ],
        "her_language": language,
        "her_language_name": next((one.name for one in profile.person_languages if one.code == language), ""),
        "her_direction": direction(language),
        "awaits_review": profile.consent_awaits_review,
    }


def _hers(words: Label, language: str) -> str:
    return words[language] if language and language in words else ""


def _basis_of(basis: str) -> str:
    return in_language(current_profile().article(basis, today_here()).label)


def kept_of(screening: Screening) -> list[tuple[Sentence, str]]:
    """Everything that stays when a person is only counted, in words: nothing that is not in this list."""
    profile = current_profile()
    known = attributes(screening.person)
    district = profile.districts.get(screening.district)
    not_known = worded(say("Not known"))
    return [
        (say("List used"), in_language(used_list(screening).title)),
        (say("What the list advises"), worded(HEADINGS[reading_of(screening).advice])),
        (say("Age"), in_language(profile.label(AgeBand(screening.age_band)))),
        (say("Sex"), in_language(profile.label(Sex(known.sex)))),
        (say("District"), in_language(district.label) if district else not_known),
        (say("Place"), str(dict(PLACES).get(screening.place, "")) or not_known),
        (say("Month"), profile.calendar.local(now()).strftime("%m/%Y")),
        (say("What you suspect"), worded(say("as you choose below"))),
    ]
