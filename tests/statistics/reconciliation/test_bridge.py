"""Bridges close whatever the links say, agree with the truth's counts, and leave nearly nothing unexplained."""

import itertools
from random import Random

import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.reconciliation.bridge import CAUSES, reconcile
from opennrm.statistics.reconciliation.definitions import current_definitions
from opennrm.statistics.reconciliation.missed import FoundAgain
from opennrm.statistics.reconciliation.sources import Link, Record
from tests.statistics.reconciliation.registers import (
    estimated_links,
    example,
    printed_counts,
    random_registers,
    true_links,
)

DEFINITIONS = current_definitions()
SUSPECTS = [m.id for m in DEFINITIONS.measures.values() if m.role == "suspect"]
PAIRS = [
    ("police:suspects", "prosecutor:suspects"),
    ("police:suspects", "prosecutor:all"),
    ("police:suspects-388", "prosecutor:indicted"),
    ("prosecutor:suspects", "court:convicted"),
    ("prosecutor:indicted", "court:defendants"),
    ("court:convicted", "court:convicted-final"),
    ("court:convicted", "court:charges-convicted"),
    ("police:victims", "centre:identified"),
    ("police:victims", "ngo:clients"),
    ("centre:referred", "ngo:clients"),
    ("prosecutor:suspects", "prosecutor:distinct-suspects"),
    ("police:suspects", "centre:identified"),
]


def _printed(bridge, side):
    total = getattr(bridge, side)
    names = total.count.measure.published_as.split(" + ")
    return sum(printed_counts().get((name, total.count.period), 0) for name in names)


@pytest.mark.parametrize("measure", [m for m in DEFINITIONS.measures.values() if m.published_as], ids=lambda m: m.id)
def test_reconcile_counts_what_the_truth_counts(measure):
    other = next(m for m in DEFINITIONS.measures if m != measure.id)
    years = ["all"] if measure.unit == "person" else ["2020", "2023", "2024"]
    for year in years:
        bridge = reconcile(f"{measure.id}:{year}", f"{other}:{year}", example(), true_links(), draws=0)

        assert bridge.left.value == _printed(bridge, "left"), (measure.id, year)


@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_reconcile_closes_exactly_with_true_links(left, right):
    for year in ("2021", "2024", "all"):
        bridge = reconcile(f"{left}:{year}", f"{right}:{year}", example(), true_links(), draws=20)

        assert bridge.left.value + sum(bar.change for bar in bridge.bars) == bridge.right.value
        assert bridge.unexplained == 0
        assert all(bar.is_exact for bar in bridge.bars)
        assert tuple(bar.cause for bar in bridge.bars) == CAUSES


@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_reconcile_leaves_at_most_two_percent_unexplained_with_estimated_links(left, right):
    for seed, year in ((1, "2021"), (2, "2024"), (3, "all")):
        bridge = reconcile(f"{left}:{year}", f"{right}:{year}", example(), estimated_links(seed), draws=0)

        assert bridge.sums[-1] == bridge.right.value
        assert abs(bridge.unexplained) <= max(1, 0.02 * max(bridge.left.value, bridge.right.value))


@pytest.mark.parametrize("seed", range(16))
def test_reconcile_closes_for_any_two_counts_and_any_links(seed):
    registers, persons = random_registers(seed)
    links = estimated_links(seed, registers, persons, found=0.6)
    years = ("2021", "2022", "all")
    measures = [m for m in SUSPECTS if DEFINITIONS.measures[m].register in registers]
    every = list(itertools.permutations(measures, 2))
    for place, (left, right) in enumerate(Random(seed).sample(every, min(len(every), 60))):
        year = years[place % 3]
        bridge = reconcile(f"{left}:{year}", f"{right}:{year}", registers, links, draws=3, seed=seed)

        assert bridge.left.value + sum(bar.change for bar in bridge.bars) == bridge.right.value
        for bar in bridge.bars:
            assert bar.change == sum(step.delta for step in bar.steps)
            assert bar.low <= bar.change <= bar.high


def test_reconcile_turned_around_is_the_same_bridge_with_other_signs():
    there = reconcile("police:suspects:2024", "prosecutor:suspects:2024", example(), true_links())
    back = reconcile("prosecutor:suspects:2024", "police:suspects:2024", example(), true_links())

    assert [bar.change for bar in there.bars] == [-bar.change for bar in back.bars]


def _share_held(found_again):
    """The share of bars that hold the truth, in bridges over links of which one in ten is missing."""
    truth = {bar.cause: bar.change for bar in reconcile(*_POLICE_PROSECUTOR, example(), true_links()).bars}
    held = total = 0
    for seed in range(12):
        links = estimated_links(seed, found=0.83)
        for bar in reconcile(*_POLICE_PROSECUTOR, example(), links, found_again=found_again, draws=60).bars:
            if bar.cause not in {"revision", "territory"}:
                total += 1
                held += bar.low <= truth[bar.cause] <= bar.high
    return held / total


def test_reconcile_intervals_hold_the_true_bars_where_links_are_missed():
    assert _share_held(FoundAgain(0.85, 300)) > max(0.95, _share_held(None))


def test_reconcile_draws_missed_links_for_the_intervals_only():
    links = estimated_links(3)
    without = reconcile(*_POLICE_PROSECUTOR, example(), links, draws=40)
    drawn = reconcile(*_POLICE_PROSECUTOR, example(), links, found_again=FoundAgain(0.7, 300), draws=40)
    again = reconcile(*_POLICE_PROSECUTOR, example(), links, found_again=FoundAgain(0.7, 300), draws=40)

    assert [bar.change for bar in drawn.bars] == [bar.change for bar in without.bars]
    assert sum(bar.high - bar.low for bar in drawn.bars) > sum(bar.high - bar.low for bar in without.bars)
    assert drawn == again


def test_reconcile_takes_nothing_as_missed_where_everything_is_found():
    found = reconcile(*_POLICE_PROSECUTOR, example(), true_links(), found_again=FoundAgain(1.0, 300), draws=40)

    assert all(bar.is_exact for bar in found.bars)


def test_reconcile_draws_two_identities_of_one_register():
    police = [_police(n, f"2024-{n:02}-01", given_name=f"N{n // 2}", sex="F") for n in range(1, 13)]
    registers = {"police": police, "prosecutor": [_prosecutor(1, "2024-06-01")]}
    links = [Link(police[n].key, police[n + 1].key, 1.0) for n in (0, 2, 4)]
    persons = {record.key: record.id for record in [*police, *registers["prosecutor"]]}
    persons |= {link.other: link.one[1] for link in links}
    counts = ("police:suspects:2024", "police:distinct-suspects:2024")

    sure = reconcile(*counts, registers, links, persons=persons, draws=40)
    found = reconcile(*counts, registers, links, persons=persons, draws=40, found_again=FoundAgain(0.6, 50))

    assert (sure.right.low, sure.right.value) == (9, 9)
    assert found.right.low < found.right.value == 9
    assert min(bar.low for bar in found.bars if bar.cause in {"unit", "person"}) < -3


def test_reconcile_draws_no_link_that_the_linkage_refused_for_a_better_one():
    one, rival, case = _police(1, "2024-02-01"), _police(2, "2024-03-01"), _prosecutor(1, "2024-06-01")
    links = [Link(one.key, case.key, 1.0), Link(rival.key, case.key, 0.9)]
    persons = {one.key: "A", case.key: "A", rival.key: "B"}

    bridge = reconcile(L, R, {"police": [one, rival], "prosecutor": [case]}, links, persons=persons, draws=40)

    assert all(bar.is_exact for bar in bridge.bars)


_POLICE_PROSECUTOR = ("police:suspects:2024", "prosecutor:suspects:2024")


def test_reconcile_gives_the_same_bytes_for_the_same_seed():
    one = reconcile(*_POLICE_PROSECUTOR, example(), estimated_links(5), seed=3)
    again = reconcile(*_POLICE_PROSECUTOR, example(), estimated_links(5), seed=3)

    assert one == again


# --- one person, one cause


def _record(register, number, **fields):
    base = {"event_no": f"{register}{number}", "subject_no": "1", "role": "suspect", "given_name": "Ana"}
    base |= {"family_name": "Savin", "document_no": "", "birth_date": ""}
    return Record(register, f"{register}{number}", base | fields)


def _police(number, day, **fields):
    return _record("police", number, complaint_date=day, event_date=day, **{"offence": "388/1", **fields})


def _prosecutor(number, day, **fields):
    stage = {"stage": "new", "outcome": "open", "year": day[:4]}
    return _record("prosecutor", number, event_date=day, **(stage | fields))


def _court(number, day, **fields):
    judged = {"verdict": "convicted", "verdict_date": day, "final_date": ""}
    return _record("court", number, event_date=day, **(judged | fields))


def _bars(left, right, *records, links="all", **options):
    registers = {name: [] for name in ("police", "prosecutor", "court")}
    for record in records:
        registers[record.register].append(record)
    pairs = itertools.pairwise(records) if links == "all" else links
    chain = [
        Link(a.key, b.key, 1.0) if links == "all" else Link(a.key, b.key, p) for a, b, *p_ in pairs for p in p_ or [1]
    ]
    bridge = reconcile(left, right, {k: v for k, v in registers.items() if v}, chain, **options)
    return {bar.cause: [(step.reason, step.delta) for step in bar.steps] for bar in bridge.bars if bar.steps}


L, R = _POLICE_PROSECUTOR
CASES = {
    "unit": (L, R, [_police(1, "2024-02-01"), _police(2, "2024-05-01"), _prosecutor(1, "2024-06-01")]),
    "clock": (L, R, [_police(1, "2024-12-01"), _prosecutor(1, "2025-01-10")]),
    "stock": (
        L,
        "prosecutor:all:2024",
        [_police(1, "2024-02-01"), _prosecutor(1, "2024-03-01"), _prosecutor(2, "2024-01-01", stage="carried over")],
    ),
    "offence": (
        "prosecutor:suspects:2024",
        "police:suspects-388:2024",
        [
            _prosecutor(1, "2024-03-01"),
            _police(1, "2024-02-01", offence="184"),
        ],
    ),
    "instance": (
        "prosecutor:suspects:2024",
        "court:convicted:2024",
        [
            _prosecutor(1, "2024-03-01"),
            _court(1, "2024-09-01", verdict="acquitted"),
        ],
    ),
    "territory": (
        "police:suspects:2024",
        "prosecutor:transferred:2024",
        [
            _police(1, "2024-02-01"),
            _prosecutor(1, "2024-03-01"),
        ],
    ),
    "person": (
        L,
        R,
        [
            _police(1, "2024-02-01", document_no="A1"),
            _police(2, "2024-05-01", document_no="B2"),
            _prosecutor(1, "2024-06-01"),
        ],
    ),
    "data_error": ("prosecutor:suspects:2024", L, [_prosecutor(1, "2024-03-01"), _police(1, "")]),
}


@pytest.mark.parametrize("cause", CASES)
def test_reconcile_names_the_cause(cause):
    left, right, records = CASES[cause]

    assert list(_bars(left, right, *records)) == [cause]


def test_reconcile_names_the_channel_where_the_other_agency_never_heard_of_them():
    found = _bars(L, R, _police(1, "2024-02-01"), _prosecutor(2, "2024-02-01", given_name="Mina"), links=[])

    assert found == {"channel": [("absent_right", -1), ("absent_left", 1)]}


def test_reconcile_keeps_another_matter_of_the_same_person_apart():
    found = _bars(L, R, _police(1, "2024-02-01"), _prosecutor(1, "2019-02-01"))

    assert found == {"channel": [("other_matter_right", -1)]}


def test_reconcile_follows_a_file_that_the_earlier_agency_kept_open_for_years():
    opened = _prosecutor(1, "2019-06-01", event_no="T1")
    carried = _prosecutor(2, "2022-01-01", event_no="T1", stage="carried over", outcome="indicted")

    found = _bars("prosecutor:suspects:2019", "court:convicted:2023", opened, carried, _court(1, "2024-05-01"))
    back = _bars("court:convicted:2024", "prosecutor:suspects:2020", opened, carried, _court(1, "2024-05-01"))

    assert (found, back) == ({"clock": [("dated_right", -1)]}, {"clock": [("dated_right", -1)]})


def test_reconcile_sees_who_is_already_under_investigation():
    older, carried = _prosecutor(1, "2022-03-01"), _prosecutor(2, "2024-01-01", stage="carried over")

    assert _bars(L, R, _police(1, "2024-06-01"), older, carried) == {"stock": [("not_new_right", -1)]}


def test_reconcile_counts_first_instance_and_final_as_one_judgment():
    found = _bars(
        "court:convicted:2024", "court:convicted-final:2024", _court(1, "2024-09-01", final_date="2025-02-01")
    )

    assert found == {"instance": [("dated_right", -1)]}


def test_reconcile_names_people_it_cannot_link():
    nameless = _police(1, "2024-02-01", given_name="", family_name="")

    assert _bars(L, R, nameless, _prosecutor(1, "2024-06-01"), links=[])["data_error"] == [("nameless_left", -1)]


def test_reconcile_leaves_open_what_the_linkage_left_out():
    one, other = _police(1, "2024-02-01"), _prosecutor(1, "2024-06-01")

    found = _bars(L, R, one, other, links=[], persons={other.key: "P1"})

    assert found["unexplained"] == [("unlinked_left", -1)]


def test_reconcile_counts_protected_people_and_never_lists_them():
    hidden, other = _police(1, "2024-02-01", protected="дa"), _prosecutor(1, "2024-06-01")
    registers = {"police": [hidden], "prosecutor": [other]}

    bridge = reconcile(L, R, registers, [], persons={other.key: "P1"})

    person = next(bar for bar in bridge.bars if bar.cause == "person")
    assert (bridge.left.value, bridge.left.records) == (1, ())
    assert [(step.reason, step.delta, step.records) for step in person.steps] == [("protected_left", -1, ())]
    assert bridge.unexplained == 0


def test_reconcile_never_lists_whom_the_linkage_left_out():
    one, other = _police(1, "2024-02-01"), _prosecutor(1, "2024-06-01")
    bridge = reconcile(L, R, {"police": [one], "prosecutor": [other]}, [], persons={other.key: "P1"})

    assert one.key not in {key for bar in bridge.bars for key in bar.records} | set(bridge.left.records)


@pytest.mark.parametrize(("probability", "cause"), [(0.3, "person"), (0.6, "unexplained"), (0.05, "channel")])
def test_reconcile_says_where_somebody_may_be_the_same(probability, cause):
    one, other = _police(1, "2024-02-01"), _prosecutor(1, "2024-06-01")
    decided = {one.key: "P1", other.key: "P2"}

    found = _bars(L, R, one, other, links=[(one, other, probability)], persons=decided)

    assert list(found) == [cause]
    assert sum(delta for _, delta in found[cause]) == 0


def test_reconcile_never_joins_two_people_of_one_case_file():
    one = _police(1, "2024-02-01")
    other = _police(2, "2024-02-01", event_no="police1", subject_no="2")
    case = _prosecutor(1, "2024-06-01")

    found = _bars(L, R, one, case, other, links=[(one, case, 0.9), (other, case, 0.8)])

    assert "unit" not in found


def test_reconcile_starts_from_the_published_figure():
    records = [_police(1, "2024-02-01"), _prosecutor(1, "2024-06-01")]

    found = _bars(L, R, *records, left_published=4, right_published=2)

    assert found == {"revision": [("published_left", -3), ("published_right", 1)]}


def test_reconcile_of_two_roles_says_that_they_are_other_people():
    bridge = reconcile("police:suspects:2024", "police:victims:2024", example(), true_links())

    assert {bar.cause for bar in bridge.bars if bar.change} == {"unit"}


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        ("police", R, "does not name a count"),
        ("police:suspects:24", R, "is no year"),
        ("police:suspect:2024", R, "Did you mean police:suspects"),
        (R, R, "Both sides"),
    ],
)
def test_reconcile_refuses(left, right, said):
    with pytest.raises(SourceProblem, match=said):
        reconcile(left, right, example(), [])


def test_reconcile_refuses_a_register_that_is_missing_or_lacks_a_column():
    with pytest.raises(SourceProblem, match="no register `court`"):
        reconcile("police:suspects:2024", "court:convicted:2024", {"police": example()["police"]}, [])
    short = [Record("court", "1", {"role": "suspect", "verdict_date": "2024-01-01"})]
    with pytest.raises(SourceProblem, match="needs the columns verdict"):
        reconcile("police:suspects:2024", "court:convicted:2024", {"police": example()["police"], "court": short}, [])
