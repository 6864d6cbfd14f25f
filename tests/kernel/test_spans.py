from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from opennrm.kernel.spans import Span, overlaid, spans

START = datetime(2026, 1, 1, tzinfo=UTC)


def at(hour):
    return START + timedelta(hours=hour)


def fact(start, end=None):
    return {"event": "a.b", "recorded_at": at(start), "superseded_at": None if end is None else at(end)}


def lines(facts):
    hours = [
        [None if m is None else (m - START) // timedelta(hours=1) for m in (f["recorded_at"], f["superseded_at"])]
        for f in facts
    ]
    return [(*pair, f.get("form")) for pair, f in zip(hours, facts, strict=True)]


def test_equal_neighbours_are_one_span_and_nothing_held_is_none():
    said = {0: None, 1: "a", 2: "a", 3: None, 4: "b"}

    found = spans([at(h) for h in said], lambda moment: said[(moment - START) // timedelta(hours=1)])

    assert found == [(at(1), at(3), "a"), (at(4), None, "b")]
    assert spans([], lambda moment: "a") == []


def test_a_fact_is_divided_where_another_answer_was_held():
    over = [Span(at(2), at(4), {"form": "labour"}), Span(at(6), None, {"form": "sexual"})]

    assert lines(list(overlaid(fact(1), over))) == [(1, 2, None), (2, 4, "labour"), (4, 6, None), (6, None, "sexual")]
    assert lines(list(overlaid(fact(3, 5), over, {"form": "x"}))) == [(3, 4, "labour"), (4, 5, "x")]
    assert lines(list(overlaid(fact(0, 2), over))) == [(0, 2, None)]
    assert lines(list(overlaid(fact(7), over))) == [(7, None, "sexual")]


@given(st.lists(st.integers(0, 20), unique=True, max_size=8), st.integers(0, 20), st.none() | st.integers(21, 30))
def test_at_each_moment_of_a_fact_exactly_one_of_its_parts_is_held(edges, start, end):
    marks = sorted(edges)
    pairs = [(at(a), at(b)) for a, b in zip(marks[::2], marks[1::2], strict=False)]
    parts = list(overlaid(fact(start, end), [Span(a, b, {"form": f"f{n}"}) for n, (a, b) in enumerate(pairs)]))

    for hour in range(start, 30 if end is None else end):
        held = [
            p
            for p in parts
            if p["recorded_at"] <= at(hour) and (p["superseded_at"] is None or at(hour) < p["superseded_at"])
        ]
        expected = next((f"f{n}" for n, (a, b) in enumerate(pairs) if a <= at(hour) < b), None)
        assert [p.get("form") for p in held] == [expected]
