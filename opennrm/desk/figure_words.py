"""What figures are made of, in the reader's language: events, units, and the codes of every breakdown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext

from opennrm.access.country import current_profile
from opennrm.desk.lives import HAPPENED
from opennrm.identification.rules.determinations import OUTCOMES
from opennrm.identification.rules.help import HELP
from opennrm.identification.rules.statements import REPEATS
from opennrm.kernel.text import Sentence, say
from opennrm.referral.hotline.shown import CALLERS, CHANNELS, LED_TO, language_name, subject_words
from opennrm.registers.rules import Changed, Recipient
from opennrm.screening.shown import HEADINGS
from opennrm.sites.shown import STANDING
from opennrm.statistics.measures.measure import Catalogue, Statistic
from opennrm.statistics.measures.measure import catalogue as load_catalogue
from opennrm.statistics.measures.table import TOTAL
from opennrm.statistics.model import NOT_KNOWN
from opennrm.workflow.pages import in_language
from opennrm.workflow.wording import worded

MEASURES: Catalogue = load_catalogue()
AXES = {b.id: b.label for measure in MEASURES.measures.values() for b in measure.breakdowns}
EVENTS: dict[str, Sentence] = {
    "referral.first": say("Referred"),
    "decision.identified": say("Identified"),
    "referral.received": say("Received"),
    "referral.opened": say("Opened"),
    "screening.referred": say("Screening finished"),
    "screening.counted_only": say("Counted without name"),
    "opinion.complete": say("Last opinion"),
    "decision.made": say("Decided"),
    "decision.first": say("First decision"),
    "decision.served": say("Served"),
    "help.arranged": say("Help arranged"),
    "help.first": say("First help"),
    "appeal.lodged": say("Lodged"),
    "appeal.ended": say("Ended"),
    "statement.told": say("Told"),
    "person.tellings": say("First told"),
    "determination.recorded": say("Determined"),
    "person.determined": say("First determined"),
    "clock.due": say("Due"),
    "clock.started": say("Clock begun"),
    "clock.stopped": say("Clock ended"),
    "site.listed": say("Put on a list"),
    "site.received": say("Received"),
    "site.not_screened": say("Decided that nobody is talked with"),
    "call.received": say("Call"),
    "call.first": say("Surely another caller"),
    "call.first_likely": say("Also likely another caller"),
    "call.subject": say("Subject of a call"),
    "call.led_to": say("Outcome of a call"),
}
DUTY_DONE = say("What the clock asks for was done")
DATING = {"event": say("Date of the event"), "cohort": say("Date of the first referral")}
STATISTICS: dict[str, Sentence] = {
    Statistic.MEDIAN: say("Median"),
    Statistic.LOWER_QUARTILE: say("Lower quartile"),
    Statistic.UPPER_QUARTILE: say("Upper quartile"),
    Statistic.SHARE_WITHIN: say("Share in time"),
    Statistic.COUNT: say("How many"),
}
RECIPIENTS: dict[Recipient, Sentence] = {
    Recipient.GOVERNMENT: say("Government"),
    Recipient.PARLIAMENT: say("Parliament"),
    Recipient.RAPPORTEUR: say("National rapporteur"),
    Recipient.COUNCIL_OF_EUROPE: say("Council of Europe"),
    Recipient.EUROPEAN_UNION: say("European Union"),
    Recipient.UNITED_NATIONS: say("United Nations"),
    Recipient.FOREIGN_STATE: say("Another state"),
    Recipient.PUBLIC: say("The public"),
    Recipient.OTHER: say("Somebody else"),
}
WHY_CHANGED: dict[Changed, Sentence] = {
    Changed.CORRECTED: say("A record was corrected"),
    Changed.CAME_LATER: say("A report came late"),
    Changed.DECIDED_LATER: say("It was decided later"),
    Changed.SAME_PERSON: say("Two records were found to be of one person"),
    Changed.TAKEN_BACK: say("Something was taken back"),
    Changed.ERASED: say("Persons were erased: their district shows as its region"),
    Changed.OTHER: say("Another reason"),
}
# Breakdowns whose codes are those of the standard, worded by the country.
KINDS = {
    "form": "FormOfExploitation",
    "sex": "Sex",
    "age_band": "AgeBand",
    "citizenship": "CitizenshipGroup",
    "outcome": "Outcome",
    "safe": "Answer",
    "site_kind": "SiteKind",
    "sector": "Sector",
    "reason": "NotScreened",
}
SAID: dict[str, Mapping[str, Sentence]] = {
    "standing": {"met": say("met"), "late": say("late"), "missed": say("missed"), "running": say("running")},
    "result": {
        "open": say("Still open"),
        "identified": say("Identified"),
        "not_identified": say("Not identified"),
        "deferred": say("Deferred"),
        "linked": say("Joined to an open case"),
        "redirected": say("Passed on to other help"),
        "not_reached": say("Not reached"),
        "withdrawn": say("Taken back"),
        "granted": say("Granted"),
        "rejected": say("Rejected"),
        "returned": say("Returned"),
        "out_of_time": say("Out of time"),
        "waiting": say("Waiting or going on"),
        "visited": say("Visit ended"),
        "not_screened": say("Nobody talked with"),
    },
    "basis": {"consent": say("Consent"), "duty": say("Duty to notify")},
    "agreement": {"agree": say("The same way"), "differ": say("The other way")},
    "forms": {"one": say("One form"), "several": say("Several forms")},
    "dissent": {"none": say("All of one view"), "some": say("With a dissenting view")},
    "in_time": {"in_time": say("In time"), "late": say("After the period")},
    "channel": {**CHANNELS, "hotline": say("Through a hotline"), "other": say("Another way")},
    "caller": CALLERS,
    "led_to": LED_TO,
    "advice": {code.value: words for code, words in HEADINGS.items()},
    "help": HELP,
    "reason": REPEATS,
    "outcome": {"other_offence": OUTCOMES["other_offence"]},
    "bodies": {"one_body": say("One body only"), "agree": say("They agree"), "differ": say("They differ")},
    "listed": {code.value: words for code, (words, _) in STANDING.items()},
    "tellings": {"1": say("Once"), "2": say("Twice"), "3": say("Three times"), "4_or_more": say("Four times or more")},
}


def word(axis: str, code: str) -> str:
    """A code of an axis in the reader's language; `*` is its total, an empty code the axis itself."""
    if code == TOTAL:
        return gettext("Total")
    if not code:
        return in_language(AXES[axis]) if axis else ""
    if axis == "event":
        return worded(EVENTS[code])
    if axis == "ended_by" and code != NOT_KNOWN:
        return worded(HAPPENED.get(code, DUTY_DONE))
    if axis == "month":
        return date_format(date.fromisoformat(f"{code}-01"), "M")
    if code in SAID.get(axis, {}):
        return worded(SAID[axis][code])
    if code in current_profile().words.get(KINDS.get(axis, ""), {}):
        return in_language(current_profile().words[KINDS[axis]][code])
    return gettext("Not known") if code == NOT_KNOWN else _of_country(axis, code)


def unit_words(unit: str) -> str:
    """A unit of counting as the country words it."""
    return in_language(current_profile().words["CountingUnit"][unit])


def _of_country(axis: str, code: str) -> str:
    """A code that the country itself brings; what it no longer names stands as its code."""
    profile = current_profile()
    if axis in {"sender", "decided_by", "taken_by"} and code in profile.agency_kinds:
        return in_language(profile.agency_kinds[code].label)
    if axis == "deadline":
        return next((in_language(one.label) for one in profile.deadlines if one.id == code), code)
    if axis == "district" and code in profile.districts:
        return in_language(profile.districts[code].label)
    if axis == "district" and code in profile.regions:  # of persons who were erased
        return gettext("%(region)s (district erased)") % {"region": in_language(profile.regions[code].label)}
    if axis == "subject":
        return subject_words(code)
    if axis == "language":
        names = {one.code: one.name for one in (*profile.languages, *profile.person_languages)}
        return names.get(code) or language_name(code)
    if axis == "list":
        return next((in_language(one.title) for one in profile.all_indicator_sets if one.key == code), code)
    return code
