"""Chinese names: pinyin, Wade-Giles, the Serbian transcription (with or without signs) and hanzi, one key.

A word is cut into syllables; every syllable of pinyin is written in each system by rule, and the tables are
inverted. Where a system drops its signs a spelling has several readings; the commonest comes first, the others
are variants. Sources: ISO 7098 (pinyin), the Wade-Giles tables of the Library of Congress, Pravopis srpskoga
jezika on the transcription of Chinese names.
"""

import re
from functools import cache

_FINALS = {
    "": "a ai an ang ao e en er o ou",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng o ou u",
    "d": "a ai an ang ao e ei eng i ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong u uan uo v ve",
    "l": "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu ong ou u uan un uo v ve",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u uai uan uang ui un uo",
    "sh": "a ai an ang ao e en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u uan ui un uo",
    "z": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "y": "a an ang ao e i in ing o ong ou u uan ue un",
    "w": "a ai an ang ei en eng o u",
}
SYLLABLES = tuple(initial + final for initial, finals in _FINALS.items() for final in finals.split())

# The readings to prefer when a spelling without its signs allows several: surnames by frequency, then common sounds.
_FIRST = (  # noqa: SIM905 - reads as a list of names
    "wang li zhang liu chen yang zhao huang zhou wu xu sun ma zhu hu guo he gao lin luo zheng liang xie song tang "
    "deng han feng yu dong xiao cheng cao yuan fu shen zeng peng lv su lu jiang cai jia ding wei xue ye yan pan du "
    "dai xia zhong tian ren fan fang shi yao tan liao zou xiong jin hao kong bai cui kang mao qiu qin gu hou shao "
    "meng long wan duan lei qian yin chang qiao lai gong wen jun qiang hua ming gang ping jie bo hui yong bin fei "
    "xin jian jing xiu ying na juan min hong lan qing ling ting rong yun chun gui xiang sheng hai bao shu kai yi "
    "zhi ze zi xuan yue tong "
).split()
_SURNAMES = 100  # so many of these are surnames
_RANK = {syllable: place for place, syllable in enumerate(_FIRST)}

_SERBIAN_INITIALS = {"j": "đ", "q": "ć", "x": "sj", "zh": "dž", "ch": "č", "sh": "š", "r": "ž", "z": "c", "c": "c"}
_SERBIAN_FINALS = {
    "ai": ("aj", "ai"),
    "ei": ("ej", "ei"),
    "ia": ("ija", "ja", "ia"),
    "ie": ("ije", "je", "ie"),
    "iao": ("ijao", "jao", "iao"),
    "iu": ("iju", "ju", "iu"),
    "ian": ("ijen", "jen", "ien"),
    "iang": ("ijang", "jang", "iang"),
    "iong": ("ijung", "jung", "iung"),
    "uai": ("uaj", "uai"),
    "ui": ("uej", "uj"),
    "ong": ("ung", "ong"),
    "ue": ("ije", "jue", "ue"),
    "v": ("i", "ju", "u"),
    "ve": ("jue", "ue"),
    "uan": ("uan",),
}
_SERBIAN_WHOLE = {
    "er": ("er",),
    "yi": ("ji", "i"),
    "ya": ("ja",),
    "yan": ("jen", "jan"),
    "yang": ("jang",),
    "yao": ("jao",),
    "ye": ("je",),
    "yin": ("jin", "in"),
    "ying": ("jing", "ing"),
    "yong": ("jung", "jong"),
    "you": ("jou",),
    "yu": ("ju",),
    "yuan": ("juen", "juan"),
    "yue": ("jue",),
    "yun": ("jun",),
    "wa": ("va",),
    "wai": ("vaj", "vai"),
    "wei": ("vej", "vei", "uej"),
    "wu": ("vu", "u"),
    "xi": ("si", "sji"),
    "xin": ("sjin", "sin"),
    "xing": ("sjing", "sing"),
    "xu": ("sju",),
    "xuan": ("sjuen", "sjuan"),
    "xue": ("sjue",),
    "xun": ("sjun",),
    "ju": ("đu", "điju"),
    "juan": ("đuen", "đuan"),
    "jue": ("đue",),
    "jun": ("đun",),
    "qu": ("ću",),
    "quan": ("ćuen", "ćuan"),
    "que": ("ćue",),
    "qun": ("ćun",),
    "jing": ("đing",),
    "si": ("si", "sy"),
}
_WADE_INITIALS = {
    "b": "p",
    "p": "p'",
    "d": "t",
    "t": "t'",
    "g": "k",
    "k": "k'",
    "j": "ch",
    "q": "ch'",
    "x": "hs",
    "zh": "ch",
    "ch": "ch'",
    "r": "j",
    "z": "ts",
    "c": "ts'",
}
_WADE_WHOLE = {
    "zhi": ("chih",),
    "chi": ("ch'ih",),
    "shi": ("shih",),
    "ri": ("jih",),
    "zi": ("tzu",),
    "ci": ("tz'u",),
    "si": ("ssu", "szu"),
    "er": ("erh",),
    "yi": ("i", "yi"),
    "ye": ("yeh",),
    "yan": ("yen",),
    "yong": ("yung",),
    "you": ("yu",),
    "yu": ("yü", "yu"),
    "yue": ("yüeh", "yueh"),
    "yuan": ("yüan", "yuan"),
    "yun": ("yün", "yun"),
    "ge": ("ko",),
    "ke": ("k'o",),
    "he": ("ho",),
    "e": ("o",),
    "guo": ("kuo",),
    "kuo": ("k'uo",),
    "huo": ("huo",),
    "shuo": ("shuo",),
    "gui": ("kuei",),
    "kui": ("k'uei",),
}
_WADE_FINALS = {
    "ian": "ien",
    "ie": "ieh",
    "ue": "üeh",
    "ve": "üeh",
    "v": "ü",
    "ong": "ung",
    "iong": "iung",
    "uo": "o",
    "ui": "ui",
}
_STRIP = str.maketrans({"đ": "d", "ž": "z", "č": "c", "ć": "c", "š": "s", "ü": "u", "'": None})
_SERBIAN_MARK = re.compile(r"[đćčšž]|sj|lj|nj|v|dj|dz|[aeou]j|ij")
_WADE_MARK = re.compile(r"'|hs|^k(?:uo|uei)|ch(?:ieh|ien|iung|ih)|ssu|tz|yeh|yen|iung|ueh|erh|ieh|ien(?!g)|k'|p'|t'|ü")


def _split(syllable: str) -> tuple[str, str]:
    for length in (2, 1):
        if syllable[:length] in _FINALS and length < len(syllable):
            return syllable[:length], syllable[length:]
    return "", syllable


def _serbian(syllable: str) -> tuple[str, ...]:
    if syllable in _SERBIAN_WHOLE:
        return _SERBIAN_WHOLE[syllable]
    initial, final = _split(syllable)
    if initial == "x":  # x carries the glide itself: xian is sjen
        bare = final[1:] if len(final) > 1 and final[0] == "i" else final
        return tuple("sj" + end for end in {"an": ("en", "an"), "ong": ("ung",)}.get(bare, (bare,)))
    if initial in {"y", "w"}:
        return ({"y": "j", "w": "v"}[initial] + final,)
    return tuple(_SERBIAN_INITIALS.get(initial, initial) + end for end in _SERBIAN_FINALS.get(final, (final,)))


def _wade(syllable: str) -> tuple[str, ...]:
    if syllable in _WADE_WHOLE:
        return _WADE_WHOLE[syllable]
    initial, final = _split(syllable)
    if initial in {"j", "q", "x"} and final[0] == "u":
        final = "ü" + final[1:] + ("h" if final == "ue" else "")
    return (_WADE_INITIALS.get(initial, initial) + _WADE_FINALS.get(final, final),)


@cache
def _tables() -> dict[str, dict[str, tuple[str, ...]]]:
    """System -> spelling of one syllable -> its readings in pinyin, the likeliest first."""
    tables: dict[str, dict[str, list[str]]] = {name: {} for name in ("pinyin", "serbian", "wade", "bare")}
    for syllable in SYLLABLES:
        tables["pinyin"].setdefault(syllable, []).append(syllable)
        if "v" in syllable:
            tables["pinyin"].setdefault(syllable.replace("v", "u"), []).append(syllable)
        for spelling in _serbian(syllable):
            tables["serbian"].setdefault(spelling, []).append(syllable)
            for bare in {spelling.translate(_STRIP), spelling.replace("đ", "dj").translate(_STRIP)}:
                tables["bare"].setdefault(bare, []).append(syllable)
        for spelling in _wade(syllable):
            tables["wade"].setdefault(spelling, []).append(syllable)
            tables["wade"].setdefault(spelling.translate(_STRIP), []).append(syllable)
    return {
        system: {
            spelling: tuple(sorted(dict.fromkeys(found), key=lambda s: _RANK.get(s, 999)))
            for spelling, found in table.items()
        }
        for system, table in tables.items()
    }


@cache
def _cut(word: str, system: str) -> tuple[tuple[str, ...], ...] | None:
    """The word in syllables, each as its possible readings; the fewest syllables win. None: not of this system."""
    table = _tables()[system]
    best: list[tuple[int, int, tuple[tuple[str, ...], ...]] | None] = [None] * (len(word) + 1)
    best[0] = (0, 0, ())
    for start in range(len(word)):
        here = best[start]
        if here is None:
            continue
        for end in range(start + 1, min(len(word), start + 8) + 1):
            readings = table.get(word[start:end])
            if readings is None:
                continue
            odd = here[1] + (start > 0 and word[start] in "aeoiu")  # a syllable inside a word rarely begins bare
            known = best[end]
            if known is None or (here[0] + 1, odd) < known[:2]:
                best[end] = (here[0] + 1, odd, (*here[2], readings))
    found = best[len(word)]
    return found[2] if found and found[0] <= 3 else None


def readings(words: tuple[str, ...], *, cyrillic: bool) -> tuple[tuple[str, ...], ...] | None:
    """The name's syllables in order, each as its possible pinyin readings; None when it is no Chinese name.

    The system is guessed from the whole name, because an office writes in one; a word that another system reads in
    fewer syllables is read by that one.
    """
    whole = "".join(words).replace("-", "")
    if cyrillic or any(sign in whole for sign in "đćčšž"):
        order = ("serbian", "bare", "pinyin", "wade")
    elif _SERBIAN_MARK.search(whole):  # transcribed, and the signs have been lost
        order = ("bare", "serbian", "pinyin", "wade")
    elif _WADE_MARK.search(whole):
        order = ("wade", "pinyin", "bare", "serbian")
    else:
        order = ("pinyin", "bare", "wade", "serbian")
    return _read_in(words, order)


def other_readings(words: tuple[str, ...]) -> list[tuple[tuple[str, ...], ...]]:
    """What the name reads as when every word is taken for pinyin, for Wade-Giles or for a transcription first."""
    orders = (
        ("pinyin", "serbian", "bare", "wade"),
        ("wade", "serbian", "bare", "pinyin"),
        ("serbian", "pinyin", "bare", "wade"),
    )
    return [found for order in orders if (found := _read_in(words, order)) is not None]


def _read_in(words: tuple[str, ...], order: tuple[str, ...]) -> tuple[tuple[str, ...], ...] | None:
    out: list[tuple[str, ...]] = []
    for piece in (piece for word in words for piece in word.split("-") if piece.strip("'")):
        out.extend(_best_cut(piece, order))
    return tuple(out) if any(r[0] in _tables()["pinyin"] for r in out) else None


@cache
def _best_cut(piece: str, order: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    # The fewest syllables win, and among as many the earlier system.
    best: tuple[tuple[str, ...], ...] | None = None
    for system in order:
        word = piece if system == "wade" else piece.replace("'", "")
        if best is not None and len(best) <= 2:  # only one syllable is fewer
            one = _tables()[system].get(word) if len(best) == 2 else None
            best = best if one is None else (one,)
        else:
            cut = _cut(word, system)
            best = cut if cut and (best is None or len(cut) < len(best)) else best
    return best or ((piece.translate(_STRIP),),)


_CLASS_INITIAL = {"zh": "c", "ch": "c", "j": "c", "q": "c", "z": "c", "c": "c", "sh": "s", "x": "s", "b": "p", "d": "t"}
_CLASS_INITIAL |= {"g": "k", "r": "z", "l": "l", "w": "v", "y": "j"}
_CLASS_FINAL = {
    "ia": "a",
    "ua": "a",
    "uo": "o",
    "e": "o",
    "uai": "ai",
    "ui": "ei",
    "iao": "ao",
    "iu": "u",
    "ou": "u",
    "uan": "an",
    "ian": "en",
    "un": "un",
    "iang": "an",
    "uang": "an",
    "ang": "an",
    "eng": "en",
    "ing": "in",
    "iong": "un",
    "ong": "un",
    "ie": "e",
    "ue": "e",
    "ve": "e",
    "v": "u",
}


@cache
def sound_class(syllable: str) -> str:
    """A coarse class in which readings that lost their signs, and -n and -ng, fall together."""
    initial, final = _split(syllable)
    return _CLASS_INITIAL.get(initial, initial) + _CLASS_FINAL.get(final, final)


def looks_chinese(words: tuple[str, ...], *, cyrillic: bool) -> bool:
    """Whether a name of unknown origin reads as a common surname of one syllable and a given name of one or two."""
    if not 2 <= len(words) <= 3:
        return False
    found = readings(words, cyrillic=cyrillic)
    if found is None or not 2 <= len(found) <= 3 or any(reading[0] not in _tables()["pinyin"] for reading in found):
        return False
    ends = {found[0][0], found[-1][0]} if len(words) > 1 else set()
    return any(_RANK.get(syllable, 999) < _SURNAMES for syllable in ends)


# What remembers parts of names: see `canonical.forget_names`.
REMEMBERED = (_cut, _best_cut)
