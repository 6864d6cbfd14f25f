"""Facts of cases for counting: opened, opinions, decisions, their service, help, appeals, and what became of referrals.

Every fact stands on the day on which it happened and is known from the moment at which it was recorded. What changes
later, such as the result of a referral, is a fact of its own from then on.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from opennrm.identification.models import Appeal, Case, FormFound, HelpArranged, Opinion, Ruling, Seat, Serving
from opennrm.kernel.clock import Calendar
from opennrm.kernel.codes import CountingUnit, Outcome
from opennrm.kernel.spans import Span, spans

Counted = tuple[UUID, dict[str, Any]]
# What became of an appeal, by its last state.
APPEALS = {
    "granted": "granted",
    "rejected": "rejected",
    "returned": "returned",
    "withdrawn": "withdrawn",
    "out_of_time_rejected": "out_of_time",
}


def opened(calendar: Calendar, files: Collection[str] | None = None) -> Iterator[Counted]:
    """Person and fact: `referral.opened`, with the elapsed minutes since receipt. files: only of these."""
    rows = _of(Case.unscoped, files, "file_code").values_list(
        "file_code",
        "person_id",
        "opened_at",
        "referral__code",
        "referral__received_at",
        "referral__sender_agency__kind",
    )
    for file_code, person, at, code, received_at, sender in rows.iterator(2000):
        yield (
            person,
            {
                "file": file_code,
                "unit": CountingUnit.REFERRAL.value,
                "event": "referral.opened",
                "event_date": calendar.day(at),
                "recorded_at": at,
                "unit_key": code,
                "sender": sender,
                "amount": _minutes(received_at, at),
            },
        )


def seen_by_panel(calendar: Calendar, files: Collection[str] | None = None) -> Iterator[Counted]:
    """Person and fact: `opinion.complete` once a case, with the minutes from its opening to the last opinion."""
    seats: dict[tuple[UUID, int], int] = defaultdict(int)
    for place in _of(Seat.objects, files, "decision__file_code").values_list("decision_id", "round").iterator(2000):
        seats[place] += 1
    rows = _of(Opinion.objects, files, "decision__file_code").order_by("written_at", "id")
    columns = ("decision_id", "round", "written_at", "decision__case__code", "decision__case__person_id")
    written: dict[tuple[UUID, int], int] = defaultdict(int)
    done: set[UUID] = set()
    for row in rows.values_list(*columns, "decision__case__opened_at", "decision__file_code").iterator(2000):
        decision, number, at, code, person, opened_at, file_code = row
        written[decision, number] += 1
        if decision in done or written[decision, number] < seats[decision, number]:
            continue
        done.add(decision)
        yield (
            person,
            {
                "file": file_code,
                "unit": CountingUnit.CASE.value,
                "event": "opinion.complete",
                "event_date": calendar.day(at),
                "recorded_at": at,
                "unit_key": code,
                "amount": _minutes(opened_at, at),
            },
        )


def decided(calendar: Calendar, files: Collection[str] | None = None) -> Iterator[Counted]:
    """Person and fact: `decision.made` for every ruling, and what came of it first.

    `decision.identified` once a person, on the first such day; `decision.first` once a case, on the day of the first
    ruling that is no deferral, with the minutes since the receipt of the referral.
    """
    forms = _forms(files)
    identified: set[UUID] = set()
    ended: set[UUID] = set()
    for row in _rulings(files):
        person, outcome = row["decision__case__person_id"], row["outcome"]
        main, several = forms.get(row["id"], (None, None))
        fact = {
            "file": row["decision__file_code"],
            "unit": CountingUnit.DECISION.value,
            "event": "decision.made",
            "event_date": calendar.day(row["ruled_at"]),
            "recorded_at": row["recorded_at"],
            "unit_key": row["code"],
            "referral": row["decision__case__referral__code"],
            "outcome": outcome,
            "decided_by": row["deciding_body"],
            "agreement": "differ" if row["differs"] else "agree",
            "dissent": "some" if row["dissents"] else "none",
            "form": main,
            "forms": several,
        }
        yield person, fact
        if outcome == Outcome.IDENTIFIED and person not in identified:
            identified.add(person)
            yield (
                person,
                fact
                | {
                    "unit": CountingUnit.PERSON.value,
                    "event": "decision.identified",
                    "unit_key": None,
                },
            )
        if outcome != Outcome.DEFERRED and row["decision_id"] not in ended:
            ended.add(row["decision_id"])
            yield (
                person,
                fact
                | {
                    "unit": CountingUnit.CASE.value,
                    "event": "decision.first",
                    "unit_key": row["decision__case__code"],
                    "amount": _minutes(row["decision__case__referral__received_at"], row["ruled_at"]),
                },
            )


def served(calendar: Calendar, files: Collection[str] | None = None) -> Iterator[Counted]:
    """Person and fact: `decision.served`, with the minutes since the ruling."""
    rows = _of(Serving.objects, files, "ruling__decision__file_code").order_by("served_at", "id")
    columns = ("ruling__code", "ruling__decision__case__person_id", "ruling__decision__file_code", "ruling__ruled_at")
    more = ("ruling__outcome", "ruling__deciding_body", "language", "served_at", "recorded_at")
    for code, person, file_code, ruled_at, outcome, body, language, at, recorded_at in rows.values_list(
        *columns, *more
    ).iterator(2000):
        yield (
            person,
            {
                "file": file_code,
                "unit": CountingUnit.DECISION.value,
                "event": "decision.served",
                "event_date": calendar.day(at),
                "recorded_at": recorded_at,
                "unit_key": code,
                "outcome": outcome,
                "decided_by": body,
                "language": language,
                "amount": _minutes(ruled_at, at),
            },
        )


def helped(calendar: Calendar, files: Collection[str] | None = None) -> Iterator[Counted]:
    """Person and fact: `help.arranged` each time, and `help.first` once a case with the minutes since the receipt."""
    rows = _of(HelpArranged.objects, files, "case__file_code").order_by("arranged_at", "id")
    columns = ("id", "kind", "arranged_at", "case__code", "case__person_id", "case__file_code")
    seen: set[str] = set()
    for key, kind, at, case, person, file_code, received_at in rows.values_list(
        *columns, "case__referral__received_at"
    ).iterator(2000):
        fact = {
            "file": file_code,
            "unit": CountingUnit.SERVICE.value,
            "event": "help.arranged",
            "event_date": calendar.day(at),
            "recorded_at": at,
            "unit_key": str(key),
            "help": kind,
        }
        yield person, fact
        if case not in seen:
            seen.add(case)
            yield (
                person,
                fact
                | {
                    "unit": CountingUnit.CASE.value,
                    "event": "help.first",
                    "unit_key": case,
                    "amount": _minutes(received_at, at),
                },
            )


def appealed(calendar: Calendar, files: Collection[str] | None = None) -> Iterator[Counted]:
    """Person and fact: `appeal.lodged`, in time or late; `appeal.ended` with the result and the minutes it took."""
    rows = _of(Appeal.unscoped, files, "file_code").exclude(state="drafting").order_by("opened_at", "id")
    columns = ("code", "file_code", "state", "lodged_at", "opened_at", "ended_at", "lodged_by", "channel")
    for row in rows.values(*columns, "decision__case__person_id", "ruling__serving__appeal_until").iterator(2000):
        until = row["ruling__serving__appeal_until"]
        fact = {
            "file": row["file_code"],
            "unit": CountingUnit.APPEAL.value,
            "event": "appeal.lodged",
            "event_date": calendar.day(row["lodged_at"]),
            "recorded_at": row["opened_at"],
            "unit_key": row["code"],
            "in_time": "in_time" if until is None or row["lodged_at"] <= until else "late",
        }
        yield row["decision__case__person_id"], fact
        if row["ended_at"]:
            yield (
                row["decision__case__person_id"],
                fact
                | {
                    "event": "appeal.ended",
                    "event_date": calendar.day(row["ended_at"]),
                    "recorded_at": row["ended_at"],
                    "result": APPEALS[row["state"]],
                    "amount": _minutes(row["lodged_at"], row["ended_at"]),
                },
            )


def results(files: Collection[str] | None = None) -> dict[str, list[Span]]:
    """What became of referrals that led to a case, by their codes: outcome and form, from when to when it was held.

    A decision that an appeal returned holds no more: the result is open again until the next one.
    """
    forms = _forms(files)
    rulings: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in _rulings(files):
        rulings[row["decision__case__referral__code"]].append(row)
    returned: dict[str, list[datetime]] = defaultdict(list)
    ends = _of(Appeal.unscoped, files, "file_code").filter(state="returned")
    for code, at in ends.values_list("decision__case__referral__code", "ended_at"):
        returned[code].append(at)

    return {code: _held(rows, returned.get(code, []), forms) for code, rows in rulings.items()}


def case_codes(persons: set[UUID]) -> dict[UUID, str]:
    """The case codes of persons, for the way back from a number."""
    return dict(Case.unscoped.filter(person__in=persons).values_list("person_id", "code"))


RULED = (
    *("id", "code", "number", "ruled_at", "recorded_at", "outcome", "deciding_body", "differs", "dissents"),
    *("decision_id", "decision__file_code", "decision__case__person_id", "decision__case__code"),
    *("decision__case__referral__code", "decision__case__referral__received_at"),
)


def _held(rows: list[dict[str, Any]], returned: list[datetime], forms: dict[UUID, tuple[str, str]]) -> list[Span]:
    def codes(at: datetime) -> dict[str, Any] | None:
        known = [row for row in rows if row["recorded_at"] <= at]
        if not known:
            return None
        last = max(known, key=lambda row: row["number"])
        if any(last["recorded_at"] < back <= at for back in returned):
            return None
        main, several = forms.get(last["id"], (None, None))
        return {"result": last["outcome"], "form": main, "forms": several}

    moments = [*(row["recorded_at"] for row in rows), *returned]
    return [Span(start, end, said) for start, end, said in spans(moments, codes)]


def _rulings(files: Collection[str] | None) -> Iterator[dict[str, Any]]:
    rows = _of(Ruling.objects, files, "decision__file_code").order_by("ruled_at", "number", "id")
    yield from rows.values(*RULED).iterator(2000)


def _forms(files: Collection[str] | None) -> dict[UUID, tuple[str, str]]:
    """The main form that each ruling found, and whether it found one or several."""
    main: dict[UUID, str] = {}
    found: dict[UUID, int] = defaultdict(int)
    rows = _of(FormFound.objects, files, "ruling__decision__file_code")
    for ruling, form, is_main in rows.values_list("ruling_id", "form", "is_main").iterator(2000):
        found[ruling] += 1
        if is_main:
            main[ruling] = form
    return {ruling: (form, "several" if found[ruling] > 1 else "one") for ruling, form in main.items()}


def _of(rows: Any, files: Collection[str] | None, path: str) -> QuerySet[Any]:
    every: QuerySet[Any] = rows.all()
    return every if files is None else every.filter(**{f"{path}__in": files})


def _minutes(since: datetime, until: datetime) -> int:
    return int((until - since).total_seconds() // 60)
