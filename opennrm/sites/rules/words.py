"""Words that a list of persons may use, in English and in both scripts of Serbian, and the codes they mean.

Everything is compared folded: Latin letters, small, without marks, so that "Држављанство", "drzavljanstvo" and
"Državljanstvo" are one word.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from babel import Locale

from opennrm.kernel.codes import AgeBand, Sex
from opennrm.kernel.text import Sentence, latin, say

# The columns of a list in the order in which they are shown.
COLUMNS: Mapping[str, Sentence] = {
    "number": say("Number"),
    "sex": say("Sex"),
    "born": say("Born"),
    "age": say("Age"),
    "citizenship": say("Citizenship"),
    "language": say("Speaks"),
    "name": say("Name"),
    "document": say("Document"),
    "presence": say("Was there"),
}
_HEADS = {
    "number": "number no nr num br broj redni-broj rb rbr r-br r-b # label oznaka",
    "sex": "sex gender pol spol",
    "born": "born birth birth-date date-of-birth dob birthdate year-of-birth birth-year datum-rodjenja datum-rodenja "
    "rodjen rodjena rodjeni rodjen-a godina-rodjenja godiste",
    "age": "age years age-band godine starost uzrast broj-godina",
    "citizenship": "citizenship nationality country drzavljanstvo drzava zemlja",
    "language": "language languages speaks jezik govori jezici",
    "name": "name full-name first-and-last-name surname ime ime-i-prezime prezime-i-ime prezime",
    "document": "document passport document-no passport-no passport-number document-number id isprava dokument pasos "
    "broj-pasosa broj-isprave putna-isprava broj-putne-isprave",
    "presence": "presence present was-there on-site prisustvo prisutan prisutna prisutni prisutnost zatecen na-mestu",
}
_SEXES = {
    Sex.FEMALE: "f w female woman z zena zenski zensko",
    Sex.MALE: "m male man muski musko muskarac",
    Sex.OTHER: "other x drugo",
    Sex.NOT_KNOWN: "not-known unknown nije-poznato nepoznato n-p",
}
_AGES = {
    AgeBand.ADULT: "adult 18+ odrasla-osoba odrasla odrastao odrasli punoletan punoletna punoletno",
    AgeBand.CHILD: "child minor dete maloletan maloletna maloletno under-18",
    AgeBand.UNCERTAIN: "uncertain not-sure not-known unknown nije-utvrdjeno nije-sigurno nepoznato nije-poznato",
}
_PRESENCE = {
    True: "yes y present there da d prisutan prisutna prisutno",
    False: "no n missing absent ne odsutan odsutna odsutno",
}
# A cell that says nothing.
BLANK = frozenset({"", "-", "–", "—", "/", "?", "n/a"})
_MARKED = str.maketrans({"đ": "dj", "Đ": "dj", "ð": "dj", "ø": "o", "ł": "l"})


def folded(text: str) -> str:
    """A word as it is compared."""
    plain = unicodedata.normalize("NFKD", latin(text).translate(_MARKED))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    return re.sub(r"[\s._/():-]+", "-", plain).strip("-")


def column(head: str) -> str:
    """The column that a head means, or nothing."""
    return _lookup("heads").get(folded(head), "")


def sex(word: str) -> Sex | None:
    """A sex by its word, letter or code; None where the word is not known."""
    return Sex(found) if (found := _lookup("sexes").get(folded(word))) else None


def age_band(word: str) -> AgeBand | None:
    """An age band by its word."""
    return AgeBand(found) if (found := _lookup("ages").get(folded(word))) else None


def presence(word: str) -> bool | None:
    """Whether the person was there, by yes or no."""
    found = _lookup("presence").get(folded(word))
    return None if found is None else found == "True"


def citizenship(word: str) -> str:
    """A country's code of two letters, from the code or a name in English or Serbian; empty where not known."""
    if re.fullmatch(r"[A-Za-z]{2}", word) and word.upper() in Locale("en").territories:
        return word.upper()
    return _lookup("countries").get(folded(word), "")


def language(word: str) -> str:
    """A language's code, from the code or a name in English or Serbian; empty where not known."""
    if re.fullmatch(r"[a-z]{2,3}", word) and word in Locale("en").languages:
        return word
    return _lookup("languages").get(folded(word), "")


@lru_cache(maxsize=1)
def _tables() -> Mapping[str, Mapping[str, str]]:
    locales = [Locale("en"), Locale("sr", script="Latn"), Locale("sr", script="Cyrl")]
    countries = {"kineska": "CN", "stateless": "XX", "bez-drzavljanstva": "XX", "apatrid": "XX"}
    languages: dict[str, str] = {"srpski": "sr", "serbian": "sr"}
    for locale in locales:
        countries |= {folded(name): code for code, name in locale.territories.items() if re.fullmatch("[A-Z]{2}", code)}
        languages |= {folded(name): code for code, name in locale.languages.items() if re.fullmatch("[a-z]{2,3}", code)}
    return {
        "heads": _spread(_HEADS.items()),
        "sexes": _spread((code.value, words) for code, words in _SEXES.items()),
        "ages": _spread((code.value, words) for code, words in _AGES.items()),
        "presence": _spread((str(code), words) for code, words in _PRESENCE.items()),
        "countries": countries,
        "languages": languages,
    }


def _lookup(name: str) -> Mapping[str, str]:
    return _tables()[name]


def _spread(table: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {word: code for code, words in table for word in [*words.split(), code]}
