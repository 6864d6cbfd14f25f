"""The room's tables. Django finds them here; each stands in the file of its subject."""

from opennrm.identification.models.appeal import Appeal, AppealReason, Serving
from opennrm.identification.models.case import Case, HelpArranged, Notification
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
from opennrm.identification.models.interpreter import Interpreter, InterpreterLanguage, InterpreterTie, Vetting

__all__ = [
    "Appeal",
    "AppealReason",
    "Case",
    "Decision",
    "FormFound",
    "Ground",
    "HelpArranged",
    "Interpreter",
    "InterpreterLanguage",
    "InterpreterTie",
    "Notification",
    "Opinion",
    "Reason",
    "Review",
    "Ruling",
    "Safeguard",
    "Seat",
    "Serving",
    "Vetting",
]
