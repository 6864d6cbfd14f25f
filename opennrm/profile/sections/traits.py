"""Words by which an indicator about a trait of the person is recognised, so that no country counts one as such.

English, because every country words its lists in it too. Too many finds are better than one too few: whoever writes a
list then marks the sign as `with evidence` or `never`, or words what somebody did.
"""

import re

from opennrm.profile.instruments import Indicator

_TRAIT = re.compile(
    r"nationalit|citizenship|ethnic|\brace\b|racial|\broma\b|minorit|relig|muslim|christian|skin colou?r|"
    r"irregular (migration |residence )?(status|stay)|(migration|immigration|residence|legal) (status|permit)|"
    r"undocumented|refugee|asylum|foreigner|foreign(?! (country|language))|sexual orientation|homosexual|\bgay\b|"
    r"lesbian|transgender|gender identity|disab|pregnan|poverty|single mother|orphan|illitera",
    re.IGNORECASE,
)
_ACT = re.compile(
    r"threat|report(ed|ing)? (to|her|him|them)|to report|denounc|confiscat|withh(e|o)ld|kept by|takes?\b|taken|forced|"
    r"force\b|\bused\b|uses?\b|abus|exploit|deceiv|promis|control|isolat|brought|recruit|made to|paid|pay\b|wage|"
    r"arrang|told|lied|given to|hand(ed)? over|work",
    re.IGNORECASE,
)


def names_a_trait(indicator: Indicator) -> bool:
    """Whether an indicator speaks of nationality, origin, religion, status, health or another trait of the person."""
    return any(_TRAIT.search(text) for text in (indicator.label["en"], indicator.question["en"]))


def names_an_act(indicator: Indicator) -> bool:
    """Whether it says what somebody did."""
    return any(_ACT.search(text) for text in (indicator.label["en"], indicator.question["en"]))
