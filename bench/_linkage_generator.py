# ruff: noqa: E501, SIM905, C408 - the tables of habits and spellings read better unbroken
"""Writes five invented registers with their truth: more people, other names, other noise than any example.

One person has rows in several registers under different spellings, scripts, dates and documents. Deterministic for
a seed. The columns are those `opennrm link` reads; `truth.csv` says who is who.
"""

import csv
import random
from datetime import date, timedelta
from pathlib import Path

from bench._linkage_stock import HANZI, STOCK
from opennrm.kernel.text import latin

COMMON = (
    "record_id event_no subject_no role event_date given_name middle_name family_name parent_name alias sex birth_date "
    "birth_year age citizenship place document_no phone"
).split()
OWN = {
    "police": "complaint_no complaint_date offence".split(),
    "prosecutor": "case_no year stage outcome".split(),
    "court": "case_no charge_no offence verdict verdict_date final_date sentence_months restitution_rsd".split(),
    "centre": "referral_no referred_by status decision_date".split(),
    "ngo": "client_code service".split(),
}
# What an office writes down: birth date, year only, age only, document, telephone, parent, alias; script and capitals.
HABITS = {
    "police": dict(born=0.86, year=0.05, age=0.04, document=0.78, phone=0.32, parent=0.36, alias=0.18, cyrillic=0.45, upper=0.45),
    "prosecutor": dict(born=0.62, year=0.3, age=0.0, document=0.42, phone=0.0, parent=0.28, alias=0.08, cyrillic=0.78, upper=0.1),
    "court": dict(born=0.7, year=0.18, age=0.0, document=0.25, phone=0.0, parent=0.4, alias=0.02, cyrillic=0.5, upper=0.2),
    "centre": dict(born=0.7, year=0.1, age=0.17, document=0.45, phone=0.38, parent=0.1, alias=0.16, cyrillic=0.12, upper=0.02),
    "ngo": dict(born=0.3, year=0.16, age=0.45, document=0.07, phone=0.45, parent=0.0, alias=0.22, cyrillic=0.04, upper=0.0),
}  # fmt: skip
ORIGINS = {"RS": 0.40, "RO": 0.13, "CN": 0.13, "VN": 0.14, "IN": 0.055, "BD": 0.045, "EG": 0.04, "NG": 0.03, "KG": 0.03}
CITIZENSHIP = {"RS": "SRB", "RO": "SRB", "CN": "CHN", "VN": "VNM", "IN": "IND", "BD": "BGD", "EG": "EGY", "NG": "NGA"}
CITIZENSHIP["KG"] = "KGZ"
_PREFIX = {"police": "PO", "prosecutor": "PR", "court": "CO", "centre": "CE", "ngo": "NG"}
_BARE = str.maketrans("čćšžđČĆŠŽĐ", "ccszdCCSZD")


def write(folder: Path, *, rows: int, seed: int) -> int:
    """Write the registers into a folder until about `rows` rows exist; returns the number of rows."""
    office = _Office(random.Random(seed), rows)
    folder.mkdir(parents=True, exist_ok=True)
    while office.written < rows:
        office.incident()
    for name in HABITS:
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(COMMON + OWN[name])
            writer.writerows(office.rows[name])
    with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["register", "record_id", "person_id", "event_id", "role", "origin"])
        writer.writerows(office.truth)
    return office.written


class _Office:
    def __init__(self, rng: random.Random, rows: int) -> None:
        self.rng = rng
        self.rows: dict[str, list[list[object]]] = {name: [] for name in HABITS}
        self.truth: list[tuple[str, str, str, str, str, str]] = []
        self.written = self.events = self.people = 0
        self.numbers = dict.fromkeys(HABITS, 0)
        self.known: dict[str, list[_Person]] = {"suspect": [], "victim": []}
        self.passport = rng.randrange(100_000, 900_000)

    def incident(self) -> None:
        rng = self.rng
        self.events += 1
        when = date(2019, 1, 1) + timedelta(days=rng.randrange(6 * 365))
        place = rng.choice(STOCK["PLACES"]).replace("_", " ")
        cohort = rng.choices(list(ORIGINS), ORIGINS.values())[0]
        suspects = [
            self.person("suspect", cohort if rng.random() < 0.3 else None, place)
            for _ in range(rng.choice((0, 1, 1, 2, 3, 5)))
        ]
        many = rng.random() < 0.06
        count = rng.randrange(6, 25) if many else rng.choice((0, 1, 1, 1, 2, 3))
        victims = [self.person("victim", cohort if rng.random() < 0.8 else None, place) for _ in range(count)]
        self.suspects(list(dict.fromkeys(suspects)), when)  # nobody twice in one file
        self.victims(list(dict.fromkeys(victims)), when)

    def person(self, role: str, origin: str | None, place: str) -> "_Person":
        rng = self.rng
        if rng.random() < 0.13 and self.known[role]:
            return rng.choice(self.known[role][-4000:])
        if rng.random() < 0.03 and role == "suspect" and self.known["victim"]:
            return rng.choice(self.known["victim"][-4000:])
        self.people += 1
        self.passport += 1
        origin = origin or rng.choices(list(ORIGINS), ORIGINS.values())[0]
        person = _Person(rng, f"P{self.people:07d}", origin, place, self.passport, role)
        self.known[role].append(person)
        return person

    def suspects(self, people: list["_Person"], when: date) -> None:
        rng = self.rng
        police = self.event("police")
        offence = rng.choice(("388/1", "388/3", "185", "184", "350"))
        for number, person in enumerate(people, 1):
            known_to_police = rng.random() < 0.9
            if known_to_police:
                self.mention(
                    "police",
                    person,
                    f"KU-{police}/{when.year}",
                    number,
                    "suspect",
                    when,
                    [[f"KU-{police}/{when.year}", when, offence]],
                )
            if rng.random() > (0.92 if known_to_police else 1.0):
                continue
            start = when + timedelta(days=rng.randrange(15, 200))
            case, years = self.event("prosecutor"), rng.choice((1, 1, 2, 2, 3, 4))
            tale = rng.choices(("indicted", "dismissed", "transferred", "open"), (0.6, 0.18, 0.04, 0.18))[0]
            own = [
                [
                    f"KTO-{case}/{start.year}",
                    start.year + y,
                    "carried over" if y else "new",
                    tale if y == years - 1 else "open",
                ]
                for y in range(years)
            ]
            days = [start if y == 0 else date(start.year + y, 1, 1) for y in range(years)]
            self.mention("prosecutor", person, f"KTO-{case}/{start.year}", 1, "suspect", start, own, days)
            if tale == "indicted" and rng.random() < 0.85:
                end = days[-1] + timedelta(days=rng.randrange(90, 700))
                trial = self.event("court")
                charges = [
                    [
                        f"K-{trial}/{end.year}",
                        c + 1,
                        offence,
                        rng.choice(("convicted", "convicted", "acquitted")),
                        end,
                        "",
                        rng.randrange(6, 140),
                        "",
                    ]
                    for c in range(rng.choice((1, 1, 1, 2, 3)))
                ]
                self.mention("court", person, f"K-{trial}/{end.year}", 1, "suspect", end, charges)

    def victims(self, people: list["_Person"], when: date) -> None:
        rng = self.rng
        police = self.event("police")
        for number, person in enumerate(people, 1):
            first = rng.choices(("police", "centre", "ngo"), (0.5, 0.35, 0.15))[0]
            if first == "police" or rng.random() < 0.6:
                day = when + timedelta(days=0 if first == "police" else rng.randrange(5, 90))
                self.mention(
                    "police",
                    person,
                    f"KU-{police}/{day.year}V",
                    number,
                    "victim",
                    day,
                    [[f"KU-{police}/{day.year}V", day, "388/1"]],
                )
            if first == "centre" or rng.random() < 0.75:
                for _ in range(1 if rng.random() < 0.85 else 2):
                    day = when + timedelta(days=rng.randrange(1, 80))
                    file = self.event("centre")
                    self.mention(
                        "centre",
                        person,
                        f"C-{file}/{day.year}",
                        1,
                        "victim",
                        day,
                        [[f"C-{file}/{day.year}", "police", "identified", ""]],
                    )
            if first == "ngo" or rng.random() < 0.42:
                day = when + timedelta(days=rng.randrange(0, 110))
                client = self.event("ngo")
                self.mention(
                    "ngo",
                    person,
                    f"N{client}",
                    1,
                    "victim",
                    day,
                    [[f"N{client}", rng.choice(("shelter", "legal aid"))]],
                )

    def event(self, register: str) -> int:
        self.numbers[register] += 1
        return self.numbers[register]

    def mention(
        self,
        register: str,
        person: "_Person",
        event: str,
        subject: int,
        role: str,
        when: date,
        own: list[list[object]],
        days: list[date] | None = None,
    ) -> None:
        written = person.written_by(self.rng, register, when)
        for place, extra in enumerate(own):
            record = f"{_PREFIX[register]}{len(self.rows[register]) + 1:07d}"
            day = days[place] if days else when
            self.rows[register].append([record, event, subject, role, day, *written, *extra])
            self.truth.append((register, record, person.id, f"E{self.events:06d}", role, person.origin))
            self.written += 1


class _Person:
    __slots__ = (
        "alias",
        "born",
        "document",
        "family",
        "given",
        "id",
        "middle",
        "origin",
        "parent",
        "phone",
        "place",
        "sex",
        "system",
    )

    def __init__(self, rng: random.Random, number: str, origin: str, place: str, passport: int, role: str) -> None:
        self.id, self.origin, self.place = number, origin, place
        self.sex = "M" if rng.random() < (0.8 if role == "suspect" else 0.5) else "F"
        age = rng.triangular(18, 62, 32) if role == "suspect" else rng.triangular(6, 55, 26)
        self.born = date(2021, 6, 30) - timedelta(days=int(age * 365.25))
        self.given, self.middle, self.family = _name(rng, origin, self.sex)
        self.parent = (
            rng.choice(STOCK["SERBIAN_GIVEN_M"] if origin == "RS" else STOCK["ROMA_GIVEN_M"])
            if origin in {"RS", "RO"}
            else ""
        )
        self.alias = rng.choice(STOCK["ALIASES"]) if rng.random() < 0.35 else ""
        self.phone = f"+38160{rng.randrange(10**7):07d}"
        self.document = (
            _personal_number(rng, self.born, self.sex)
            if origin in {"RS", "RO"}
            else f"{rng.choice('ABCEGT')}{passport:07d}"
        )

    def written_by(self, rng: random.Random, register: str, when: date) -> list[object]:
        habit = HABITS[register]
        cyrillic = rng.random() < habit["cyrillic"]
        given, middle, family = _spelled(rng, self, cyrillic)
        if rng.random() < 0.06:
            given, family = family, given
        if rng.random() < (0.55 if self.origin == "EG" else 0.4):
            middle = ""
        if register == "ngo" and rng.random() < 0.2:
            family = "" if rng.random() < 0.6 else family[:1] + "."
        elif register in {"centre", "court"} and rng.random() < 0.03:
            family = family[:1] + "."
        given, family = (_slip(rng, text) if rng.random() < 0.055 else text for text in (given, family))
        if rng.random() < habit["upper"]:
            given, middle, family = given.upper(), middle.upper(), family.upper()
        born = self.born
        if rng.random() < 0.035:
            born = _wrong_date(rng, born)
        draw = rng.random()
        birth_date = birth_year = age = ""
        if draw < habit["born"]:
            birth_date, birth_year = (f"{born.year}-01-01" if rng.random() < 0.03 else born.isoformat()), str(born.year)
        elif draw < habit["born"] + habit["year"]:
            birth_year = str(born.year)
        elif draw < habit["born"] + habit["year"] + habit["age"]:
            age = str(max(1, int((when - self.born).days / 365.25) + rng.choice((-2, -1, 0, 0, 0, 0, 1, 2))))
        document = self.document
        if self.origin not in {"RS", "RO"} and rng.random() < 0.07:
            document = document[0] + f"{int(document[1:]) + rng.choice((-3, -1, 1, 2, 100000)):07d}"
        parent = self.parent if rng.random() < habit["parent"] else ""
        alias = self.alias if rng.random() < habit["alias"] * 2.5 else ""
        return [
            given, middle, family, parent if cyrillic else latin(parent), alias,
            self.sex if rng.random() < 0.995 else "", birth_date, birth_year, age,
            CITIZENSHIP[self.origin] if rng.random() < 0.97 else "",
            self.place if rng.random() < 0.72 else rng.choice(STOCK["PLACES"]).replace("_", " "),
            document if rng.random() < habit["document"] else "", self.phone if rng.random() < habit["phone"] else "",
        ]  # fmt: skip


def _name(rng: random.Random, origin: str, sex: str) -> tuple[str, str, str]:
    if origin == "RS":
        given = rng.choice(STOCK["SERBIAN_GIVEN_M"] if sex == "M" else STOCK["SERBIAN_GIVEN_F"])
        return given, "", _skewed(rng, STOCK["SERBIAN_STEMS"]) + rng.choice(STOCK["SERBIAN_ENDINGS"])
    if origin == "RO":
        given = rng.choice(STOCK["ROMA_GIVEN_M"] if sex == "M" else STOCK["ROMA_GIVEN_F"])
        return given, "", _skewed(rng, STOCK["ROMA_STEMS"]) + "овић"
    if origin == "CN":
        many = 2 if rng.random() < 0.7 else 1
        return (
            "".join(
                rng.choices(STOCK["CHINESE_SYLLABLES"], k=many)
                if many == 1
                else [f"{a}|" for a in rng.choices(STOCK["CHINESE_SYLLABLES"], k=2)]
            ).strip("|"),
            "",
            _skewed(rng, STOCK["CHINESE_FAMILY"]),
        )
    if origin == "VN":
        middle = rng.choice(STOCK["VIETNAMESE_MIDDLE_M"] if sex == "M" else STOCK["VIETNAMESE_MIDDLE_F"])
        return (
            rng.choice(STOCK["VIETNAMESE_GIVEN_M"] if sex == "M" else STOCK["VIETNAMESE_GIVEN_F"]),
            middle,
            rng.choice(STOCK["VIETNAMESE_FAMILY"]),
        )
    word = {"IN": "INDIAN", "BD": "BANGLADESHI", "EG": "EGYPTIAN", "KG": "KYRGYZ", "NG": "NIGERIAN"}[origin]
    given = rng.choice(STOCK[f"{word}_GIVEN_{sex}"])
    family = _skewed(rng, STOCK[f"{word}_FAMILY"])
    middle = rng.choice(STOCK[f"{word}_GIVEN_M"]) if origin in {"BD", "EG"} and rng.random() < 0.5 else ""
    if origin == "KG" and sex == "F":
        family = "|".join(
            ",".join(f + ("а" if part else "a") for f in side.split(",")) for part, side in enumerate(family.split("|"))
        )
    return given, middle, family


def _skewed(rng: random.Random, items: list[str]) -> str:
    return items[int(len(items) * rng.random() ** 1.6)]


def _spelled(rng: random.Random, person: _Person, cyrillic: bool) -> tuple[str, str, str]:
    origin = person.origin
    if origin in {"RS", "RO"}:
        words = (person.given, "", person.family)
        return words if cyrillic else tuple(_serbian_latin(rng, word) for word in words)  # type: ignore[return-value]
    if origin == "CN":
        return _chinese(rng, person.given.split("|"), person.family, cyrillic)
    if origin == "VN":
        return _vietnamese(rng, (person.given, person.middle, person.family), cyrillic)
    transcribed = cyrillic or rng.random() < 0.2
    out = []
    for word in (person.given, person.middle, person.family):
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
    import unicodedata

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


def _slip(rng: random.Random, text: str) -> str:
    if len(text) < 4:
        return text
    place = rng.randrange(1, len(text) - 1)
    draw = rng.random()
    if draw < 0.35:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if draw < 0.6:
        return text[:place] + text[place + 1 :]
    if draw < 0.8:
        return text[:place] + text[place] + text[place:]
    letters = "абвгдезиклмнопрсту" if "а" <= text[place].lower() <= "ш" else "abcdeghiklmnoprstuv"
    return text[:place] + rng.choice(letters) + text[place + 1 :]


def _wrong_date(rng: random.Random, day: date) -> date:
    draw = rng.random()
    if draw < 0.4 and day.day <= 12:
        return date(day.year, day.day, day.month)
    if draw < 0.75:
        return day.replace(year=day.year + rng.choice((-1, 1, -10, 10)), day=min(day.day, 28))
    return day.replace(day=rng.randrange(1, 28))


def _personal_number(rng: random.Random, born: date, sex: str) -> str:
    while True:
        order = rng.randrange(500) if sex == "M" else rng.randrange(500, 1000)
        digits = f"{born.day:02d}{born.month:02d}{born.year % 1000:03d}99{order:03d}"
        check = 11 - sum(int(d) * w for d, w in zip(digits, (7, 6, 5, 4, 3, 2) * 2, strict=True)) % 11
        if check <= 9:
            return f"{digits}{check}"
        if check == 11:
            return f"{digits}0"
