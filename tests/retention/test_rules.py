"""Classes of sealed columns, periods, and what a country's retention.toml must say."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opennrm.access.country import current_profile
from opennrm.identification.rules.conferences import PARTS
from opennrm.profile.keeping import EndedAs
from opennrm.profile.loading import check, country_folder, load
from opennrm.retention.rules.classes import CLASSES, is_everything
from opennrm.retention.rules.due import FileEnded, class_dues, due_now, first_due
from opennrm.retention.rules.lives import ERASURE, ERASURE_REQUEST, ErasureSeen
from opennrm.vault.resealing import sealed_columns

RURITANIA = Path(__file__).resolve().parents[1] / "profile" / "ruritania"
ENDED = datetime(2020, 1, 1, tzinfo=UTC)


# Sealed columns of nobody's file: of staff, interpreters, lists, callers, sites, businesses, and drafts that end by
# themselves. They have keys of their own.
OF_NOBODYS_FILE = {
    *("parties.business", "parties.worksite", "screening.weightcheck", "desk.keptdraft"),
    *("sites.incident", "sites.rosterentry", "sites.rosterdraft", "referral.callerthread", "referral.hotlinecall"),
    *("identification.interpreter", "identification.interpretertie", "identification.blockreason"),
    "identification.signal",
}
# Goes with the file as a whole.
WITH_THE_WHOLE = {"identification.grantreason", "identification.emergency"}


def test_every_sealed_column_of_a_file_is_of_a_class_that_can_be_erased():
    found = {(m._meta.label_lower, one.holds) for m, one in sealed_columns() if m.__module__.startswith("opennrm")}

    known = {*CLASSES, ".data_class"}
    left = {table for table, holds in found if holds not in known} - OF_NOBODYS_FILE - WITH_THE_WHOLE
    assert left == set()
    assert {table for table, _ in found} >= OF_NOBODYS_FILE | WITH_THE_WHOLE, "a table that is gone"
    assert set(CLASSES) <= set(current_profile().data_classes)
    assert set(PARTS) - {""} <= set(CLASSES)


def test_everything_is_every_class():
    assert is_everything(CLASSES)
    assert not is_everything(CLASSES[1:])


def test_a_class_named_by_a_rule_has_its_own_period():
    retention = current_profile().retention
    file = FileEnded("7KQ4-RM2X", EndedAs.IDENTIFIED, ENDED, erased=frozenset({"appeal_file"}))

    dues = {one.data_class: one.due_at - ENDED for one in class_dues(file, retention)}

    assert dues["contact_and_whereabouts"] == timedelta(days=730)
    assert dues["person_identity"] == timedelta(days=3650)
    assert "appeal_file" not in dues
    assert first_due(file, retention) == ENDED + timedelta(days=730)


def test_a_longer_period_counts_and_a_shorter_one_does_not():
    kept = {"person_identity": ENDED + timedelta(days=5000), "appeal_file": ENDED + timedelta(days=1)}
    file = FileEnded("7KQ4-RM2X", EndedAs.IDENTIFIED, ENDED, prolonged=kept)

    dues = {one.data_class: one for one in class_dues(file, current_profile().retention)}

    assert (dues["person_identity"].due_at, dues["person_identity"].is_prolonged) == (kept["person_identity"], True)
    assert (dues["appeal_file"].due_at, dues["appeal_file"].is_prolonged) == (ENDED + timedelta(days=3650), False)
    late = due_now(dues.values(), ENDED + timedelta(days=3651))
    assert "person_identity" not in {one.data_class for one in late}


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (ErasureSeen(), ""),
        (ErasureSeen(is_over=False), "The work on this file has not ended. End it first."),
        (
            ErasureSeen(is_held=True),
            "A legal hold is in force on this file. Lift it first, if its reason is gone.",
        ),
        (ErasureSeen(is_gone=True), "This file was erased already."),
        (ErasureSeen(is_proposer=True), ""),
        (ErasureSeen(needs_two=True), ""),
        (
            ErasureSeen(needs_two=True, is_proposer=True),
            "You proposed it. Somebody else confirms the erasure of such a file.",
        ),
    ],
)
def test_what_speaks_against_an_erasure(seen, said):
    assert str(ERASURE.find("proposed", "confirm").refusal(seen)) == said


@pytest.mark.parametrize(("given", "said"), [(None, ""), ({"reason": "duty"}, ""), ({}, "Give the reason")])
def test_a_refusal_has_its_reason(given, said):
    assert str(ERASURE_REQUEST.find("received", "refuse").refusal(ErasureSeen(given=given))).startswith(said)


def test_an_outcome_needs_two_persons_where_the_country_says_so():
    retention = current_profile().retention

    assert retention.needs_two(EndedAs.IDENTIFIED)
    assert not retention.needs_two(EndedAs.NOT_FOLLOWED)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('outcome = "identified"', 'outcome = "not_decided"', "how long a file that ended as"),
        ('keep = "90d"', 'keep = "3h"', "kept for a day at least"),
        ('basis = "open"', 'basis = "shut"', "is no article"),
        ('basis = "open"\n', "", "Nothing says who set this period"),
        ('classes = ["*"]', 'classes = ["gossip"]', "is unknown"),
        ('classes = ["*"]', "classes = []", "names no class"),
        ('source = "invented"', "", '"source" is missing'),
        ('id = "identified"', 'id = "never_sent"', "used twice"),
    ],
)
def test_a_fault_of_a_period_is_named(tmp_path, before, after, said):
    folder = Path(shutil.copytree(RURITANIA, tmp_path / "rt"))
    file = folder / "retention.toml"
    file.write_text(file.read_text().replace(before, after, 1))

    found = [problem for problem in check(folder) if problem.file == "retention.toml"]

    assert any(said in problem.what for problem in found), found


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('region = "south_east"\n', "", "lies in no region"),
        ('region = "south_east"\n', 'region = "moon"\n', 'The region "moon" is unknown'),
    ],
)
def test_every_district_lies_in_a_region(tmp_path, before, after, said):
    folder = Path(shutil.copytree(country_folder("rs"), tmp_path / "rs"))
    file = folder / "country.toml"
    file.write_text(file.read_text().replace(before, after, 1))

    assert any(said in problem.what for problem in check(folder))


def test_serbian_districts_lie_in_four_regions():
    profile = load(country_folder("rs"))

    assert set(profile.region_of) == set(profile.districts)
    assert set(profile.region_of.values()) == set(profile.regions)
    assert not set(profile.regions) & set(profile.districts)
    assert all(rule.awaits_lawyer for rule in profile.retention.rules), "no law sets a period, as far as is known"
