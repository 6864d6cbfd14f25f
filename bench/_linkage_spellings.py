# ruff: noqa: E501 - the tables of spellings read better unbroken
"""How an office spells a name: Serbian in two scripts and without its signs, Chinese and Vietnamese in several ways."""

import random
import unicodedata

from bench._linkage_stock import HANZI
from opennrm.kernel.text import latin

_BARE = str.maketrans("čćšžđČĆŠŽĐ", "ccszdCCSZD")


def spelled(rng: random.Random, origin: str, name: tuple[str, str, str], cyrillic: bool) -> tuple[str, str, str]:
    """Given, middle and family name as somebody heard or copied them."""
    given, _, family = name
    if origin in {"RS", "RO"}:
        words = (given, "", family)
        return words if cyrillic else tuple(_serbian_latin(rng, word) for word in words)  # type: ignore[return-value]
    if origin == "CN":
        return _chinese(rng, given.split("|"), family, cyrillic)
    if origin == "VN":
        return _vietnamese(rng, name, cyrillic)
    transcribed = cyrillic or rng.random() < 0.2
    out = []
    for word in name:
        if not word:
            out.append("")
            continue
        spelled, serbian = word.split("|")
        out.append(
            (serbian if cyrillic else _serbian_latin(rng, serbian)) if transcribed else rng.choice(spelled.split(","))
        )
    return out[0], out[1], out[2]


def _serbian_latin(rng: random.Random, word: str) -> str:
    text = latin(word)
    draw = rng.random()
    if draw < 0.62:
        return text
    if draw < 0.87:
        return (text.replace("đ", "dj").replace("Đ", "Dj") if rng.random() < 0.6 else text).translate(_BARE)
    if draw < 0.93:
        for sign, letters in {
            "š": "sh",
            "č": "ch",
            "ž": "zh",
            "ć": "ch",
            "đ": "dj",
            "Š": "Sh",
            "Č": "Ch",
            "Ž": "Zh",
            "Đ": "Dj",
            "Ć": "Ch",
        }.items():
            text = text.replace(sign, letters)
        return text
    return text.replace("đ", "dj").replace("Đ", "Dj")


_SR_INITIAL = {
    "zh": "џ",
    "ch": "ч",
    "sh": "ш",
    "j": "ђ",
    "q": "ћ",
    "x": "сј",
    "r": "ж",
    "z": "ц",
    "c": "ц",
    "w": "в",
    "y": "ј",
}
_SR_INITIAL |= dict(zip("bpmfdtnlgkhs", "бпмфдтнлгкхс", strict=True))
_SR_FINAL = {
    "a": "а", "o": "о", "e": "е", "i": "и", "u": "у", "ai": "ај", "ei": "еј", "ao": "ао", "ou": "оу", "an": "ан", "en": "ен",
    "ang": "анг", "eng": "енг", "ong": "унг", "ia": "ија", "ie": "ије", "iao": "ијао", "iu": "иу", "ian": "ијен", "in": "ин",
    "iang": "ијанг", "ing": "инг", "iong": "ијунг", "ua": "уа", "uo": "уо", "uai": "уај", "ui": "уеј", "uan": "уан", "un": "ун",
    "uang": "уанг", "ue": "уе",
}  # fmt: skip
_WG_INITIAL = {
    "zh": "ch",
    "ch": "ch'",
    "j": "ch",
    "q": "ch'",
    "x": "hs",
    "b": "p",
    "p": "p'",
    "d": "t",
    "t": "t'",
    "g": "k",
    "k": "k'",
    "z": "ts",
    "c": "ts'",
    "r": "j",
}
_WG_FINAL = {"ian": "ien", "ie": "ieh", "ong": "ung", "iong": "iung", "ue": "üeh"}


def _chinese(rng: random.Random, given: list[str], family: str, cyrillic: bool) -> tuple[str, str, str]:
    syllables = [*given, family.lower()]
    if rng.random() < 0.015 and all(s in HANZI for s in syllables):
        return "".join(HANZI[s] for s in given), "", HANZI[family.lower()]
    joint = rng.choice(("", "", "", " ", "-"))
    if cyrillic or rng.random() < 0.2:
        words = [joint.join(_serbian_syllable(s) for s in given), _serbian_syllable(family.lower())]
        words = [w[:1].upper() + w[1:] for w in words]
        return (
            (words[0], "", words[1]) if cyrillic else (_serbian_latin(rng, words[0]), "", _serbian_latin(rng, words[1]))
        )
    if rng.random() < 0.04:
        apostrophe = rng.random() < 0.5
        words = ["-".join(_wade(s) for s in given), _wade(family.lower())]
        return (
            *((w if apostrophe else w.replace("'", "")).title() for w in words[:1]),
            "",
            (words[1] if apostrophe else words[1].replace("'", "")).title(),
        )  # type: ignore[return-value]
    return joint.join(given).title() if joint else "".join(given).title(), "", family


def _cut(syllable: str) -> tuple[str, str]:
    for length in (2, 1):
        if syllable[:length] in _SR_INITIAL:
            return syllable[:length], syllable[length:]
    return "", syllable


def _serbian_syllable(syllable: str) -> str:
    initial, final = _cut(syllable)
    whole = {
        "yi": "ји",
        "yu": "ју",
        "yan": "јен",
        "wu": "ву",
        "you": "јоу",
        "yue": "јуе",
        "yuan": "јуен",
        "yong": "јунг",
        "er": "ер",
        "yin": "јин",
        "ying": "јинг",
    }
    if syllable in whole:
        return whole[syllable]
    if initial == "x":
        return (
            "сј" + _SR_FINAL[final].removeprefix("иј").removeprefix("и" if len(final) > 2 else "")
            if final != "in"
            else "сјин"
        )
    if initial in {"j", "q"} and final == "u":
        return _SR_INITIAL[initial] + "у"
    return _SR_INITIAL.get(initial, "") + _SR_FINAL[final]


def _wade(syllable: str) -> str:
    initial, final = _cut(syllable)
    whole = {
        "yi": "i",
        "yan": "yen",
        "yong": "yung",
        "ye": "yeh",
        "you": "yu",
        "shi": "shih",
        "zhi": "chih",
        "si": "ssu",
        "zi": "tzu",
        "he": "ho",
        "de": "te",
        "guo": "kuo",
        "luo": "lo",
        "gui": "kuei",
        "ze": "tse",
        "xuan": "hsuan",
        "xue": "hsueh",
        "xu": "hsu",
        "ju": "chu",
        "juan": "chuan",
        "quan": "ch'uan",
        "jun": "chun",
        "yue": "yueh",
        "rui": "jui",
    }
    return whole.get(syllable) or _WG_INITIAL.get(initial, initial) + _WG_FINAL.get(final, final)


_VN_TO_SR = (
    ("ngh", "нг"), ("ng", "нг"), ("nh", "Њ"), ("ch", "ч"), ("tr", "ч"), ("th", "т"), ("ph", "ф"), ("kh", "к"), ("gi", "зи"), ("qu", "ку"),
    ("x", "с"), ("c", "к"), ("uye", "ује"), ("y", "и"), ("a", "а"), ("b", "б"), ("d", "д"), ("e", "е"), ("g", "г"), ("h", "х"), ("i", "и"),
    ("k", "к"), ("l", "л"), ("m", "м"), ("n", "н"), ("o", "о"), ("p", "п"), ("q", "к"), ("r", "р"), ("s", "с"), ("t", "т"), ("u", "у"), ("v", "в"),
)  # fmt: skip


def _vietnamese(rng: random.Random, words: tuple[str, str, str], cyrillic: bool) -> tuple[str, str, str]:
    draw = rng.random()
    if not cyrillic and draw < 0.3:
        spelled = words
    else:
        bare = [
            "".join(
                c
                for c in unicodedata.normalize("NFKD", w.replace("Đ", "D").replace("đ", "d"))
                if not unicodedata.combining(c)
            )
            for w in words
        ]
        if cyrillic or draw > 0.85:
            serbian = [_vietnamese_serbian(w) for w in bare]
            spelled = tuple(serbian if cyrillic else (_serbian_latin(rng, w) for w in serbian))  # type: ignore[assignment]
        else:
            spelled = (bare[0], bare[1], bare[2])
    if rng.random() < 0.12:  # all in one order, or middle and given kept together
        return (
            (spelled[2], "", f"{spelled[1]} {spelled[0]}")
            if rng.random() < 0.5
            else (f"{spelled[1]} {spelled[0]}", "", spelled[2])
        )
    return spelled


def _vietnamese_serbian(word: str) -> str:
    text, out, place = word.lower(), "", 0
    while place < len(text):
        for old, new in _VN_TO_SR:
            if text.startswith(old, place):
                out += ("њ" if place == 0 else "н") if new == "Њ" else new
                place += len(old)
                break
        else:
            place += 1
    return out[:1].upper() + out[1:]
