"""What a form says around the questions of a list, in every language of the service. A form leaves the house: its words
come with it, so they stand here and not in the translations of the pages."""

from collections.abc import Mapping

from opennrm.kernel.codes import Sex
from opennrm.kernel.label import Label


def _label(english: str, serbian: str) -> Label:
    return Label({"en": english, "sr-Cyrl": serbian})


WORDS: Mapping[str, Label] = {
    "about": _label(
        "No name is needed. The list is a prompt to refer, never a finding about a person. One alarming fact is "
        "enough.",
        "Име није потребно. Листа је подстицај за упућивање, никада закључак о особи. Довољна је једна узнемирујућа "
        "чињеница.",
    ),
    "not_confirmed": _label(
        "The weights of this list await confirmation against the published instrument.",
        "Тежине ове листе чекају потврду према објављеном инструменту.",
    ),
    "await_review": _label(
        "The wordings in languages other than English await review.",
        "Текстови на језицима осим енглеског чекају проверу.",
    ),
    "age_band": _label("How old is the person?", "Колико особа има година?"),
    "age_hint": _label(
        "If you are not sure, the rules for children apply.", "Ако нисте сигурни, важе правила за децу."
    ),
    "age_adult": _label("18 or older", "18 или више година"),
    "age_child": _label("Under 18", "Мање од 18 година"),
    "age_uncertain": _label("Not sure; perhaps under 18", "Није сигурно; можда мање од 18 година"),
    "born_on": _label("Date of birth", "Датум рођења"),
    "born_problem": _label("This date of birth is not possible.", "Овај датум рођења није могућ."),
    "optional": _label("Only if it is known.", "Само ако је познато."),
    "sex": _label("Sex, as the person says", "Пол, како особа каже"),
    "district": _label("District", "Округ"),
    "place": _label("Kind of place", "Врста места"),
    "language": _label("Language of the person", "Језик особе"),
    "notes": _label("What did you see or hear?", "Шта сте видели или чули?"),
    "no_name": _label("In a few words, without names.", "У неколико речи, без имена."),
    "other_age": _label(
        "This list is for another age. Take the list for this person’s age; what is written here stays.",
        "Ова листа је за други узраст. Узмите листу за узраст ове особе; овде написано остаје.",
    ),
    "note": _label("What was seen or said", "Шта је виђено или речено"),
    "note_hint": _label("Facts, not conclusions.", "Чињенице, не закључци."),
    "with_evidence": _label(
        "Counts only with a line saying what somebody did.", "Рачуна се само уз ред о томе шта је неко учинио."
    ),
    "never": _label("Never counts; background only.", "Никада се не рачуна; само позадина."),
}
# The kinds of place of `screening.rules.PLACES`.
PLACE_WORDS: Mapping[str, Label] = {
    "workplace": _label("Workplace", "Радно место"),
    "dwelling": _label("Dwelling", "Стан или кућа"),
    "street": _label("Street or public place", "Улица или јавно место"),
    "border": _label("Border", "Граница"),
    "school": _label("School", "Школа"),
    "institution": _label("Institution (clinic, office)", "Установа (здравствена, канцеларија)"),
    "reception": _label("Reception or asylum centre", "Прихватни центар или центар за азил"),
    "online": _label("Online or by telephone", "На интернету или телефоном"),
}
# Our codes as the standard writes them. It has no code for a sex; the nearest is what the person says of gender.
GENDER: Mapping[Sex, str] = {
    Sex.FEMALE: "Feminine",
    Sex.MALE: "Masculine",
    Sex.OTHER: "NonConforming",
    Sex.NOT_KNOWN: "NonSpecifiedUnknown",
}
# ISO 639-1, or the language of a script, to ISO 639-2 (terminological).
LANGUAGE_CODES: Mapping[str, str] = {
    "sr-cyrl": "srp", "en": "eng", "zh": "zho", "vi": "vie", "hi": "hin", "bn": "ben", "ar": "ara", "ru": "rus",
    "tr": "tur", "ro": "ron", "uk": "ukr", "ne": "nep", "fr": "fra", "de": "deu", "es": "spa", "sq": "sqi",
    "hu": "hun", "bg": "bul", "mk": "mkd", "fa": "fas", "ur": "urd", "ps": "pus", "si": "sin", "tl": "tgl",
}  # fmt: skip
