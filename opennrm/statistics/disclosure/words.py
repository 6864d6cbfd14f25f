"""The words of releases, certificates and price previews, in English and Serbian. Serbian Latin is derived."""

from collections.abc import Mapping

from opennrm.kernel.text import latin

LANGUAGES = ("en", "sr-Cyrl", "sr-Latn")

_WORDS: Mapping[str, Mapping[str, str]] = {
    "all": {"en": "All", "sr-Cyrl": "Укупно"},
    "period": {"en": "Period", "sr-Cyrl": "Период"},
    "percent": {"en": "Per cent", "sr-Cyrl": "Проценат"},
    "key": {
        "en": "[c] withheld to protect people. It may stand for any number, zero too. 0 means none. "
        "[z] does not apply. [x] not known.",
        "sr-Cyrl": "[c] задржано ради заштите људи. Може да стоји за сваки број, и за нулу. 0 значи ниједан. "
        "[z] није применљиво. [x] није познато.",
    },
    "certified": {
        "en": "Certified: none of the {withheld} withheld numbers can be proven to lie between 1 and {most} from "
        "everything ever published.",
        "sr-Cyrl": "Потврђено: ни за један од задржаних бројева ({withheld}) не може се из свега што је икада "
        "објављено доказати да је између 1 и {most}.",
    },
    "refused": {
        "en": "Not certified: nothing is printed and nothing can be signed.",
        "sr-Cyrl": "Није потврђено: ништа се не објављује и ништа се не може потписати.",
    },
    "price title": {"en": "What would this plan let us print?", "sr-Cyrl": "Шта би овај план дозволио да се објави?"},
    "price finding": {
        "en": "Of {planned} planned numbers {printed} can be printed and {withheld} must be withheld.",
        "sr-Cyrl": "Од {planned} планираних бројева може се објавити {printed}, а {withheld} се мора задржати.",
    },
    "price refused": {
        "en": "Of {planned} planned numbers none can be printed: {why}",
        "sr-Cyrl": "Од {planned} планираних бројева не може се објавити ниједан: {why}",
    },
    "every month": {"en": "Each month", "sr-Cyrl": "Сваког месеца"},
    "every quarter": {"en": "Each quarter", "sr-Cyrl": "Сваког тромесечја"},
    "every half-year": {"en": "Each half-year", "sr-Cyrl": "Сваког полугодишта"},
    "every year-to-date": {"en": "Year to date", "sr-Cyrl": "Од почетка године"},
    "every year": {"en": "Each year", "sr-Cyrl": "Сваке године"},
    "every years": {"en": "Years together", "sr-Cyrl": "Више година заједно"},
    "of": {"en": "{printed} of {planned}", "sr-Cyrl": "{printed} од {planned}"},
    "printed": {"en": "printed", "sr-Cyrl": "објављено"},
    "withheld": {"en": "withheld", "sr-Cyrl": "задржано"},
    "none withheld": {"en": "none withheld", "sr-Cyrl": "ништа задржано"},
    "legend": {
        "en": "withheld: one mark for all; it may be zero, small or large, and never says why",
        "sr-Cyrl": "задржано: један знак за све; може бити нула, мало или велико, и никад не каже зашто",
    },
    "together": {"en": "Together", "sr-Cyrl": "Заједно"},
    "preview": {
        "en": "A preview, not permission to publish. Each release is tested again on its own numbers.",
        "sr-Cyrl": "Преглед, није дозвола за објављивање. Свако издање се поново испитује на својим бројевима.",
    },
    "choices": {"en": "What coarser tables would buy", "sr-Cyrl": "Шта би донеле грубље табеле"},
    "choices note": {
        "en": "And what finer ones would cost. Every line is a whole plan, protected anew.",
        "sr-Cyrl": "И колико би коштале ситније. Сваки ред је цео план, изнова заштићен.",
    },
    "this plan": {"en": "This plan", "sr-Cyrl": "Овај план"},
    "threshold": {"en": "Protect groups smaller than {k}", "sr-Cyrl": "Заштити групе мање од {k}"},
    "fewer": {"en": "{n} fewer withheld", "sr-Cyrl": "{n} мање задржаних"},
    "more": {"en": "{n} more withheld", "sr-Cyrl": "{n} више задржаних"},
    "same": {"en": "as many withheld", "sr-Cyrl": "исто толико задржаних"},
    "now": {"en": "now", "sr-Cyrl": "сада"},
    "not offered": {"en": "not offered", "sr-Cyrl": "не нуди се"},
    "too few": {
        "en": "{survive} of {of} numbers above zero would survive. Pool several years, or print totals only.",
        "sr-Cyrl": "Од {of} бројева већих од нуле преживело би {survive}. Спојите више година, или објавите само "
        "укупне бројеве.",
    },
    "coarser": {"en": "Coarser: {name}", "sr-Cyrl": "Грубље: {name}"},
    "elsewhere": {"en": "{n} numbers elsewhere go too.", "sr-Cyrl": "Нестаје и бројева другде: {n}."},
}


def word(key: str, language: str, **values: object) -> str:
    """A word or sentence in `en`, `sr-Cyrl` or `sr-Latn`."""
    text = say(_WORDS[key], language)
    return text.format(**values) if values else text


def say(texts: Mapping[str, str], language: str, otherwise: str = "") -> str:
    """One of several texts; Serbian Latin comes from Cyrillic, and English stands in for what is not there."""
    if language == "sr-Latn" and "sr-Cyrl" in texts:
        return latin(texts["sr-Cyrl"])
    return texts.get(language) or texts.get("en") or otherwise
