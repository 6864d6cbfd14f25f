"""Accounts of the example close, cohorts are followed, and nobody divides two counts of one year."""

import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.reconciliation.accounts import accounts
from opennrm.statistics.reconciliation.bridge import reconcile
from opennrm.statistics.reconciliation.changes import bridge_changes, read_bridge
from opennrm.statistics.reconciliation.cohort import NotARate, cohort, cohort_rate, refuse_ratio
from opennrm.statistics.reconciliation.definitions import current_definitions, load_definitions
from opennrm.statistics.reconciliation.files import as_data
from opennrm.statistics.reconciliation.selection import selected
from opennrm.statistics.reconciliation.sources import Record, read_rows
from opennrm.statistics.reconciliation.tables import Reconciliation
from tests.statistics.reconciliation.registers import EXAMPLE, estimated_links, example, printed_counts, true_links

DEFINITIONS = current_definitions()


def test_accounts_of_the_example_close_and_agree_with_the_truth():
    found = {(a.register, a.role, a.year): a for a in accounts(example())}

    prosecutor = found["prosecutor", "suspect", 2024]
    assert prosecutor.opening == printed_counts()["prosecutor persons per year, carried over", "2024"]
    assert prosecutor.new == printed_counts()["prosecutor persons per year, new", "2024"]
    assert prosecutor.closed["indicted"] == printed_counts()["prosecutor persons closed, indicted", "2024"]
    assert prosecutor.closing == printed_counts()["prosecutor persons per year, carried over", "2025"]
    assert {a.residual for a in found.values()} == {0, None}
    police = found["police", "suspect", 2024]
    assert (police.opening, police.closed, police.closing) == (None, None, None), "not known, for no end is recorded"
    assert police.new == printed_counts()["police suspects per complaint", "2024"]
    assert (found["prosecutor", "suspect", 2025].closing, found["prosecutor", "suspect", 2025].opening) == (None, 112)
    assert {a.register for a in found.values()} == {"police", "prosecutor", "court", "centre", "ngo"}


def test_accounts_show_what_does_not_close():
    rows = [
        {"stage": "new", "year": "2023", "outcome": "open", "role": "suspect"},
        {"stage": "new", "year": "2024", "outcome": "open", "role": "suspect"},
    ]
    registers = {"prosecutor": [Record("prosecutor", str(n), row) for n, row in enumerate(rows)]}

    first, last = accounts(registers)

    assert (first.residual, last.residual) == (-1, None)


def test_accounts_show_a_matter_closed_before_it_was_opened():
    row = {"event_date": "2024-05-01", "decision_date": "2023-01-01", "status": "identified", "role": "victim"}

    [account] = accounts({"centre": [Record("centre", "1", row)]})

    assert account.residual == -1


def test_accounts_leave_out_a_register_without_the_columns():
    assert accounts({"centre": [Record("centre", "1", {"role": "victim"})], "court": [], "other": []}) == []


def test_cohort_is_followed_to_today_with_its_open_stock():
    found = cohort("police:suspects:2022", example(), true_links())

    first = found.stages[0]
    assert found.persons == 66
    assert first.reached + first.awaited == found.persons
    assert first.reached == first.onward + first.ended + first.open
    for before, after in zip(found.stages, found.stages[1:], strict=False):
        assert after.reached <= before.reached
    assert [stage.names["en"] for stage in found.stages][-1] == "Final judgment"


def test_cohort_of_a_later_agency_begins_there():
    found = cohort("prosecutor:suspects:2024", example(), true_links())

    assert found.stages[0].reached == found.persons
    assert found.stages[0].open > 0


def test_cohort_rate_counts_persons_once_and_only_in_their_own_matter():
    rate = cohort_rate("court:convicted:2024", "prosecutor:suspects:2022", example(), true_links())

    assert rate.denominator <= printed_counts()["prosecutor persons per year, new", "2022"]
    assert 0 < rate.numerator < rate.denominator
    assert rate.percent == pytest.approx(100 * rate.numerator / rate.denominator)


def _true_rate(numerator, denominator):
    """Of the persons of one count, those with a unit of the other in the same event, as the truth tells events."""
    events = {
        (r["register"], r["record_id"]): (r["person_id"], r["event_id"]) for r in read_rows(EXAMPLE / "truth.csv")
    }
    mine = {events[record.key] for record in selected(DEFINITIONS.count(denominator), example())}
    theirs = {events[record.key] for record in selected(DEFINITIONS.count(numerator), example())}
    return len({person for person, event in mine & theirs}), len({person for person, event in mine})


@pytest.mark.parametrize(
    ("numerator", "denominator"),
    [
        ("court:convicted", "prosecutor:suspects:2020"),
        ("court:convicted", "prosecutor:suspects:2022"),
        ("court:convicted", "police:suspects:2020"),
        ("court:convicted", "police:suspects:2022"),
        ("prosecutor:suspects", "court:convicted:2024"),
        ("court:defendants", "prosecutor:indicted:2020"),
    ],
)
def test_cohort_rate_follows_a_matter_over_many_years(numerator, denominator):
    reached, persons = _true_rate(f"{numerator}:all", denominator)

    rate = cohort_rate(f"{numerator}:2024", denominator, example(), true_links())

    assert rate.denominator == persons
    assert abs(rate.numerator - reached) <= 3


def test_cohort_rate_of_nobody_is_zero():
    assert cohort_rate("court:convicted:2024", "police:suspects:1999", example(), true_links()).percent == 0


def test_refuse_ratio_offers_the_cohort_rate_instead():
    with pytest.raises(NotARate) as caught:
        refuse_ratio("court:convicted:2024", "prosecutor:suspects:2024", example(), true_links())

    assert "51/66" in str(caught.value)
    assert "have since been counted" in str(caught.value)
    assert "is not a rate" in str(caught.value)
    assert str(caught.value.offered.numerator) in str(caught.value.remedy)


def test_refuse_ratio_says_so_in_serbian_and_offers_none_between_two_roles():
    with pytest.raises(NotARate, match="Стопа кохорте"):
        refuse_ratio("court:convicted:2024", "prosecutor:suspects:2024", example(), true_links(), language="sr-Cyrl")
    with pytest.raises(NotARate, match="persons of different roles"):
        refuse_ratio("centre:identified:2024", "police:suspects:2024", example(), true_links())


def _data(bridge):
    empty = cohort(bridge.left.count, example(), true_links())
    rate = cohort_rate(bridge.right.count, bridge.left.count, example(), true_links())
    return as_data(Reconciliation(bridge, empty, rate, []))


def test_bridge_changes_show_only_what_changed():
    before = reconcile("police:suspects:2024", "prosecutor:suspects:2024", example(), true_links())
    moved = before.bars[1].steps[0].records[0]
    later = {**example(), "police": [r for r in example()["police"] if r.key != moved]}
    links = [link for link in true_links() if moved not in {link.one, link.other}]
    now = reconcile("police:suspects:2024", "prosecutor:suspects:2024", later, links)

    assert bridge_changes(_data(before), before) == []
    changes = {change.part: change for change in bridge_changes(_data(before), now)}
    assert set(changes) == {"left", "clock"}
    assert changes["left"].gone == ("/".join(moved),)
    assert (changes["clock"].before, changes["clock"].now) == (8, 9)


def test_bridge_changes_refuse_another_pair_of_counts():
    one = reconcile("police:suspects:2024", "prosecutor:suspects:2024", example(), true_links(), draws=0)
    other = reconcile("police:suspects:2023", "prosecutor:suspects:2023", example(), true_links(), draws=0)

    with pytest.raises(SourceProblem, match="The earlier bridge joins"):
        bridge_changes(_data(one), other)
    spoiled = _data(one)
    spoiled["bars"][0]["cause"] = "weather"
    with pytest.raises(SourceProblem, match="unknown causes: weather"):
        bridge_changes(spoiled, one)


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"left": 1}',
        '{"left": 1, "right": 2, "bars": []}',
        '{"left": {"count": "a", "value": 1}, "right": 0}',
    ],
)
def test_read_bridge_refuses_what_is_none(tmp_path, content):
    path = tmp_path / "bridge.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(SourceProblem, match="no bridge"):
        read_bridge(path)


def test_read_bridge_refuses_a_file_that_is_not_there(tmp_path):
    with pytest.raises(SourceProblem, match="cannot be opened"):
        read_bridge(tmp_path / "none.json")


def test_every_measure_and_reason_speaks_both_languages():
    definitions = current_definitions()
    for texts in [*definitions.reasons.values(), *definitions.causes.values()]:
        assert texts["en"]
        assert texts["sr-Cyrl"]
    assert set(definitions.aliases.values()) <= set(definitions.measures)
    assert not set(definitions.aliases) & set(definitions.measures)


def test_load_definitions_takes_a_measure_of_ones_own(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        '[[measure]]\nid = "police:suspects-nis"\nlike = "police:suspects"\n'
        'conditions = [{column = "place", is = ["Niš"], cause = "territory"}]\n',
        encoding="utf-8",
    )
    definitions = load_definitions(own)

    bridge = reconcile(
        "police:suspects:2024", "police:suspects-nis:2024", example(), true_links(), definitions=definitions
    )

    assert {bar.cause for bar in bridge.bars if bar.change} == {"territory"}
    assert bridge.unexplained == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = ", "not TOML"),
        ('[[measure]]\nid = "police:x"\nlike = "police:none"', "lacks or misspells"),
        ('[[measure]]\nid = "police:x"\nlike = "police:suspects"\nunit = "soul"', "unit"),
        ('[[measure]]\nid = "police:x"\nlike = "police:suspects"\nunti = "row"', "`unti` is no entry"),
        ('[[measure]]\nid = "police:suspects"\nlike = "police:victims"', "one of that name already"),
        ('[[measure]]\nlike = "police:suspects"', "its id is register:name"),
        ('[[measure]]\nid = "police:x"\nlike = "police:suspects"\nconditions = [{clumn = "a"}]', "`clumn` is no entry"),
        ('[[measure]]\nid = "police:x"\nlike = "police:suspects"\nwords = 3', "cannot be read"),
        ('[measure]\nid = "police:x"', r"written as \[\[measure\]\]"),
        ('[[mesure]]\nid = "police:x"', "`mesure` is nothing that is read"),
        ('[[measure]]\nid = "customs:x"\nlike = "police:suspects"', "customs"),
        ('[[measure]]\nid = "police:x"\nlike = "police:suspects"\nabsent = "fate"', "fate"),
    ],
)
def test_load_definitions_says_what_is_wrong(tmp_path, text, said):
    own = tmp_path / "own.toml"
    own.write_text(text, encoding="utf-8")

    with pytest.raises(SourceProblem, match=said):
        load_definitions(own)


def test_load_definitions_refuses_a_file_that_is_not_there(tmp_path):
    with pytest.raises(SourceProblem, match="cannot be opened"):
        load_definitions(tmp_path / "none.toml")


def test_cohort_with_estimated_links_is_near_the_truth():
    truth = cohort("police:suspects:2022", example(), true_links())
    guess = cohort("police:suspects:2022", example(), estimated_links(4))

    assert abs(guess.stages[0].reached - truth.stages[0].reached) <= 8


def test_accounts_know_that_nothing_is_open_where_the_register_goes_on_with_others():
    rows = [
        {"stage": "new", "year": "2023", "outcome": "indicted", "role": "victim"},
        {"stage": "new", "year": "2024", "outcome": "open", "role": "suspect"},
    ]
    registers = {"prosecutor": [Record("prosecutor", str(n), row) for n, row in enumerate(rows)]}

    found = {(a.role, a.year): a for a in accounts(registers)}

    assert (found["victim", 2023].closing, found["victim", 2023].residual) == (0, 0)
    assert found["suspect", 2024].closing is None


def test_accounts_of_dates_have_a_year_in_which_things_were_only_closed():
    days = [("2020-02-01", "2021-03-01"), ("2022-05-01", "")]
    fields = [{"event_date": a, "decision_date": b, "status": "", "role": "victim"} for a, b in days]

    found = accounts({"centre": [Record("centre", str(n), row) for n, row in enumerate(fields)]})

    assert [(a.year, a.opening, a.new, a.closed, a.closing) for a in found] == [
        (2020, 0, 1, {}, 1),
        (2021, 1, 0, {"closed": 1}, 0),
        (2022, 0, 1, {}, 1),
    ]
