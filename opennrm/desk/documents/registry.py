"""Every document that leaves a screen: printed, saved or mailed. Each has a neutral form, or a reason to need none.

A test finds every place in the code that makes a file, a mail or a sheet, and fails for one that is not listed here;
another renders each neutral form in every language and looks for words that betray (`[betraying]` of letters.toml).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Document:
    """A kind of document. made_by: the functions that make it, as `module:function`.

    neutral: `always`, or `chosen` where a full form stands beside it, or nothing, and then `because` says why.
    """

    id: str
    made_by: tuple[str, ...]
    neutral: Literal["always", "chosen", ""]
    because: str = ""


DOCUMENTS: tuple[Document, ...] = (
    Document("letter", ("opennrm.desk.views.papers:_letter",), "chosen"),
    Document("mail", ("opennrm.duty.actions:_sent",), "always"),
    Document("form for a telephone", ("opennrm.screening.lists:as_form",), "always"),
    Document("paper or photo", ("opennrm.identification.attachments.views:content",), "always"),
    Document("share of the key", ("opennrm.vault.paper:page",), "always"),
    Document(
        "figure",
        ("opennrm.desk.views.figures:_file",),
        "",
        "A table of counts for those who count. It is of no person, and nobody hands it to one.",
    ),
)
