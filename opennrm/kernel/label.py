"""A word of the field in every language of a country, kept beside the content it names."""

from collections.abc import Iterator, Mapping

from opennrm.kernel.text import latin

CYRILLIC, LATIN, ENGLISH = "sr-cyrl", "sr-latn", "en"


class Label(Mapping[str, str]):
    """Texts by language code. Serbian Latin is derived from Cyrillic, never stored."""

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = {_code(language): text for language, text in texts.items()}

    def in_(self, language: str) -> str:
        """The text in a language; if it is missing there, in English, and without English in the first one given."""
        code = _code(language)
        if code in self._texts:
            return self._texts[code]
        if code == LATIN and CYRILLIC in self._texts:
            return latin(self._texts[CYRILLIC])
        if code == "sr":
            return self.in_(CYRILLIC)
        if ENGLISH in self._texts:
            return self._texts[ENGLISH]
        return next(iter(self._texts.values()), "")

    def has(self, language: str) -> bool:
        """Whether the text exists in this very language, or can be derived for it without loss."""
        code = _code(language)
        return bool(self._texts.get(code)) or (code == LATIN and bool(self._texts.get(CYRILLIC)))

    def __getitem__(self, language: str) -> str:
        return self._texts[_code(language)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __hash__(self) -> int:
        return hash(tuple(sorted(self._texts.items())))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Label) and self._texts == other._texts

    def __str__(self) -> str:
        return self.in_(ENGLISH)

    def __repr__(self) -> str:
        return f"Label({str(self)!r})"


def _code(language: str) -> str:
    return language.replace("_", "-").lower()


NO_LABEL = Label({})
