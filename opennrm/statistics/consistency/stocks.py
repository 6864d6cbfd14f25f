"""Accounts of stock and flow: opening stock + new - closed = closing stock, from one year into the next."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from opennrm.statistics.consistency.entries import Entry, is_money
from opennrm.statistics.consistency.findings import Notebook
from opennrm.statistics.consistency.rules import Rules

ROLES = ("closing", "opening", "outflow", "inflow")  # "closed" must not read "closing", so stocks come first


def is_account(group: Sequence[Entry], rules: Rules) -> bool:
    """A list that holds a stock and a flow is an account: its lines do not add up to a total."""
    roles = {_role(entry.label, rules) for entry in group}
    return bool(roles & {"opening", "closing"}) and bool(roles & {"inflow", "outflow"})


def check_stocks(entries: Sequence[Entry], rules: Rules, notes: Notebook) -> None:
    """Each account closes, and what is open at the end of a year is what the next begins with."""
    accounts: dict[tuple[object, ...], dict[str, list[Entry]]] = defaultdict(lambda: defaultdict(list))
    stocks: dict[tuple[object, ...], list[tuple[str, Entry]]] = defaultdict(list)
    for entry in entries:
        if entry.is_bound or entry.unit == "percent" or len(entry.labels) > 1 or not entry.period.is_dated:
            continue
        for name, role in _places(entry, rules):
            accounts[name, entry.unit, entry.origin, entry.period.key][role].append(entry)
            if role in {"opening", "closing"}:
                stocks[name, entry.unit, entry.origin[0]].append((role, entry))
    for lines in accounts.values():
        _close(lines, rules, notes)
    for same in stocks.values():
        _carry(same, notes)


def _places(entry: Entry, rules: Rules) -> list[tuple[str, str]]:
    """Under which account, and as what, a figure stands: by its category, or by the words in its measure."""
    if not entry.is_total:
        role = _role(entry.label, rules) or ("" if entry.is_inside else "other")
        return [(entry.measure, role)] if role and not entry.qualities else []
    if (role := _role(entry.measure, rules)) and not entry.qualities:
        stem = rules.words["continued"].strip(rules.words[role].strip(entry.measure))
        return [(f"by name: {stem}", role)]
    if role := next((r for q in entry.qualities if (r := _role(q, rules))), ""):
        return [(entry.measure, role)]
    return []


def _role(text: str, rules: Rules) -> str:
    return next((role for role in ROLES if rules.words[role](text)), "")


def _close(lines: dict[str, list[Entry]], rules: Rules, notes: Notebook) -> None:
    if not all(len(lines.get(role, [])) == 1 for role in ("opening", "closing")):
        return
    if not lines.get("inflow") or not lines.get("outflow") or lines.get("other"):
        return  # a line whose direction the words do not tell may close the account
    involved = [*lines["opening"], *lines["inflow"], *lines["outflow"], *lines["closing"]]
    if is_money(involved[0].unit, rules) or any(e.low != e.high for e in involved):
        return
    opening, closing = lines["opening"][0].value, lines["closing"][0].value
    inflow = sum((e.value for e in lines["inflow"]), Decimal(0))
    outflow = sum((e.value for e in lines["outflow"]), Decimal(0))
    if opening + inflow - outflow != closing:
        notes.write(
            "stock_flow",
            involved,
            opening=opening,
            inflow=inflow,
            outflow=outflow,
            sum=opening + inflow - outflow,
            total=closing,
        )


def _carry(stocks: list[tuple[str, Entry]], notes: Notebook) -> None:
    for role, ending in stocks:
        if role != "closing" or ending.period.last is None:
            continue
        for other_role, beginning in stocks:
            if other_role != "opening" or beginning.period.first is None:
                continue
            days = (beginning.period.first - ending.period.last).days
            if days == 1 and not ending.may_equal(beginning):
                notes.write(
                    "stock_carried",
                    [beginning, ending],
                    value=ending.value,
                    part=ending.figure.year,
                    total=beginning.value,
                )
