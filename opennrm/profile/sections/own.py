"""own.toml and own/*.toml: the words of a person's own page, a file for each language, and her rights."""

from collections.abc import Iterable, Mapping

from opennrm.kernel.label import Label
from opennrm.profile.entries import Entry, Reading, by_id
from opennrm.profile.model import Language, Role
from opennrm.profile.own import SECTIONS, OwnRight, OwnView
from opennrm.profile.sections.agencies import Agencies, Consent


def read_own(
    reading: Reading,
    spoken: Iterable[Language],
    agencies: Agencies,
    roles: Mapping[str, Role],
    consent: Consent,
    bases: frozenset[str],
) -> OwnView:
    """Read own.toml and the file of each language. Every file words everything, or the page would change its language.

    Files stand for the languages of the country, which must be there, and for those of persons, which may.
    """
    file = reading.file("own.toml")
    rights = tuple(_right(entry, bases) for entry in by_id(file.entries("right")).values())
    file.finish()
    wanted = {
        **SECTIONS,
        "right": tuple(right.id for right in rights),
        "kind": tuple(agencies.kinds),
        "agree": tuple(consent.purposes),
        "effect": tuple(consent.purposes),
        "told": tuple(consent.statement_purposes),
    }
    others = [one.code for one in spoken if (reading.folder / "own" / f"{one.code}.toml").is_file()]
    texts: dict[str, dict[str, str]] = {}
    awaiting = set()
    languages = tuple(dict.fromkeys([*reading.languages, *others]))
    for language in languages:
        words = reading.file(f"own/{language}.toml")
        if words.flag("awaiting_review"):
            awaiting.add(language)
        for section, keys in wanted.items():
            _read_section(words, section, keys, language, texts)
        _read_section(words, "role", tuple(roles), language, texts, required=False)
        words.finish()
    return OwnView(
        texts={key: Label(label) for key, label in texts.items()},
        languages=languages,
        awaits_review=frozenset(awaiting),
        rights=rights,
    )


def _read_section(
    words: Entry,
    section: str,
    keys: tuple[str, ...],
    language: str,
    texts: dict[str, dict[str, str]],
    *,
    required: bool = True,
) -> None:
    if not keys or not (required or words.has(section)):
        return
    entry = words.entry(section)
    for key in keys:
        if required or entry.has(key):
            if text := entry.text(key, None if required and words.has(section) else ""):
                texts.setdefault(f"{section}.{key}", {})[language] = text
        else:
            entry.text(key, "")  # known, and not worded in this language
    entry.finish()


def _right(entry: Entry, bases: frozenset[str]) -> OwnRight:
    right = OwnRight(entry.id(), entry.text("basis"))
    entry.finish()
    if right.basis and right.basis not in bases:
        entry.report(f'The basis "{right.basis}" is no article.', "Add it to laws.toml, or mend the name.")
    return right
