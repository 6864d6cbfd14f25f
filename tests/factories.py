"""The smallest honest objects. Names are invented and look it."""

from datetime import date

from opennrm.access.actions import appoint, register_account, register_agency, set_password
from opennrm.access.actor import SYSTEM
from opennrm.access.country import current_profile
from opennrm.access.offices import agencies_of_kind
from opennrm.identification import actions as identification
from opennrm.identification.actions import Informed, OpinionText, RulingText
from opennrm.identification.appeals import actions as appeals
from opennrm.identification.appeals.actions import Handed, Lodged
from opennrm.kernel.codes import AgeBand, Answer, Element, Finding, FormOfExploitation, Outcome, Sex, SiteKind
from opennrm.referral import actions as referral
from opennrm.referral import sending
from opennrm.referral.sending import Agreement, Contact, Letter, Needs
from opennrm.screening import actions as screening
from opennrm.screening.actions import Situation
from opennrm.sites import actions as sites
from opennrm.sites.actions import Place, Report

PASSWORD = "twenty green parrots fly"
CONSENT = Agreement(agreed=frozenset({"referral", "sender_outcome"}))
REASONS = dict.fromkeys(Element, "Shown by what was found.")


def an_agency(kind):
    return next(iter(agencies_of_kind(kind)), None) or register_agency(kind=kind, name=f"Office {kind}", by=SYSTEM)


def staff(role, sign_in="", *, with_password=False, discipline=""):
    """An account with one post, at an agency of the first kind that the profile gives the role."""
    kind = current_profile().roles[role].agency_kinds[0]
    name = sign_in or role
    account = register_account(sign_in=name, name=f"Primer {name}", by=SYSTEM)
    if with_password:  # hashing is slow on purpose
        set_password(account, PASSWORD)
    appoint(account, an_agency(kind), role, by=SYSTEM, discipline=discipline)
    return account


def a_line(sign_in="operator"):
    """An operator of a line that nobody else belongs to."""
    operator = register_account(sign_in=sign_in, name=f"Primer {sign_in}", by=SYSTEM)
    an_agency("hotline")
    line = register_agency(kind="hotline", name=f"Second line {sign_in}", by=SYSTEM)
    appoint(operator, line, "hotline_operator", by=SYSTEM)
    return operator


def a_screening(by, *, yes=(7,), age_band=AgeBand.ADULT, note="", notes="", place=""):
    an_agency("centre")
    an_agency("csw")
    situation = Situation(indicator_set="ilo-11", age_band=age_band, sex=Sex.FEMALE, notes=notes, place=place)
    noticed = screening.start(situation, by=by)
    for number in yes:
        screening.answer(noticed, f"ILO11-{number:02}", Answer.YES, note=note, by=by)
    return noticed


def a_letter(*, name="", agreement=CONSENT, reason="", contact="", never=""):
    return Letter(
        needs=Needs(Answer.YES, Answer.NO),
        agreement=agreement,
        contact=Contact(name=name, contact=contact, channel="through_sender", never=never),
        anyway_reason=reason,
    )


def a_referral(by, **kwargs):
    return sending.submit(a_screening(by, **kwargs), a_letter(), by=by)


def a_site(by, *, present=14, **seen):
    an_agency("centre")
    place = Place(SiteKind.CONSTRUCTION_SITE, address="Primer 1", operator="Uzor d.o.o.")
    return sites.report(Report(place, present, date(2026, 3, 12), **seen), by=by)


def an_open_case(inspector, duty):
    sent = a_referral(inspector)
    referral.acknowledge(sent, by=duty)
    return identification.open_case(sent, by=duty)


def an_open_child_case(sender, guardian):
    """A child's case, opened by the office that decides for children without a panel."""
    sent = a_referral(sender, age_band=AgeBand.CHILD)
    referral.acknowledge(sent, by=guardian)
    return identification.open_case(sent, by=guardian)


def everybody_informed(case, by):
    always = [p.id for p in current_profile().participants_for(AgeBand(case.age_band)) if p.always]
    return identification.inform_participants(case, [Informed(p, "telephone") for p in always], by=by)


def with_panel(case, lead, members):
    everybody_informed(case, lead)
    identification.begin_assessment(case, by=lead)
    seats = dict(zip(current_profile().disciplines, members, strict=True))
    identification.assign_panel(case.decision, seats, by=lead)
    return case


def opinion(view=Outcome.IDENTIFIED):
    facts = dict.fromkeys(Element, "What was found on the spot.")
    return OpinionText(view, dict.fromkeys(Element, Finding.SHOWN), "It is coherent.", facts=facts)


def all_opinions(case, members):
    for member in members:
        identification.record_opinion(case.decision, opinion(), by=member)
    return case


def identified():
    return RulingText(Outcome.IDENTIFIED, reasons=REASONS, forms=(FormOfExploitation.LABOUR,))


def declined(case, lead):
    """A negative decision on a case whose opinions are in, served."""
    ruling = identification.decide(case.decision, RulingText(Outcome.NOT_IDENTIFIED, reasons=REASONS), by=lead)
    appeals.serve(case.decision, Handed("in_person", "person", "vi", was_interpreted=True), by=lead)
    return ruling


def an_appeal(case, lead):
    """An appeal against a decision that was served."""
    return appeals.lodge(case.decision, Lodged("person", "spoken", grounds="It was not so."), by=lead)


class Office:
    """Everybody whom the thread needs."""

    def __init__(self):
        self.inspector = staff("labour_inspector", "inspector")
        self.duty = staff("centre_intake_officer", "duty")
        self.lead = staff("centre_case_manager", "lead")
        self.members = [
            staff("panel_member", f"member{n}", discipline=d) for n, d in enumerate(current_profile().disciplines)
        ]
        self.stranger = staff("police_investigator", "stranger")

    def case(self):
        case = an_open_case(self.inspector, self.duty)
        identification.hand_over(case, self.lead, by=self.duty)
        return case

    def case_with_panel(self):
        return with_panel(self.case(), self.lead, self.members)

    def case_ready_to_decide(self):
        return all_opinions(self.case_with_panel(), self.members)
