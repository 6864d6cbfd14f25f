"""What the figures desk says of demonstration data: what is invented, what is as published, and by whom."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from opennrm.access.queries import demonstration_accounts
from opennrm.desk.demonstration.history import KEEPER
from opennrm.desk.demonstration.years import YEARS
from opennrm.kernel.text import Sentence, say

SOURCE = "United States Department of State, Trafficking in Persons Report 2025, Serbia"
SAID = (
    say(
        "Every person here is invented. The totals are as published for Serbia: 168 persons referred and 58 identified"
        " in 2023, 184 referred and 64 identified in 2024."
    ),
    say("Those identified in 2024 are divided by form, by sex and age, and by citizenship as published, but for one:"),
    say("25 women, 11 men, 20 girls and 9 boys were published. That is 65, and 64 were identified. Here are 24 women."),
    say("Months, senders, districts, times and everything else is invented too."),
)


@dataclass(frozen=True, slots=True)
class Label:
    """Sentences for a page, the source, and the years that there are."""

    sentences: tuple[Sentence, ...]
    source: str
    years: tuple[int, ...]


def label() -> Label | None:
    """The label of the two invented years; None where a service does not hold them."""
    if not settings.DEMONSTRATION or KEEPER[0] not in {account.sign_in for account in demonstration_accounts()}:
        return None
    return Label(SAID, SOURCE, tuple(YEARS))
