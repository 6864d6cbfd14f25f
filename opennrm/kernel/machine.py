"""A life, written once: states, the steps between them, who may take each, and what must be true first."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.text import NOTHING, Sentence, say

Guard = Callable[[Any], Sentence]


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of a life.

    action: the verb, unique for each state it leaves. may: the permission it needs. needs: guards, each a pure
    function of what is seen that returns an empty sentence or the reason against. tells: who is told afterwards.
    by_hand: False where the step is the consequence of another record's step, so no button is offered.
    reopens: marks the only steps that may leave a final state. basis: where the rule stands. weighs: one of several
    ways to decide, of which no page puts one before the others.
    """

    action: str
    sources: frozenset[str] | set[str]
    target: str
    may: str
    label: Sentence = NOTHING
    needs: tuple[Guard, ...] = ()
    tells: tuple[str, ...] = ()
    by_hand: bool = True
    reopens: bool = False
    basis: str = ""
    weighs: bool = False

    def refusal(self, seen: object) -> Sentence:
        """The first reason against this step, or an empty sentence."""
        for guard in self.needs:
            reason = guard(seen)
            if reason:
                return reason
        return NOTHING


@dataclass(frozen=True)
class Machine:
    """A kind of record's life. Refuses at import what could never be right.

    Raises ValueError for two steps of one action from the same state, a step from or to an undeclared state, an exit
    from a final state that is not marked `reopens`, a dead end that is not final, and a state nobody can reach.
    """

    name: str
    initial: str
    final: frozenset[str] | set[str]
    states: Mapping[str, Sentence]
    transitions: tuple[Transition, ...]
    opens_with: str = "open"
    _index: dict[tuple[str, str], Transition] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for transition in self.transitions:
            for source in transition.sources:
                self._admit(source, transition)
        self._refuse_dead_ends()
        self._refuse_unreachable()

    def find(self, state: str, action: str) -> Transition:
        """The step that `action` means in `state`; NotAllowed with a sentence where there is none."""
        found = self._index.get((state, action))
        if found is None:
            here = self.states.get(state, say("unknown"))
            raise NotAllowed(say("This is not possible any more: the state is now “%(state)s”.", state=here))
        return found

    def steps_from(self, state: str) -> list[Transition]:
        """The steps that leave a state, in the order of the table."""
        return [t for t in self.transitions if state in t.sources]

    def actions(self) -> list[str]:
        """Every action once, in the order of the table."""
        return list(dict.fromkeys(t.action for t in self.transitions))

    def permissions(self) -> set[str]:
        """Every permission that some step needs."""
        return {t.may for t in self.transitions}

    def _admit(self, source: str, transition: Transition) -> None:
        place = f"machine {self.name}, step {transition.action} from {source}"
        for state in (source, transition.target):
            if state not in self.states:
                raise ValueError(f"{place}: the state {state!r} is not declared")
        if (source, transition.action) in self._index:
            raise ValueError(f"{place}: two steps have this state and action")
        if source in self.final and not transition.reopens:
            raise ValueError(f"{place}: it leaves a final state and is not marked reopens=True")
        self._index[source, transition.action] = transition

    def _refuse_dead_ends(self) -> None:
        leaving = {source for source, _ in self._index}
        for state in self.states:
            if state not in leaving and state not in self.final:
                raise ValueError(f"machine {self.name}: nothing leaves the state {state!r}, and it is not final")

    def _refuse_unreachable(self) -> None:
        reached, waiting = {self.initial}, [self.initial]
        while waiting:
            state = waiting.pop()
            for transition in self.steps_from(state):
                if transition.target not in reached:
                    reached.add(transition.target)
                    waiting.append(transition.target)
        if lost := [state for state in self.states if state not in reached]:
            raise ValueError(f"machine {self.name}: nobody can reach {', '.join(lost)}")


def mermaid(machine: Machine) -> str:
    """The life as a Mermaid state diagram, the form that documentation sites and code hosts draw."""
    lines = ["stateDiagram-v2", f"    [*] --> {machine.initial}"]
    lines += [
        f"    {source} --> {t.target}: {t.action}"
        for t in machine.transitions
        for source in _ordered(machine, t.sources)
    ]
    lines += [f"    {state} --> [*]" for state in machine.states if state in machine.final]
    return "\n".join(lines)


def permission_table(machine: Machine, roles: Mapping[str, Iterable[str]]) -> str:
    """Who may take which step, as a Markdown table. roles: role to its permissions."""
    lines = ["| step | from | to | permission | roles |", "|---|---|---|---|---|"]
    for t in machine.transitions:
        holders = [role for role, permissions in roles.items() if t.may in permissions]
        sources = ", ".join(_ordered(machine, t.sources))
        lines.append(f"| {t.action} | {sources} | {t.target} | `{t.may}` | {', '.join(holders) or '(nobody)'} |")
    return "\n".join(lines)


def _ordered(machine: Machine, states: Iterable[str]) -> list[str]:
    order = list(machine.states)
    return sorted(states, key=order.index)
