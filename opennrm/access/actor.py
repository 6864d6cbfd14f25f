"""Who acts: an account, or the system itself where a rule or a clock acts without a person."""

from typing import Protocol


class Actor(Protocol):
    """Anything that a record can name as its writer."""

    @property
    def ref(self) -> str:
        """How the audit trail names it."""

    @property
    def code(self) -> str:
        """Its public code."""


class System:
    """The one actor that is nobody: server receipt, expiries, due clocks."""

    ref = "system"
    code = "system"


SYSTEM = System()
