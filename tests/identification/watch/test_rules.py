"""Which readings are looked at: the rules, by themselves."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from opennrm.identification.rules.watch import Read, in_public_eye, of_kept_out, of_many, of_own_town
from opennrm.profile.watch import Many, Watch

DAY = date(2026, 11, 4)
A_READING = Read("A", "F1", DAY)


def test_of_own_town_counts_by_reader_file_and_month():
    reads = [A_READING, Read("A", "F1", DAY, 3), Read("A", "F1", date(2026, 12, 1)), Read("B", "F1", DAY)]

    found = of_own_town(reads, towns={"A": {"bor"}}, places={"F1": "bor"}, expected=set(), settled={})

    assert [(one.by, one.since, one.count) for one in found] == [
        ("A", date(2026, 11, 1), 4),
        ("A", date(2026, 12, 1), 1),
    ]


def test_of_own_town_leaves_out_who_is_expected_and_files_without_a_place():
    where = {"towns": {"A": {"bor", ""}}, "settled": {}}

    assert of_own_town([A_READING], places={"F1": "bor"}, expected={("A", "F1")}, **where) == []
    assert of_own_town([A_READING], places={}, expected=set(), **where) == []
    assert of_own_town([A_READING], places={"F1": "nis"}, expected=set(), **where) == []


def test_in_public_eye_counts_from_the_day_of_the_mark():
    before, after = Read("A", "F1", DAY - timedelta(days=1)), Read("A", "F1", DAY)

    found = in_public_eye([before, after], marked={"F1": DAY}, expected=set(), settled={})

    assert [one.count for one in found] == [1]
    assert in_public_eye([after], marked={"F1": DAY}, expected={("A", "F1")}, settled={}) == []
    assert in_public_eye([after], marked={}, expected=set(), settled={}) == []


def test_what_comes_after_a_signal_was_settled_is_another_signal():
    tries = [Read("A", "F1", DAY), Read("A", "F1", DAY + timedelta(days=2))]

    found = of_kept_out(tries, settled={("kept_out", "A", "F1"): DAY})

    assert [(one.since, one.count) for one in found] == [(DAY + timedelta(days=1), 1)]


LIMITS = {"A": Many((), in_a_day=2, in_a_week=4)}


def reads(*files_by_day):
    return [Read("A", f"F{n}", DAY + timedelta(days=d)) for d, files in enumerate(files_by_day) for n in files]


def test_of_many_counts_different_files_in_a_day_and_in_seven():
    assert of_many(reads((1, 2), (1, 2)), limits=LIMITS) == []
    assert [one.kind for one in of_many(reads((1, 2, 3)), limits=LIMITS)] == ["many_a_day"]
    assert [(one.kind, one.count) for one in of_many(reads((1, 2), (3, 4), (5,)), limits=LIMITS)] == [
        ("many_a_week", 5)
    ]
    assert of_many(reads((1, 2), (), (), (), (), (), (), (3, 4, 1)[:2]), limits=LIMITS) == []
    assert of_many(reads((1, 2, 3)), limits={"A": None}) == []


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 12)), max_size=80))
def test_spans_of_seven_days_never_overlap_and_never_count_more_than_was_read(pairs):
    found = of_many([Read("A", f"F{n}", DAY + timedelta(days=d)) for d, n in pairs], limits=LIMITS)

    spans = sorted(one.since for one in found if one.kind == "many_a_week")
    assert all(later - earlier >= timedelta(days=7) for earlier, later in pairwise(spans))
    assert all(one.count <= len({n for _, n in pairs}) for one in found)


def test_the_first_entry_that_names_a_role_counts_for_it():
    watch = Watch(many=(Many(("lead",), 9, 20), Many((), 2, 4)))

    assert watch.most_of(["lead", "guest"]).in_a_day == 9
    assert watch.most_of(["guest"]).in_a_day == 2
    assert Watch().most_of(["lead"]) is None
