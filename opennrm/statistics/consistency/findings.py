"""What a check finds: the rule, how serious, the figures, and a sentence in each language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from opennrm.kernel.text import latin
from opennrm.statistics.consistency.entries import Entry
from opennrm.statistics.consistency.figures import Figure, show
from opennrm.statistics.consistency.rules import LEVELS, Rules

LANGUAGES = ("en", "sr-Cyrl", "sr-Latn")


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction or open question, with every figure involved."""

    rule: str
    level: str
    figures: tuple[Figure, ...]
    sentences: Mapping[str, str]

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the figures, in the order in which the sentence needs them."""
        return tuple(figure.id for figure in self.figures)

    def sentence(self, language: str = "en") -> str:
        """The finding for a reader. language: en, sr-Cyrl or sr-Latn."""
        if language == "sr-Latn":
            return self.sentences["sr-Latn"]
        return self.sentences[language]


class Notebook:
    """Collects findings, worded by the rules; a rule that is off is not written down, nor is anything twice."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._found: dict[tuple[str, frozenset[str]], Finding] = {}

    def write(self, rule_id: str, entries: Sequence[Entry], **values: object) -> None:
        """Note a finding about these figures; `values` fill its sentence."""
        rule = self.rules.rules[rule_id]
        figures = tuple(dict.fromkeys(entry.figure for entry in entries))
        key = (rule_id, frozenset(figure.id for figure in figures))
        if rule.level == "off" or key in self._found:
            return
        first = entries[0]
        said = {"measure": first.figure.measure, "period": first.figure.year or "-", **values}
        sentences = {
            language: sentence.format(**{name: self._shown(value, language) for name, value in said.items()})
            for language, sentence in rule.sentences.items()
        }
        # quotes of the chapter inside a sentence are already in their own script: only our words are turned
        sentences["sr-Latn"] = latin(sentences["sr-Cyrl"])
        self._found[key] = Finding(rule_id, rule.level, figures, sentences)

    def found(self) -> list[Finding]:
        """Errors first, then in the order in which they were met."""
        return sorted(self._found.values(), key=lambda finding: LEVELS.index(finding.level))

    def _shown(self, value: object, language: str) -> str:
        if isinstance(value, Decimal):
            return show(value)
        if isinstance(value, Phrase):
            return self.rules.phrases[language][value.id]
        return str(value)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A word inside a sentence that has its own translation in the rules."""

    id: str
