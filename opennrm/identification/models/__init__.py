"""The room's tables. Django finds them here; each stands in the file of its subject."""

from opennrm.identification.models.case import Case, Notification
from opennrm.identification.models.decision import (
    Decision,
    FormFound,
    Ground,
    Opinion,
    Reason,
    Review,
    Ruling,
    Safeguard,
    Seat,
)

__all__ = [
    "Case",
    "Decision",
    "FormFound",
    "Ground",
    "Notification",
    "Opinion",
    "Reason",
    "Review",
    "Ruling",
    "Safeguard",
    "Seat",
]
