"""Folds for names written letter by letter: one table per family of spellings, applied in order.

Each fold takes Latin text with Serbian signs (`scripts.to_latin`) and returns letters a to z, `J` for the sound of
English j / Serbian dž where the family needs it apart. Doubled letters fall together in all of them.
"""

import re
from collections.abc import Callable
from functools import cache, partial
from operator import methodcaller

Rules = tuple[tuple[str, str], ...]

# Serbian, Bosnian, Croatian, Montenegrin, Macedonian and the Roma of these countries: both scripts and every loss
# of signs (Đorđe, Djordje, Dorde; Šaša, Shasha; -ić, -ic, -ich, -itch), Albanian (Krasniqi, Krasnići; Xh, Dž) and
# Hungarian (Szabó, Сабо; Kovács, Kovač; Erzsébet, Ержебет; Nagy, Нађ).
_SLAVIC: Rules = (
    (r"dzh|dž|xh", "dz"),
    (r"zs", "z"),
    (r"sz", "s"),
    (r"cs", "c"),
    (r"đ|dj|g[jy](?=[aeiou]|$)", "d"),
    (r"tch|ch|č|ć", "c"),
    (r"sh|š", "s"),
    (r"zh|ž", "z"),
    (r"x", "ks"),
    (r"w", "v"),
    (r"q", "c"),
    (r"ck", "k"),
    (r"ph", "f"),
    (r"th", "t"),
    (r"y", "j"),
    (r"(?<=i)j(?=[aeou])", ""),
)

# Vietnamese: quoc ngu with its accents gone, and the Serbian transcription (Trần: Čan; Nguyễn: Ngujen; Minh: Min).
_VIETNAMESE: Rules = (
    (r"đ", "d"),
    (r"^ngh", "ng"),
    (r"^gh", "g"),
    (r"^tr|^ch|č|ć", "C"),
    (r"^c(?!h)|^k(?!h)|q", "K"),
    (r"ch$", "K"),
    (r"kh", "K"),
    (r"ph", "f"),
    (r"th", "t"),
    (r"^(nh|nj)", "N"),
    (r"^lj(?=uo)", "l"),
    (r"nh$", "n"),
    (r"c$", "K"),
    (r"x|š", "s"),
    (r"ž|gi(?=[aeou])", "z"),
    (r"w", "v"),
    (r"[yj]", "i"),
    (r"K", "k"),
    (r"N", "ni"),
    (r"C", "c"),
)

# Indian, Pakistani, Bangladeshi, Nepali: aspirates, long vowels, y and j in both readings, Bengali o for a and z for j.
_SOUTH_ASIAN: Rules = (
    (r"dzh|dž|dz|dj|đ|zh|z|ž", "J"),
    (r"(?<=[aeiou])j$", "J"),
    (r"j(?=$|[^aeiou])", "i"),
    (r"(?<=.)(?:endr|indr)a$|(?<=.)(?:end|ind)[ae]r$", "indr"),
    (r"chh|tch|ch|č|ć", "c"),
    (r"sh|š", "s"),
    (r"x|ksh", "ks"),
    (r"kh|ck|q", "k"),
    (r"gh", "g"),
    (r"th", "t"),
    (r"dh", "d"),
    (r"bh", "b"),
    (r"ph", "f"),
    (r"jh", "J"),
    (r"ee", "i"),
    (r"oo|ou", "u"),
    (r"aa", "a"),
    (r"w", "v"),
    (r"y(?=[aeou])|j", "J"),
    (r"y", "i"),
    (r"i(?=J)", ""),
    (r"(?<=[a-zJ])h$", ""),
)

# Arabic names by way of English or French, and through Serbian; e and a, o and u are one vowel each.
_ARABIC: Rules = (
    (r"dzh|dž|dz|dj|đ", "J"),
    (r"j(?=$|[^aeou])", "i"),
    (r"sh|š|ch(?=[aeiou])", "S"),
    (r"kh", "k"),
    (r"gh", "g"),
    (r"th", "t"),
    (r"dh", "d"),
    (r"ph", "f"),
    (r"q|ck", "k"),
    (r"ee|ey|ei", "i"),
    (r"ou|oo|u|o", "u"),
    (r"w", "v"),
    (r"ž|z", "z"),
    (r"y(?=[aeiou])|(?<![aeiou])j|j", "J"),
    (r"y", "i"),
    (r"(?<=[aeiou])J(?=[aeiou])", "i"),
    (r"e", "a"),
    (r"(?<=a)h$", ""),
    (r"S", "s"),
)

# Kyrgyz, Kazakh, Uzbek, Russian: ы as y, i or (by a slip of transcription) j; ж and its many Latin faces; -ova as -ov.
_TURKIC: Rules = (
    (r"dzh|dž|jh|zh|ž|^dz|^j|^z", "Z"),
    (r"(?<=[aeiouy])dz(?=[aeou])", "i"),
    (r"tch|ch|č|ć", "c"),
    (r"sh|š", "s"),
    (r"kh|q", "k"),
    (r"nj", "ni"),
    (r"ee", "e"),
    (r"oo|ou", "u"),
    (r"x", "ks"),
    (r"w", "v"),
    (r"[yj]", "i"),
    (r"i+(?=[aeou])", "i"),
    (r"(?<=a)i(?=ev)", ""),
    (r"(?<=[aeou])iZ", "Z"),
    (r"(?<=o[vy]|e[vy])a$", ""),
    (r"(?<=[ae])Z(?=[aeo]v$)", "i"),
)

# Russian, Ukrainian, Belarusian: by English and Serbian (Щербаков, Shcherbakov, Ščerbakov; Гриценко, Hrytsenko; Юлия,
# Yuliia, Јулија; Екатерина, Jekaterina; Ковальчук, Коваљчук); г and х are one letter, for Ukrainian г is written h;
# ё is printed as е. A family name in -ina is that in -in, of her father; Valentina is not Valentin.
_GIVEN_INA = (
    "al|alb|albert|alevt|anhel|anton|ar|auhust|avhust|akul|bet|d|dar|ekater|evhel|evel|fa|hal|heorh|hrist|ir|"
    "ilar|iust|jan|ian|ianh|just|kal|kapitol|kar|karol|kater|krist|konstant|l|lil|luk|mad|mal|mar|mart|mil|n|nel|pol|"
    "paul|pavl|r|reh|ruf|sab|saf|savel|seraf|sever|stanislav|t|ul|ust|valent|vas|vikt|vital|z|zar|zer"
)
_EAST_SLAVIC: Rules = (
    (r"shch|šč|щ", "sc"),
    (r"zh|ž", "z"),
    (r"kh|g", "h"),
    (r"tch|ch|č|ć|ts|tz", "c"),
    (r"sh|š", "s"),
    (r"w", "v"),
    (r"x", "ks"),
    (r"(?<=[^aeiou])[yj]o", "e"),
    (r"(?<=[ln])j(?=$|[^aeiou])", ""),
    (r"[yj]", "i"),
    (r"i+", "i"),
    (r"(?:^|(?<=[^aeiou]))i(?=e)", ""),
    (r"(?<=[aeou])i(?=e)", ""),
    (rf"^((?:{_GIVEN_INA})in)a$", r"\1A"),
    (r"(?<=ov|ev|in)a$", ""),
    (r"A$", "a"),
)

# Romanian, after `canonical` has told its c, g and j from those of a Serbian transcription.
_ROMANIAN: Rules = (
    (r"dzh|dž|đ", "J"),
    (r"č|ć", "C"),
    (r"ch|q", "k"),
    (r"gh", "g"),
    (r"sh|š", "s"),
    (r"zh|ž", "z"),
    (r"ts|tz|c", "t"),
    (r"w", "v"),
    (r"x", "ks"),
    (r"[yj]", "i"),
    (r"(?<=[CJ])[ie](?=[aou])|(?<=i)i", ""),
    (r"C", "c"),
)

# Nigerian (and other English-written African) names: English spellings and their Serbian transcription.
_ENGLISH: Rules = (
    (r"dzh|dž|dz|dj", "J"),
    (r"^j", "J"),
    (r"tch|ch|č|ć", "c"),
    (r"sh|š", "s"),
    (r"zh|ž", "z"),
    (r"ph", "f"),
    (r"gh", "g"),
    (r"kh|ck", "k"),
    (r"th", "t"),
    (r"x", "ks"),
    (r"qu", "kv"),
    (r"q", "k"),
    (r"w", "v"),
    (r"ou", "o"),
    (r"[yj]", "i"),
)

FOLDS: dict[str, Rules] = {
    "slavic": _SLAVIC,
    "vietnamese": _VIETNAMESE,
    "south_asian": _SOUTH_ASIAN,
    "arabic": _ARABIC,
    "turkic": _TURKIC,
    "east_slavic": _EAST_SLAVIC,
    "romanian": _ROMANIAN,
    "english": _ENGLISH,
}


def _step(pattern: str, new: str) -> Callable[[str], str]:
    # Plain letters are replaced without a pattern: words are folded by the hundred thousand.
    return methodcaller("replace", pattern, new) if pattern.isalpha() else partial(re.compile(pattern).sub, new)


_STEPS = {name: [_step(*rule) for rule in rules] for name, rules in FOLDS.items()}
_DOUBLED = re.compile(r"(.)\1+")
_REST = str.maketrans({"č": "c", "ć": "c", "š": "s", "ž": "z", "đ": "d", "'": None, "-": None, ".": None})
_VOWELS = re.compile(r"[aeiou]")


@cache
def fold(word: str, family: str) -> str:
    """One word in the letters of its family: the same name in another spelling folds to the same letters."""
    for step in _STEPS[family]:
        word = step(word)
    return _DOUBLED.sub(r"\1", word.translate(_REST).lower())


@cache
def skeleton(folded: str, family: str) -> str:
    """The coarse sound of a folded word: consonants, with the first vowel's place kept."""
    if family == "vietnamese":
        return re.sub(r"ng$|n$", "n", folded.replace("ie", "e").replace("uo", "u"))
    if family == "slavic":
        return re.sub(
            r"(?<=.)h", "", folded.replace("lj", "l").replace("nj", "n").replace("dz", "d").replace("ij", "i")
        )
    start, rest = folded[:1], folded[1:]
    start = "a" if start in "aeiou" else start
    rest = rest.replace("h", "") if len(rest) > 2 else rest
    bare = _VOWELS.sub("", rest) + ("a" if rest[-1:] in {"a", "e", "i", "o", "u"} else "")
    return _DOUBLED.sub(r"\1", start + (bare if len(bare) > 1 else _DOUBLED.sub(r"\1", rest)))
