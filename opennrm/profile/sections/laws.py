"""laws.toml and deadlines.toml: provisions with their validity, and the clocks that rest on them."""

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from typing import cast

from opennrm.kernel.clock import CountedIn, Deadline
from opennrm.kernel.codes import AgeBand
from opennrm.kernel.label import Label
from opennrm.profile.entries import NO_DAY, Entry, Reading, by_id
from opennrm.profile.model import Article, Certainty, Escalation, Penalty

_COUNTED_IN = ("elapsed", "calendar days", "working days")
TOLD = ("holder", "on_call", "lead", "head")
_WHEN = ("share", "before", "after")


def read_laws(reading: Reading) -> tuple[Article, ...]:
    """Read laws.toml: acts, and their articles with one entry per wording and period."""
    file = reading.file("laws.toml")
    acts: dict[str, Label] = {}
    for name, entry in by_id(file.entries("act")).items():
        acts[name] = entry.label()
        entry.text("gazette", "")
        entry.finish()
    articles = [_article(entry, acts) for entry in file.entries("article")]
    file.finish()
    _refuse_overlaps(reading, articles)
    return tuple(articles)


def read_deadlines(
    reading: Reading, articles: tuple[Article, ...], verbs: frozenset[str] | None
) -> tuple[tuple[Deadline, ...], tuple[Escalation, ...]]:
    """Read deadlines.toml: the clocks, and who is told when one nears its end or is missed.

    `verbs` is the closed set of acts that can start or stop a clock; None leaves it open.
    """
    file = reading.file("deadlines.toml")
    bases = {article.id for article in articles}
    deadlines = tuple(_deadline(entry, bases, verbs) for entry in by_id(file.entries("deadline")).values())
    clocks = {deadline.id for deadline in deadlines}
    escalations = by_id(file.entries("escalation", required=False)).values()
    told = tuple(_escalation(entry, clocks) for entry in escalations)
    file.finish()
    return deadlines, told


def _article(entry: Entry, acts: dict[str, Label]) -> Article:
    act = entry.text("act")
    if act and act not in acts:
        entry.report(f'The act "{act}" is unknown.', "Add it as [[act]] in this file, or mend the name.")
    until = entry.day("valid_until", NO_DAY)
    article = Article(
        id=entry.id(),
        act=acts.get(act, Label({})),
        number=entry.text("number", ""),
        label=entry.label(),
        penalties=tuple(_penalty(penalty) for penalty in entry.entries("penalty", required=False)),
        valid_from=entry.day("valid_from"),
        valid_until=None if until == NO_DAY else until,
        certainty=entry.choice("certainty", Certainty),
        source=entry.text("source"),
    )
    if article.valid_until is not None and article.valid_until < article.valid_from:
        entry.report("valid_until lies before valid_from.", "Exchange or mend the two dates.")
    entry.finish()
    return article


def _penalty(entry: Entry) -> Penalty:
    least, most = entry.number("min_months", -1), entry.number("max_months", -1)
    victim = entry.choice("victim", AgeBand) if entry.has("victim") else None
    entry.finish()
    if 0 <= most < least:
        entry.report("min_months is more than max_months.", "Exchange or mend the two numbers.")
    return Penalty(victim, None if least < 0 else least, None if most < 0 else most)


def _refuse_overlaps(reading: Reading, articles: list[Article]) -> None:
    wordings: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        wordings[article.id].append(article)
    for name, versions in wordings.items():
        versions.sort(key=lambda article: article.valid_from)
        for earlier, later in pairwise(versions):
            if earlier.is_valid(later.valid_from):
                reading.report(
                    "laws.toml",
                    f"[[article]] {name}",
                    f"Two wordings apply on {later.valid_from}.",
                    f"Give the wording from {earlier.valid_from} a valid_until before {later.valid_from}.",
                )


def _deadline(entry: Entry, bases: set[str], verbs: frozenset[str] | None) -> Deadline:
    deadline = Deadline(
        id=entry.id(),
        starts_on=entry.text("starts_on"),
        stops_on=entry.texts("stops_on"),
        within=entry.duration("within"),
        counted_in=cast(CountedIn, entry.one_of("counted_in", _COUNTED_IN, "elapsed")),
        ends_on_working_day=entry.flag("ends_on_working_day"),
        basis=entry.text("basis"),
        consequence=entry.label("consequence"),
        certainty=entry.choice("certainty", Certainty),
        label=entry.label(),
        ends_on=entry.texts("ends_on", ()),
        is_right=entry.flag("is_right"),
    )
    entry.finish()
    if deadline.basis and deadline.basis not in bases:
        entry.report(f'The basis "{deadline.basis}" is no article.', "Add it to laws.toml, or mend the name.")
    if deadline.counted_in != "elapsed" and deadline.within % timedelta(days=1):
        entry.report(f"Hours cannot be counted in {deadline.counted_in}.", 'Write days: within = "15d".')
    if entry.has("stops_on") and not deadline.stops_on:
        entry.report("Nothing stops this clock.", 'Name at least one act: stops_on = ["case.open"].')
    for verb in (deadline.starts_on, *deadline.stops_on, *deadline.ends_on):
        if verb and verbs is not None and verb not in verbs:
            entry.report(f'The act "{verb}" is unknown.', f"Use one of: {', '.join(sorted(verbs))}.")
    return deadline


def _escalation(entry: Entry, clocks: set[str]) -> Escalation:
    given = [key for key in _WHEN if entry.has(key)]
    stage = Escalation(
        id=entry.id(),
        deadline=entry.text("deadline"),
        tells=entry.texts("tells"),
        label=entry.label(),
        share=entry.number("share", least=1, most=100) if entry.has("share") else None,
        before=entry.duration("before") if entry.has("before") else None,
        after=entry.duration("after") if entry.has("after") else None,
    )
    entry.finish()
    if stage.deadline and stage.deadline not in clocks:
        entry.report(f'The deadline "{stage.deadline}" is unknown.', "Add it as [[deadline]], or mend the name.")
    if len(given) != 1:
        entry.report("It does not say when.", 'Give one of: share = 50, before = "4h", after = "1h".')
    for who in stage.tells:
        if who not in TOLD:
            entry.report(f'tells holds "{who}".', f"Use: {', '.join(TOLD)}.")
    if entry.has("tells") and not stage.tells:
        entry.report("Nobody is told.", f"Name at least one: {', '.join(TOLD)}.")
    return stage
