"""Code words: three spoken words by which an anonymous caller is known again, the third checking the other two.

The words are said alike in Serbian and in English and written alike in both scripts. No two of them differ in fewer
than three letters, so that a misheard letter makes no other word. There are 137 of them, a prime, and each place has
its own weight: a wrong word and an exchange of two words are always noticed.
"""

import difflib
import random
import re
import secrets

from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import latin, say

WORDS = tuple(
    """
    akvarel akvarijum album ametist antilopa arktik atlas avokado balon bambus banana barometar biblioteka bicikl
    biskvit brokoli delfin delta dirigent domino ekvator fagot festival flamingo flora fontana galerija gitara
    globus gondola gorila grafit gramofon harmonika helikopter hokej indigo jasmin jogurt jupiter kakao kaktus
    kamera kamion kanu karamel karavan karneval katamaran kedar kimono kivi klarinet kobra kokos kompas kondor
    kontrabas kristal krokodil ksilofon kupola kurkuma laguna lama lavanda limunada limuzina magnet magnolija mango
    maraton marina maska melodija metro mikrofon mikroskop motocikl motor mozaik nektar omlet opal opera origano
    orion orkestar panda papaja paprika pelikan piano pilot pingvin planeta platina polka poster puding pulover
    radio raketa regata robot roman rubin rumba safari saksofon salata sandala satelit sirius smaragd sofa stadion
    sudoku taksi tambura tandem telefon teleskop televizor tenis terasa termometar torta traktor trombon tropik
    tundra vanila veranda video violina vulkan
    """.split()  # noqa: SIM905 - reads as the list
)
_PLACE = {word: place for place, word in enumerate(WORDS)}
_SOURCE = secrets.SystemRandom()
_ORDINALS = (say("first"), say("second"), say("third"))


def new_words(source: random.Random | None = None) -> str:
    """Three words for a caller, as `mango robot lama`. A source is given for demonstration data only."""
    one, two = (source or _SOURCE).sample(range(len(WORDS)), 2)
    return " ".join((WORDS[one], WORDS[two], WORDS[_check(one, two)]))


def read_words(said: str) -> str:
    """The words as they are kept, from what somebody typed in either script.

    Raises NotAllowed with what is wrong: how many there are, which is none of the list, or that they do not belong
    together. What was typed is not repeated.
    """
    words = re.findall(r"[a-z]+", latin(said).lower())
    if len(words) != len(_ORDINALS):
        raise NotAllowed(say("A code word is three words. Ask for all three, in their order."))
    for ordinal, word in zip(_ORDINALS, words, strict=True):
        if word not in _PLACE:
            near = difflib.get_close_matches(word, WORDS, 2, 0.6)
            if near:
                raise NotAllowed(
                    say(
                        "The %(ordinal)s word is not one of ours. Was it: %(near)s?",
                        ordinal=ordinal,
                        near=", ".join(near),
                    )
                )
            raise NotAllowed(say("The %(ordinal)s word is not one of ours. Ask for it again.", ordinal=ordinal))
    one, two, three = (_PLACE[word] for word in words)
    if three != _check(one, two):
        raise NotAllowed(
            say("These three words do not belong together: one was misheard, or the order is another. Ask again.")
        )
    return " ".join(words)


def _check(one: int, two: int) -> int:
    return -(2 * one + 3 * two) % len(WORDS)
