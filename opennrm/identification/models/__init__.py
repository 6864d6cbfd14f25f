"""The room's tables. Django finds them here; each stands in the file of its subject."""

from opennrm.identification.models.appeal import Appeal, AppealReason, Serving
from opennrm.identification.models.attachment import Attachment, Piece
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
from opennrm.identification.models.determination import Determination
from opennrm.identification.models.interpreter import (
    Barred,
    Booking,
    ConflictAnswer,
    Interpreter,
    InterpreterLanguage,
    InterpreterTie,
    Vetting,
)
from opennrm.identification.models.letter import Issued, Letter
from opennrm.identification.models.statement import Agreed, Sharing, Statement, StatementRequest, Telling
from opennrm.identification.models.team import (
    BlockReason,
    Conference,
    GrantReason,
    Minutes,
    Participant,
    Task,
)
from opennrm.identification.models.watch import Emergency, KnownIn, PublicEye, Signal, Watched

__all__ = [
    "Agreed",
    "Appeal",
    "AppealReason",
    "Attachment",
    "Barred",
    "BlockReason",
    "Booking",
    "Case",
    "Conference",
    "ConflictAnswer",
    "Decision",
    "Determination",
    "Emergency",
    "FormFound",
    "GrantReason",
    "Ground",
    "HelpArranged",
    "Interpreter",
    "InterpreterLanguage",
    "InterpreterTie",
    "Issued",
    "KnownIn",
    "Letter",
    "Minutes",
    "Notification",
    "Opinion",
    "Participant",
    "Piece",
    "PublicEye",
    "Reason",
    "Review",
    "Ruling",
    "Safeguard",
    "Seat",
    "Serving",
    "Sharing",
    "Signal",
    "Statement",
    "StatementRequest",
    "Task",
    "Telling",
    "Vetting",
    "Watched",
]
