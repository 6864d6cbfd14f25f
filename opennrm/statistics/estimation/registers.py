"""From the registers' facts to a capture table: which agencies, or other lists, know which persons."""

from collections.abc import Hashable, Sequence
from dataclasses import replace

from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.text import say
from opennrm.statistics.estimation.table import CaptureTable, capture_histories
from opennrm.statistics.model import NOT_KNOWN, FactTable

SEVERAL = "several"  # a person whose facts differ: told apart, so that nobody is in two strata


def capture_histories_of_facts(
    facts: FactTable,
    list_column: str,
    *,
    events: Sequence[str] = (),
    covariates: Sequence[str] = (),
) -> CaptureTable:
    """Count who is on which list, where a coded attribute of each fact names the list.

    list_column: the attribute, such as the agency that reported the person. events: only these, all if empty.
    covariates: attributes that divide the persons; one whose facts differ is under `several`. Facts since corrected
    do not count; facts without person or list are left out, with a note of how many. Agencies that refer to one
    another share persons by design: such lists are dependent whatever the model. Raises SourceProblem for a column
    that is not there.
    """
    missing = [name for name in (list_column, *covariates) if name not in facts.columns]
    if missing:
        raise SourceProblem(
            say("The facts have no column %(columns)s.", columns=", ".join(missing)),
            remedy=say("The columns are: %(columns)s.", columns=", ".join(facts.columns)),
        )
    columns = [facts.columns[name] for name in ("event", "superseded_at", "person_key", list_column, *covariates)]
    pairs: list[tuple[Hashable, str]] = []
    values: list[dict[Hashable, str]] = [{} for _ in covariates]
    left_out = 0
    for event, superseded_at, person, listed, *codes in zip(*columns, strict=True):
        if superseded_at is not None or (events and event not in events):
            continue
        if not person or not listed or listed == NOT_KNOWN:
            left_out += 1
            continue
        pairs.append((person, listed))
        for known, code in zip(values, codes, strict=True):
            value = code or NOT_KNOWN
            known[person] = value if known.get(person, value) == value else SEVERAL
    table = capture_histories(
        list(dict.fromkeys(pairs)),
        sorted({name for _, name in pairs}),
        covariates=dict(zip(covariates, values, strict=True)),
    )
    note = say("Facts without a person or without a list were left out: %(n)d.", n=left_out)
    return replace(table, notes=(*table.notes, note)) if left_out else table
