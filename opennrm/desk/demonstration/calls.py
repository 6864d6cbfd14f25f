"""Demonstration data of the hotline: some forty invented calls over two months, in several languages."""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from opennrm.access.country import current_profile
from opennrm.access.offices import agencies_of_kind
from opennrm.kernel.clock import frozen
from opennrm.kernel.codes import AgeBand, Answer
from opennrm.referral.hotline.actions import (
    Contact,
    Outcome,
    Told,
    add_outcomes,
    give_word,
    mark_same_caller,
    take_call,
)
from opennrm.referral.hotline.models import HotlineCall
from opennrm.referral.hotline.rules import CallerKind, Certainty, Channel, Hours, LedTo

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.screening.models import Screening

# subject, how often, who calls, what is noted
KINDS = (
    ("working_conditions", 6, CallerKind.COLLEAGUE, "Wages of two months not paid; asks where to complain."),
    ("trafficking_labour", 6, CallerKind.FRIEND, "Ten people sleep in one room by the site; papers are with the boss."),
    ("trafficking_sexual", 4, CallerKind.CLIENT, "Says that she is never alone and asked him for help in writing."),
    ("trafficking_begging", 3, CallerKind.NEIGHBOUR, "Children are brought in the morning and fetched in the evening."),
    ("offer_abroad", 6, CallerKind.HERSELF, "An offer of work in a hotel; the ticket is paid, the contract not sent."),
    ("missing_person", 3, CallerKind.FAMILY, "No sign for nine days; the last message came from another number."),
    ("known_person", 3, CallerKind.OFFICIAL, "Asks for an escort to the doctor."),
    ("information", 4, CallerKind.OFFICIAL, "A school asks for leaflets."),
    ("silent", 3, CallerKind.ANONYMOUS, ""),
    ("hoax", 1, CallerKind.ANONYMOUS, ""),
)
LANGUAGES = ("sr-Cyrl", "sr-Cyrl", "sr-Cyrl", "en", "hi", "tr", "vi", "ru", "ne")
DAY = timedelta(days=1)


def tell_calls(operator: Account, at: datetime, noticed: Screening | None) -> None:
    """Write the calls before a moment. noticed: a screening of the operator's that one of them led to."""
    draw = random.Random(2026)  # noqa: S311 - invented calls, the same each time
    subjects = [kind for kind in KINDS for _ in range(kind[1])]
    draw.shuffle(subjects)
    for number, kind in enumerate(subjects):
        began = at - (60 * DAY) * (1 - number / len(subjects)) - timedelta(minutes=draw.randrange(600))
        _call(operator, kind, began, draw)
    _one_caller_thrice(operator, at, draw, noticed)


def _call(operator: Account, kind: tuple[str, int, CallerKind, str], began: datetime, draw: random.Random) -> None:
    subject, _, caller, notes = kind
    language = draw.choice(LANGUAGES)
    told = Told(
        is_safe=Answer.NOT_KNOWN if subject in {"silent", "hoax"} else Answer.YES,
        channel=draw.choice([Channel.PHONE, Channel.PHONE, Channel.PHONE, Channel.CHAT, Channel.MESSAGE]),
        caller=caller,
        subjects=(subject,),
        began_at=began,
        ended_at=began + timedelta(minutes=draw.randrange(2, 25)),
        language="" if subject == "silent" else language,
        has_interpreter=language in {"hi", "vi", "ne"} and bool(notes),
        age_band=AgeBand.CHILD if subject == "trafficking_begging" else AgeBand.ADULT,
        notes=notes,
        led_to=(LedTo.INFORMATION if notes else LedTo.NOTHING,),
    )
    with frozen(began + timedelta(minutes=30)):
        call = take_call(told, by=operator)
        if subject == "working_conditions":
            help_elsewhere = next(iter(agencies_of_kind("labour_inspectorate")), None)
            add_outcomes(call, [Outcome(LedTo.REFERRED_ELSEWHERE, agency=help_elsewhere)], by=operator)
        if subject == "trafficking_labour" and draw.random() < 0.5:
            police = next(iter(agencies_of_kind("police")), None)
            add_outcomes(call, [Outcome(LedTo.REFERRED_ELSEWHERE, agency=police)], by=operator)


def _one_caller_thrice(operator: Account, at: datetime, draw: random.Random, noticed: Screening | None) -> None:
    """In danger, then twice by code word; the last time a screening and a call-back tomorrow evening."""
    first = _danger(operator, at - 6 * DAY, "")
    with frozen(at - 6 * DAY + timedelta(minutes=20)):
        add_outcomes(first, [Outcome(LedTo.EMERGENCY)], by=operator)
        words = give_word(first, by=operator, source=draw)
    _danger(operator, at - 3 * DAY, words)
    last = _danger(operator, at - timedelta(hours=6), words)
    unsure = _danger(operator, at - timedelta(hours=2), "")
    with frozen(at - timedelta(hours=1)):
        mark_same_caller(unsure, last, certainty=Certainty.LIKELY, by=operator)
        evening = (at + DAY).astimezone(current_profile().zone).replace(hour=18, minute=15, second=0, microsecond=0)
        screened = [Outcome(LedTo.SCREENING, screening=noticed)] if noticed else []
        add_outcomes(last, [*screened, Outcome(LedTo.CALL_BACK, call_back_at=evening)], by=operator)


def _danger(operator: Account, began: datetime, words: str) -> HotlineCall:
    told = Told(
        is_safe=Answer.YES if words else Answer.NO,
        channel=Channel.PHONE,
        caller=CallerKind.HERSELF,
        subjects=("trafficking_marriage",),
        began_at=began,
        ended_at=began + timedelta(minutes=9),
        language="tr",
        age_band=AgeBand.ADULT,
        contact=Contact(
            may=Answer.YES,
            hours=Hours(time(18), time(19)),
            how="By the neighbour downstairs; ask for the recipe.",
            never="Never a text message.",
        ),
        notes="Calls from a locked flat, only between six and seven.",
        code_word=words,
    )
    with frozen(began + timedelta(minutes=12)):
        return take_call(told, by=operator)
