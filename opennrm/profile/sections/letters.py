"""letters.toml: what the papers say that a person is handed, and the words that no neutral paper may hold."""

from string import Formatter

from opennrm.kernel.label import CYRILLIC, LATIN, Label
from opennrm.kernel.text import latin
from opennrm.profile.entries import Entry, Reading, by_id
from opennrm.profile.letters import PLACES, WORDS, LetterKind, Letters, LetterText


def read_letters(reading: Reading) -> Letters:
    """Read letters.toml. A neutral text that holds one of its own betraying words is a fault."""
    file = reading.file("letters.toml")
    texts = {name: _text(entry) for name, entry in by_id(file.entries("letter")).items()}
    for kind in LetterKind:
        if file.has("letter") and kind not in texts:
            file.report(f'There is no letter "{kind}".', f'Add [[letter]] id = "{kind}".')
    words_of = file.entry("words")
    words = {word: _filled(words_of, word) for word in WORDS}
    words_of.finish()
    letters = Letters(
        texts={text.id: text for text in texts.values()},
        words=words,
        neutral_means=file.label("neutral_means", languages=()),
        betraying=_betraying(file),
        awaits_review=file.flag("awaiting_review"),
    )
    file.finish()
    for name, label in [*words.items(), ("neutral_means", letters.neutral_means)]:
        if name.startswith("neutral_"):
            _check_neutral(file, letters, name, label)
    return letters


def _text(entry: Entry) -> LetterText:
    text = LetterText(
        id=entry.choice("id", LetterKind),
        title=entry.label("title"),
        says=_filled(entry, "says"),
        means=entry.label("means", required=False, languages=()),
    )
    entry.finish()
    return text


def _filled(entry: Entry, key: str) -> Label:
    """A label whose texts name in braces only what the letters can fill in."""
    label = entry.label(key)
    for text in label.values():
        try:
            named = {place for _, place, _, _ in Formatter().parse(text) if place is not None}
        except ValueError:
            named = {"{"}
        if named - set(PLACES):
            entry.report(
                f"{key} names {{{sorted(named - set(PLACES))[0]}}}, which no letter fills in.",
                f"Use one of: {', '.join(f'{{{place}}}' for place in PLACES)}.",
            )
            return Label({})
    return label


def _betraying(file: Entry) -> dict[str, tuple[str, ...]]:
    entry = file.entry("betraying")
    words = {language: tuple(word.casefold() for word in entry.texts(language)) for language in entry.table}
    for language in file.reading.languages:
        if file.has("betraying") and not words.get(language):
            entry.report(f"{language} has no words.", f'Add {language} = ["..."]: what no neutral paper may hold.')
    entry.finish()
    cyrillic = next((words[language] for language in words if language.lower() == CYRILLIC), ())
    return words | ({LATIN: tuple(latin(word) for word in cyrillic)} if cyrillic else {})


def _check_neutral(file: Entry, letters: Letters, name: str, label: Label) -> None:
    for text in label.values():
        for word in letters.betrayed_by(text):
            file.report(f'{name} holds the betraying word "{word}".', "Word it so that it tells nothing.")
