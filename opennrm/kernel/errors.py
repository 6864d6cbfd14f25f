"""The errors a person can read: what happened, where, and what to do. Never a name of a person."""

from opennrm.kernel.text import Sentence


class NrmError(Exception):
    """Anything OpenNRM refuses. `what` is a plain sentence; `where` and `remedy` complete it."""

    def __init__(self, what: str | Sentence, *, where: str = "", remedy: str | Sentence = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{place}{self.what}{remedy}"


class NotAllowed(NrmError):
    """A step that is refused; `reason` is the sentence that the page shows."""

    @property
    def reason(self) -> str | Sentence:
        """The one plain sentence that says why."""
        return self.what


class ProfileProblem(NrmError):
    """A country profile that cannot be used: names the file, the entry and the remedy."""


class SourceProblem(NrmError):
    """An input file or table that cannot be read: names the file, the place and the remedy.

    `problems` lists every fault found, not the first.
    """

    def __init__(
        self,
        what: str | Sentence,
        *,
        where: str = "",
        remedy: str | Sentence = "",
        problems: tuple[str | Sentence, ...] = (),
    ) -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.problems = problems
