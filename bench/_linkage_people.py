# ruff: noqa: E501, C408 - the table of habits reads better unbroken
"""The invented people of the five registers, and what an office writes down of one: rarely everything, not always right."""

import random
from datetime import date, timedelta

from bench._linkage_spellings import spelled
from bench._linkage_stock import STOCK
from opennrm.kernel.text import latin

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


class Person:
    """Somebody with one true name, birth date and document."""

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
        """The columns from name to telephone, as one register writes them."""
        habit = HABITS[register]
        cyrillic = rng.random() < habit["cyrillic"]
        given, middle, family = spelled(rng, self.origin, (self.given, self.middle, self.family), cyrillic)
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
