"""What is wrong with a country's files, said so that the person who edits them can mend it."""

from dataclasses import dataclass

from opennrm.kernel.errors import ProfileProblem


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault: the file, the entry in it, what is wrong and what to do."""

    file: str
    entry: str
    what: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}, {self.entry}" if self.entry else self.file
        return f"{place}: {self.what} {self.remedy}"


def refuse(folder: str, problems: list[Problem]) -> ProfileProblem:
    """The error that keeps the server from starting, with every fault in it."""
    many = f"{len(problems)} problems" if len(problems) > 1 else "1 problem"
    lines = "\n".join(f"  {problem}" for problem in problems)
    return ProfileProblem(f"This country profile cannot be used, {many}:\n{lines}\n", where=folder)
