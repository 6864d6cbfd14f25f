"""retention.toml: how long the words and names of a file are kept after its work has ended, by outcome and class."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from opennrm.profile.entries import Entry, Reading, by_id
from opennrm.profile.keeping import EndedAs, Retention, RetentionRule
from opennrm.profile.model import Named

ALL_OTHERS = "*"


def read_retention(reading: Reading, bases: frozenset[str], data_classes: Mapping[str, Named]) -> Retention:
    """Read retention.toml. Each outcome has one rule for all classes, and none names a class twice.

    bases: articles of laws.toml. A period that no article sets must say that it awaits a lawyer.
    """
    file = reading.file("retention.toml")
    rules = tuple(_rule(entry, bases, data_classes) for entry in by_id(file.entries("rule")).values())
    for outcome in EndedAs if rules else ():
        named = Counter(name for rule in rules if rule.outcome == outcome for name in rule.classes or (ALL_OTHERS,))
        if ALL_OTHERS not in named:
            file.report(
                f'Nothing says how long a file that ended as "{outcome}" is kept.',
                f'Add a [[rule]] with outcome = "{outcome}" and classes = ["*"].',
            )
        for name in sorted(name for name, times in named.items() if times > 1):
            file.report(
                f'Two rules of "{outcome}" are about "{name}".', "Leave it in one of them, so that one period holds."
            )
    file.finish()
    return Retention(rules)


def _rule(entry: Entry, bases: frozenset[str], data_classes: Mapping[str, Named]) -> RetentionRule:
    classes = entry.texts("classes")
    rule = RetentionRule(
        id=entry.id(),
        outcome=entry.choice("outcome", EndedAs),
        classes=() if classes == (ALL_OTHERS,) else classes,
        keep=entry.duration("keep"),
        two_persons=entry.flag("two_persons"),
        basis=entry.text("basis", ""),
        awaits_lawyer=entry.flag("awaits_lawyer"),
        source=entry.text("source"),
        label=entry.label(),
    )
    entry.finish()
    for name in rule.classes:
        if name not in data_classes:
            entry.report(f'The class of data "{name}" is unknown.', 'Use an id of roles.toml, or classes = ["*"].')
    if entry.has("classes") and not classes:
        entry.report("It names no class of data.", 'Name one at least, or write classes = ["*"].')
    if entry.has("keep") and rule.keep < timedelta(days=1):
        entry.report("A file is kept for a day at least.", 'Write days: keep = "730d".')
    if rule.basis and rule.basis not in bases:
        entry.report(f'The basis "{rule.basis}" is no article.', "Add it to laws.toml, or mend the name.")
    if not rule.basis and not rule.awaits_lawyer:
        entry.report("Nothing says who set this period.", "Name the article as basis, or say awaits_lawyer = true.")
    return rule
