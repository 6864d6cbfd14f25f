"""Codes whose meaning must not vary from country to country. What a country groups or calls them is profile data."""

from datetime import date
from enum import StrEnum

ADULT_AT = 18


class FormOfExploitation(StrEnum):
    """The leaves. Several may be true of one person; a country's versioned grouping adds them up."""

    SEXUAL = "sexual"
    PORNOGRAPHY = "pornography"
    LABOUR = "labour"
    DOMESTIC_SERVITUDE = "domestic_servitude"
    BEGGING = "begging"
    CRIMINALITY = "criminality"
    FORCED_MARRIAGE = "forced_marriage"
    SLAVERY = "slavery"
    ORGAN_REMOVAL = "organ_removal"
    ILLEGAL_ADOPTION = "illegal_adoption"
    SURROGACY = "surrogacy"
    ARMED_CONFLICT = "armed_conflict"
    OTHER = "other"
    NOT_KNOWN = "not_known"


class Sex(StrEnum):
    """As recorded; `other` and `not_known` are answers, not gaps."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    NOT_KNOWN = "not_known"


class AgeBand(StrEnum):
    """On a given date. `uncertain` is treated as a child wherever a rule asks."""

    CHILD = "child"
    ADULT = "adult"
    UNCERTAIN = "uncertain"


class CountingUnit(StrEnum):
    """What one is. Numbers of different units are never added."""

    PERSON = "person"
    REFERRAL = "referral"
    SCREENING = "screening"
    CASE = "case"
    DECISION = "decision"
    APPEAL = "appeal"
    STATEMENT = "statement"
    DETERMINATION = "determination"
    CLOCK = "clock"
    SITE_REPORT = "site_report"
    LISTED_PERSON = "listed_person"
    CALL = "call"
    SERVICE = "service"
    PLACEMENT = "placement"
    PERMIT = "permit"
    SUSPECT = "suspect"
    DEFENDANT = "defendant"
    CONVICTED_PERSON = "convicted_person"
    PROCEEDING = "proceeding"
    SENTENCE = "sentence"
    CLAIM = "claim"
    INSPECTION = "inspection"
    LICENCE = "licence"
    MONEY = "money"


class Outcome(StrEnum):
    """Of a decision on identification."""

    IDENTIFIED = "identified"
    NOT_IDENTIFIED = "not_identified"
    DEFERRED = "deferred"


class Answer(StrEnum):
    """To an indicator. `not_known` covers not asked, not answered and not safe to ask; it is never a no."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"


class Element(StrEnum):
    """Of the definition of trafficking: what was done, how, and what for. A child needs no means."""

    ACT = "act"
    MEANS = "means"
    PURPOSE = "purpose"


class Finding(StrEnum):
    """On one element, in an opinion or a decision."""

    SHOWN = "shown"
    NOT_SHOWN = "not_shown"
    UNCLEAR = "unclear"


class Strength(StrEnum):
    """Of an indicator, per list and dimension."""

    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"


class CitizenshipGroup(StrEnum):
    """The coarse citizenship that figures use; the country itself stays with the person's record."""

    DOMESTIC = "domestic"
    FOREIGN = "foreign"
    STATELESS = "stateless"
    NOT_KNOWN = "not_known"


class SiteKind(StrEnum):
    """What kind of place people work, live or wait in, as far as one could see."""

    FACTORY = "factory"
    CONSTRUCTION_SITE = "construction_site"
    DWELLING = "dwelling"
    FARM = "farm"
    RECEPTION_CENTRE = "reception_centre"
    BORDER = "border"
    ONLINE = "online"
    OTHER = "other"


class Sector(StrEnum):
    """The branch of work at a site."""

    MANUFACTURING = "manufacturing"
    CONSTRUCTION = "construction"
    AGRICULTURE = "agriculture"
    MINING = "mining"
    HOSPITALITY = "hospitality"
    DOMESTIC_WORK = "domestic_work"
    TRANSPORT = "transport"
    CARE = "care"
    SEX_INDUSTRY = "sex_industry"
    OTHER = "other"
    NOT_KNOWN = "not_known"


class BusinessKind(StrEnum):
    """What a business is to the people at a site."""

    RECRUITER = "recruiter"
    EMPLOYER = "employer"
    CONTRACTOR = "contractor"


class NotScreened(StrEnum):
    """Why nobody is asked at a reported site. "No exploitation" is none: that can only be said of one person, asked."""

    REPORTED_TWICE = "reported_twice"
    NOBODY_THERE = "nobody_there"
    NOT_FOUND = "not_found"
    ACCESS_REFUSED = "access_refused"
    NOT_SAFE = "not_safe"
    OTHER_BODY = "other_body"
    OTHER = "other"


class NotTalked(StrEnum):
    """Why somebody who was at a site was not talked with."""

    LEFT = "left"
    NOT_THERE = "not_there"
    NO_INTERPRETER = "no_interpreter"
    NOT_SAFE = "not_safe"
    OTHER = "other"


def age_band(on: date, *, birth_date: date | None = None, birth_year: int | None = None) -> AgeBand:
    """The age band on a day. A birth year alone leaves the year of the eighteenth birthday uncertain.

    A birth on 29 February counts as complete on 1 March in other years. A birth after `on` raises ValueError.
    """
    if birth_date is not None:
        if birth_date > on:
            raise ValueError("the birth date lies after the day asked about")
        years = on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))
        return AgeBand.ADULT if years >= ADULT_AT else AgeBand.CHILD
    if birth_year is None:
        return AgeBand.UNCERTAIN
    if birth_year > on.year:
        raise ValueError("the birth year lies after the day asked about")
    years = on.year - birth_year
    if years == ADULT_AT:
        return AgeBand.UNCERTAIN
    return AgeBand.ADULT if years > ADULT_AT else AgeBand.CHILD


def is_child_or_may_be(band: AgeBand) -> bool:
    """Whether the rules for children apply: a person of uncertain age is treated as a child."""
    return band != AgeBand.ADULT
