"""One key for one name in many spellings: the canonical parts of a name, their coarse sound, and other readings.

Pure Python, no dependency. Two offices get equal keys only with the same `VERSION`; it goes into every encoded file.
"""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from opennrm.statistics.linkage.names import chinese
from opennrm.statistics.linkage.names.chinese import looks_chinese, other_readings, readings, sound_class
from opennrm.statistics.linkage.names.letters import FOLDS, fold, skeleton
from opennrm.statistics.linkage.names.scripts import script_of, words_of

VERSION = "2026.3"

# Citizenship (ISO 3166-1 alpha-3) -> the family whose spellings the name follows. Others: by the look of the name.
FAMILY_OF = {
    **dict.fromkeys(("SRB", "MNE", "BIH", "HRV", "MKD", "SVN", "XKX", "ALB", "BGR", "HUN"), "slavic"),
    **dict.fromkeys(("CHN", "TWN", "HKG", "MAC", "SGP"), "chinese"),
    "VNM": "vietnamese",
    **dict.fromkeys(("IND", "BGD", "PAK", "NPL", "LKA"), "south_asian"),
    **dict.fromkeys(("EGY", "SYR", "IRQ", "MAR", "DZA", "TUN", "LBY", "SDN", "JOR", "LBN", "YEM", "PSE"), "arabic"),
    **dict.fromkeys(("AFG", "IRN", "SOM", "ERI", "TUR"), "arabic"),
    **dict.fromkeys(("KGZ", "KAZ", "UZB", "TJK", "TKM"), "turkic"),
    **dict.fromkeys(("RUS", "UKR", "BLR"), "east_slavic"),
    **dict.fromkeys(("ROU", "MDA"), "romanian"),
    **dict.fromkeys(("NGA", "GHA", "CMR", "KEN", "UGA", "GMB", "SLE", "PHL"), "english"),
}
_VIETNAMESE_FAMILY = {"nguien", "can", "le", "fam", "hoang", "fan", "vu", "dang", "bui", "do", "ho", "ngo", "duong"}
_VIETNAMESE_SIGNS = re.compile(r"[ăâêôơưĂÂÊÔƠƯ\u1ea0-\u1ef9]")
_ENGLISH_J = {"south_asian", "arabic", "english", "turkic"}
_SERBIAN_SIGN = re.compile("[čćđšž]")
# Andrej, Natalija, Jonesku: what its own spelling does not write.
_SERBIAN_OF_ROMANIAN = re.compile("[čćđšžk]|ij|[aeiou]j$|[^aeiou]j[aeu]|j(?=[^aeiou])")
_PARTICLES = {"el", "al", "ul", "ud", "ad", "as", "ar", "an", "ibn", "ben", "bin", "bint", "abu", "bu", "um"}
_ARTICLE = re.compile(r"^(?:el|al)-?(?=[b-df-hj-np-tv-zčćđšž][a-zčćđšž]{3,})(?!ala|ali)")
_SERVANT = re.compile(r"^abd(?:u?r|el|ul|al|ur|ar|er|or|ol|us|es|en|an)?-?(?=[a-zčćđšž]{3,})")
_BRACKETS = re.compile(r"\([^)]*\)")
_BORN = re.compile(r"(?i)(?<=\s)(?:рођ|рођена|рођени|rođ|rođena|rođeni|rodj|rodjena|née)(?:\.|\s)\s*\S+")
# Patronyms with the signs of Serbian or without; in Central Asia no family name ends like this, elsewhere some do.
_PATRONYM = re.compile(r"..(?:ov|ev)(?:ič|ić|ich|itch|na)$")
_CENTRAL_ASIAN = {"KGZ", "KAZ", "UZB", "TJK", "TKM", "TURKIC"}
_HARD_C = re.compile(r"ch(?=[rl])|c(?=[^ehiy]|$)")
_UL = re.compile(r"^(.{4,})([ou][lr])$")
_HARD_G = re.compile(r"g(?!h)")
_DIN_OF = {"south_asian": "uddin", "arabic": "din"}
_SHORT = 4
_DIN = re.compile(r"^(.{3,}?)[ue]d?-?d[ie]+n$")
_BEN = re.compile(r"^b[ei]n-?(?!jam)([a-z]{3,})$")
_SOUTH_ASIAN_CHAINED = re.compile(r"^(?:ud|ul)-?din$")


@dataclass(frozen=True, slots=True)
class NameKey:
    """The key of a name. `parts` and `skeleton` are sorted, so that order never matters.

    `parts`: canonical words (Chinese: syllables). `skeleton`: their coarse sound, one for one with the sorted sounds.
    `initials`: letters that stand for a word cut short. `variants`: other full keys the spelling can be read as.
    """

    parts: tuple[str, ...]
    skeleton: tuple[str, ...]
    initials: tuple[str, ...]
    script: str
    family: str
    variants: tuple[str, ...]
    version: str = VERSION

    @property
    def full(self) -> str:
        """The whole name as one text: equal for equal names whatever the order and spelling."""
        return " ".join(self.parts)

    @property
    def keys(self) -> frozenset[str]:
        """Every full key of this spelling: the likeliest and its variants."""
        return frozenset((self.full, *self.variants))


def canonical(name: str, origin: str | None = None) -> NameKey:
    """The key of a whole name, its words in any order.

    origin: citizenship as an ISO 3166-1 alpha-3 code, or a family of `FAMILY_OF`; without it the look decides.
    """
    return _canonical(" ".join(name.split()), (origin or "").strip().upper(), True)


def canonical_fields(given: str, middle: str, family_name: str, origin: str | None = None) -> tuple[NameKey, str, str]:
    """The key of a name kept in three fields, with the canonical text of the given and of the family name.

    The two texts are for comparing slips letter by letter; they follow the fields, the key does not. Variants are
    left out: registers are read by the million.
    """
    where = (origin or "").strip().upper()
    fields = [_canonical(given, where, False), _canonical(family_name, where, False)]
    if middle:
        fields.append(_canonical(middle, where, False))
    own, other = fields[0], fields[1]
    if "chinese" in {key.family for key in fields}:
        whole = _key(f"{given} {middle} {family_name}", *_together(given, middle, family_name), where, False)
        if whole.family == "chinese" or not (origin and origin in FAMILY_OF):
            return whole, "".join(own.parts), "".join(other.parts)
    first = next((key for key in fields if key.parts), own)
    parts, sounds, initials = own.parts + other.parts, own.skeleton + other.skeleton, own.initials + other.initials
    for key in fields[2:]:
        parts, sounds, initials = parts + key.parts, sounds + key.skeleton, initials + key.initials
    merged = NameKey(
        tuple(sorted(parts)),
        tuple(sorted(sounds)),
        tuple(sorted(set(initials))),
        first.script,
        first.family,
        (),
    )
    return merged, "".join(own.parts), "".join(other.parts)


def canonical_field(text: str, origin: str | None = None) -> NameKey:
    """The key of one field of a name, as `canonical_fields` reads it: without variants."""
    return _canonical(text, (origin or "").strip().upper(), False)


def same_name(left: str, right: str, origin: str | None = None) -> bool:
    """Whether two spellings can be the same whole name: they share a key."""
    return bool((canonical(left, origin).keys & canonical(right, origin).keys) - {""})


def forget_names() -> None:
    """Drop every name from memory. For a service that reads a name now and then and must not keep it lying about."""
    for remembered in (_canonical, _looked_at, canonical_word, fold, skeleton, *chinese.REMEMBERED):
        remembered.cache_clear()


def alias_keys(aliases: Iterable[str], origin: str | None = None) -> frozenset[str]:
    """Keys of by-names, each on its own; separators `,` `;` `/` inside one text part several."""
    return frozenset(
        key.full
        for text in aliases
        for alias in re.split(r"[,;/]", text)
        if (key := canonical(alias, origin or "SRB")).full
    )


@lru_cache(maxsize=200_000)
def _canonical(name: str, origin: str, variants: bool) -> NameKey:
    return _key(name, *_looked_at(name), origin, variants)


@lru_cache(maxsize=200_000)
def _looked_at(text: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    # Its script, the letters that stand for a word, and the words.
    bare = _beside(text)
    words = words_of(bare)
    initials = tuple(sorted({word[0] for word in words if _is_initial(word)}))
    return script_of(bare), initials, tuple([word.strip(".") for word in words if not _is_initial(word)])


def _beside(text: str) -> str:
    # A father's name in brackets and a name before marriage stand beside the name: Петровић (Милан) Јован, рођ. Илић.
    if "(" not in text and (" " not in text or not _BORN.search(text)):
        return text
    bare = _BORN.sub(" ", _BRACKETS.sub(" ", text))
    return bare if any(map(str.isalpha, bare)) else text


def _together(*fields: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    # The fields as one text.
    looked_at = [_looked_at(field) for field in fields if field]
    scripts = {script for script, _, _ in looked_at} - {"none"}
    initials = tuple(sorted({letter for _, found, _ in looked_at for letter in found}))
    words = tuple([word for _, _, found in looked_at for word in found])
    return "none" if not scripts else scripts.pop() if len(scripts) == 1 else "mixed", initials, words


def _key(
    name: str, script: str, initials: tuple[str, ...], words: tuple[str, ...], origin: str, variants: bool
) -> NameKey:
    family = family_of(name, words, origin, script)
    if family == "chinese":
        found = readings(words, cyrillic=script == "cyrillic") if words else ()
        if found is not None:
            return _of_syllables(found, other_readings(words) if variants else [], initials, script)
        family = "slavic"
    if family in {"turkic", "east_slavic"} and (origin in _CENTRAL_ASIAN or len(words) > 2):
        words = tuple(word for word in words if not _PATRONYM.search(word))
    return _of_words(words, initials, script, family, variants)


def family_of(name: str, words: Sequence[str], origin: str, script: str) -> str:
    """The family of spellings: that of the citizenship, else by the look of the name."""
    if origin.lower() in set(FOLDS) | {"chinese"}:
        return origin.lower()
    if script == "han":
        return "chinese"
    if origin in FAMILY_OF:
        return FAMILY_OF[origin]
    if _VIETNAMESE_SIGNS.search(name) or any(fold(w, "vietnamese") in {"nguien"} for w in words):
        return "vietnamese"
    if any(word.endswith(("ić", "ic", "ich", "ović", "ski")) and len(word) > 4 for word in words):
        return "slavic"
    if any(word.endswith(("bek", "bekov", "bekova", "kyzy", "uulu")) for word in words):
        return "turkic"
    known = [family for word in words for family in _families_of_word().get(word, ())]
    if known:
        return max(sorted(set(known)), key=known.count)
    if len(words) >= 2 and fold(words[0], "vietnamese") in _VIETNAMESE_FAMILY and words[-1].endswith(("nh", "ng")):
        return "vietnamese"
    if looks_chinese(tuple(words), cyrillic=script == "cyrillic"):
        return "chinese"
    return "slavic"


def _is_initial(word: str) -> bool:
    bare = word.strip(".")
    return len(bare) == 1 or (word.endswith(".") and len(bare) <= 2 and bare != "md")  # Md. is short for Mohammad


def _of_syllables(
    found: tuple[tuple[str, ...], ...],
    others: Sequence[tuple[tuple[str, ...], ...]],
    initials: tuple[str, ...],
    script: str,
) -> NameKey:
    best = tuple(sorted(reading[0] for reading in found))
    variants = {
        " ".join(sorted(choice))
        for one in ((found, *others) if others else ())
        for choice in itertools.islice(itertools.product(*(reading[:3] for reading in one)), 12)
    } - {" ".join(best)}
    return NameKey(
        best,
        tuple(sorted(sound_class(syllable) for syllable in best)),
        initials,
        script,
        "chinese",
        tuple(sorted(variants)),
    )


def _of_words(whole: Sequence[str], initials: tuple[str, ...], script: str, family: str, variants: bool) -> NameKey:
    words = [piece for word in whole for piece in _pieces(word, family)]
    if family in _ENGLISH_J:
        # There j is the sound of Serbian dž; but in a Serbian transcription it is y.
        words = [
            word.replace("j", "y") if script == "cyrillic" or _SERBIAN_SIGN.search(word) else word for word in words
        ]
    if family == "romanian" and script != "cyrillic":
        words = [word if _SERBIAN_OF_ROMANIAN.search(word) else _romanian(word) for word in words]
    if family in {"arabic", "south_asian"}:
        words = _join_servant(words, family)
    words = [word for word in words if canonical_word(word, family)]  # a piece may be an apostrophe alone
    parts = tuple(sorted(canonical_word(word, family) for word in words))
    sounds = tuple(sorted(skeleton(part, family) for part in parts))
    return NameKey(parts, sounds, initials, script, family, _readings_of(words, script, family) if variants else ())


def _readings_of(words: list[str], script: str, family: str) -> tuple[str, ...]:
    # The other full keys that a spelling can have: each word as it can be read, the likeliest first.
    choices = [_readings_of_word(word, script, family) for word in words]
    if all(len(of_word) == 1 for of_word in choices):
        return ()
    best = " ".join(sorted(of_word[0] for of_word in choices))
    keys = {" ".join(sorted(" ".join(one).split())) for one in itertools.islice(itertools.product(*choices), 24)}
    return tuple(sorted(keys - {best}))


def _readings_of_word(word: str, script: str, family: str) -> list[str]:
    found = [canonical_word(word, family)]
    if family == "vietnamese":
        if word.startswith("c") and not word.startswith("ch"):
            found.append(fold("č" + word[1:], family))  # without its sign c is k (Cuong) or č (Can for Trần)
        if script == "cyrillic":  # by ear: Х for kh as for h, З for the northern d as for gi
            found += [fold(heard + word[1:], family) for first, heard in (("h", "kh"), ("z", "d")) if word[0] == first]
    elif family in {"south_asian", "arabic", "turkic"} and "kh" in word:
        found.append(canonical_word(word.replace("kh", "h"), family))  # by ear х, by sight k: Халеда, Каледа
    elif family == "romanian" and script != "cyrillic" and word.startswith("ž"):
        found.append(canonical_word("j" + word[1:], family))  # Jon as Serbian writes Ion
    elif family == "english" and _HARD_C.search(word):
        found.append(canonical_word(_HARD_C.sub("k", word), family))
    if family in _DIN_OF and (joined := _DIN.match(word)):
        found.append(f"{canonical_word(joined[1], family)} {canonical_word(_DIN_OF[family], family)}")
    if family == "south_asian" and (joined := _UL.match(word)):
        found.append(canonical_word(joined[1], family) + joined[2])  # Monirul as Munirul, for Monir is Munir
    if family == "arabic" and _HARD_G.search(word):
        found.append(canonical_word(_HARD_G.sub("dž", word), family))  # j in Cairo: Nagla
    if family == "arabic" and len(word) > _SHORT and word.endswith("e"):
        found.append(canonical_word(word[:-1], family))  # mute in French: Yassine
    if family == "arabic" and (joined := _BEN.match(word)):
        found.append(canonical_word(joined[1], family))
    return list(dict.fromkeys(found))


def _romanian(word: str) -> str:
    # What its own spelling means in the letters of Serbian.
    word = re.sub(r"c(?=[ei])", "č", re.sub(r"g(?=[ei])", "dž", word))
    return re.sub(r"c(?!h)", "k", word).replace("j", "ž")


def _pieces(word: str, family: str) -> list[str]:
    if _SOUTH_ASIAN_CHAINED.match(word):
        return ["uddin"]
    if family == "chinese" or "-" not in word:
        return [word]
    return word.split("-")


def _join_servant(words: list[str], family: str) -> list[str]:
    # "Abd el Rahman", "Abdurrahman" and "Abdul Rahman" are the two parts abd and rahman; articles fall away.
    out: list[str] = []
    for word in words:
        if word in {"abd", "abdul", "abdel", "abdal", "abdur", "abdu"}:
            out.append("abd")
        elif word in _PARTICLES and (family == "arabic" or out[-1:] == ["abd"]):
            continue
        elif (found := _SERVANT.match(word)) and word not in {"abdullah", "abdallah", "abdulah", "abdalah"}:
            out += ["abd", word[found.end() :]]
        else:
            out.append(_ARTICLE.sub("", word) if family == "arabic" else word)
    return out


@cache
def canonical_word(word: str, family: str) -> str:
    """One word of a name, folded, and joined with the spellings that no rule of letters joins."""
    folded = fold(word, family)
    return _groups().get((family, folded), folded)


@cache
def _groups() -> dict[tuple[str, str], str]:
    groups: dict[tuple[str, str], str] = {}
    for line in (Path(__file__).parent / "variants.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            family, *spellings = line.replace("?", "").split()
            first = fold(spellings[0], family)
            for spelling in spellings:
                groups.setdefault((family, fold(spelling, family)), groups.get((family, first), first))
    return groups


@cache
def _families_of_word() -> dict[str, tuple[str, ...]]:
    families: dict[str, tuple[str, ...]] = {}
    for line in (Path(__file__).parent / "variants.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#") and "?" not in line:
            family, *spellings = line.split()
            for spelling in spellings:
                families[spelling] = (*families.get(spelling, ()), family)
    return families
