# ruff: noqa: E501 - a table of faults reads best with one fault a line
"""An invented country loads like any other, and every fault in its files is named with file, entry and remedy."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from opennrm.kernel.clock import due
from opennrm.kernel.codes import AgeBand, FormOfExploitation, Sex
from opennrm.kernel.errors import ProfileProblem
from opennrm.profile.holidays import orthodox_easter, western_easter
from opennrm.profile.loading import SKELETON, check, country_folder, load

RURITANIA = Path(__file__).parent / "ruritania"
PERMISSIONS = frozenset({"screening.record", "case.decide"})
VERBS = frozenset({"referral.submit", "case.open"})


@pytest.fixture(scope="module")
def ruritania():
    return load(country_folder(str(RURITANIA)), permissions=PERMISSIONS, verbs=VERBS)


def test_another_country_has_its_own_languages_bodies_and_panel(ruritania):
    assert ruritania.name.in_("fr") == "Ruritanie"
    assert ruritania.label(Sex.MALE).in_("fr") == "Masculin"
    assert ruritania.competent_agency(AgeBand.ADULT, "identification") == "judge"
    assert ruritania.competent_agency(AgeBand.UNCERTAIN, "support") == "guardian"
    assert list(ruritania.disciplines) == ["lawyer", "doctor"]
    assert ruritania.participants_for(AgeBand.CHILD) == ()
    assert ruritania.grouping(date(1999, 1, 1).replace(year=2020)).group_of(FormOfExploitation.BEGGING).id == "any"
    assert ruritania.indicator_set("signs").indicators[0].person_question.in_("am") == "H1?"


def test_another_calendar_counts_other_working_days(ruritania):
    started = datetime(2026, 6, 17, 10, tzinfo=UTC)  # Wednesday; Crown Days follow, Friday moves
    ends = ruritania.calendar.local(due(ruritania.deadline("open_case"), started, ruritania.calendar))
    assert (ends.date(), ends.hour) == (date(2026, 6, 23), 23)
    assert date(2026, 4, 6) in ruritania.calendar.holidays
    assert date(2027, 6, 18) not in ruritania.calendar.holidays


def test_versions_stand_beside_each_other_and_the_newest_is_offered(ruritania):
    assert ruritania.indicator_set("signs").key == "signs.2"
    assert ruritania.indicator_set("signs.1").indicator("U2").strength == "weak"
    assert [s.key for s in ruritania.indicator_sets(AgeBand.ADULT)] == ["signs.2"]
    assert ruritania.indicator_sets(AgeBand.ADULT, FormOfExploitation.SEXUAL) == ()
    assert ruritania.indicator_sets(AgeBand.CHILD) == ()
    assert not ruritania.indicator_set("signs").has_unconfirmed_weights


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda p: p.deadline("appeal"), "no deadline “appeal”.*deadlines.toml"),
        (lambda p: p.indicator_set("ilo-11"), "no indicator set “ilo-11”.*indicators/"),
        (lambda p: p.competent_agency(AgeBand.ADULT, "burial"), "no competence “burial for adult”"),
        (lambda p: p.grouping(date(1999, 1, 1)), "no grouping “1999-01-01”"),
        (lambda p: p.article("x", date(2020, 1, 1)), "no article"),
    ],
)
def test_what_a_country_lacks_is_said_with_the_file_to_mend(ruritania, ask, words):
    with pytest.raises(ProfileProblem, match=words):
        ask(ruritania)


# --- Faults: (file, old, new, what check must say)

FAULTS = [
    ("country.toml", 'currency = "RUD"', "", 'country.toml: "currency" is missing. Add currency: a text in quotes.'),
    ("country.toml", 'currency = "RUD"', "currency = 3", '"currency" cannot be read. Write a text in quotes.'),
    ("country.toml", 'currency = "RUD"', 'curency = "RUD"', 'The key "curency" is unknown. Did you mean "currency"?'),
    ("country.toml", 'currency = "RUD"', 'currency = "R"\nzzz = 1', 'The key "zzz" is unknown. Known here:'),
    ("country.toml", '"Africa/Cairo"', '"Africa/Kairo"', 'The time zone "Africa/Kairo" is unknown.'),
    ("country.toml", 'zone = "Africa/Cairo"', "", '"zone" is missing.'),
    ("country.toml", '"friday", "saturday"]', '"freitag"]', 'days_of_rest holds "freitag". Use: monday'),
    ("country.toml", 'easter = "western"', 'easter = "julian"', 'easter is "julian". Use one of: , orthodox, western.'),
    ("country.toml", "day = 18", "day = 31", "[[holiday]] number 2: 31.6. is no day of every year."),
    ("country.toml", 'code = "en"\nname = "English"', 'code = "de"\nname = "Deutsch"', "English is missing among"),
    ("country.toml", 'code = "en"\n', 'code = "en"\nderived_from = "fr"\n', "en cannot be derived from fr."),
    ("country.toml", 'id = "strelsau"', 'id = "Strel sau"', '"Strel sau" is no id.'),
    ("country.toml", 'id = "strelsau"\n', "", '[[district]] number 1: "id" is missing.'),
    ("deadlines.toml", "[[deadline]]", "deadline = [3]\n[other]", "deadline holds something else than tables. Write each as [[deadline]]."),
    ("deadlines.toml", 'within = "2d"\n', "", '[[deadline]] open_case: "within" is missing.'),
    ("deadlines.toml", 'certainty = "seen"\n', "", '[[deadline]] open_case: "certainty" is missing.'),
    ("country.toml", "[[district]]", "[district]", '"district" cannot be read'),
    ("country.toml", '["friday", "saturday"]\n\n', "[1]\n\n", "days_of_rest holds something else than texts."),
    ("country.toml", "month = 6", "month = true", '[[holiday]] number 2: "month" cannot be read. Write a whole number.'),
    ("country.toml", "name = {", "name = [", "country.toml: The file is not valid TOML"),
    ("country.toml", "from_easter = 1", "from_easter = 99999999999", "from_easter is 99999999999. Use a number from -60 to 60."),
    ("country.toml", "days = 2", "days = 0", "days is 0. Use a number from 1 to 31."),
    ("deadlines.toml", '"2d"', '"999999999999d"', 'within is "999999999999d". Use at most 10000.'),
    ("consent.toml", "[[purpose]]", "a = " + "[" * 9000 + "\n[[purpose]]", "consent.toml: The file is nested too deeply."),
    ("codes.toml", ', fr = "Masculin"', "", 'codes.toml, [Sex]: male has no text in fr. Add fr = "..." to male.'),
    ("codes.toml", 'fr = "Masculin"', 'fr = " "', "[Sex]: male holds an empty or unreadable text."),
    ("codes.toml", 'fr = "Masculin"', 'fr = "Masculin", sr-Latn = "Muški"', "Delete it: Serbian Latin is derived"),
    ("codes.toml", "[Sex]", "[Sexe]", '"Sex" is missing.'),
    ("laws.toml", 'act = "act"', 'act = "akt"', 'laws.toml, [[article]] open: The act "akt" is unknown.'),
    ("laws.toml", "valid_until = 2019-12-31", "", "[[article]] open: Two wordings apply on 2020-01-01. Give the wording from"),
    ("laws.toml", "valid_until = 2019-12-31", "valid_until = 2020-01-01", "Two wordings apply on 2020-01-01."),
    ("laws.toml", "valid_until = 2019-12-31", "valid_until = 2009-12-31", "valid_until lies before valid_from."),
    ("laws.toml", "valid_from = 2010-01-01", "valid_from = 2010-01-01T00:00:00", '"valid_from" cannot be read.'),
    ("laws.toml", "max_months = 24", "max_months = 6", "min_months is more than max_months."),
    ("laws.toml", 'certainty = "seen"', 'certainty = "sen"', 'certainty holds "sen". Did you mean "seen"? Use one of:'),
    ("laws.toml", 'victim = "child"', 'victim = "chld"', 'victim holds "chld". Did you mean "child"?'),
    ("deadlines.toml", '"2d"', '"two days"', 'within is "two days", which is no duration. Write hours or days'),
    ("deadlines.toml", '"2d"', '"36h"', "Hours cannot be counted in working days."),
    ("deadlines.toml", '"working days"', '"moons"', 'counted_in is "moons".'),
    ("deadlines.toml", '["case.open"]', "[]", "Nothing stops this clock."),
    ("deadlines.toml", '["case.open"]', '["case.opened"]', 'The act "case.opened" is unknown. Use one of: case.open'),
    ("deadlines.toml", '"referral.submit"', '"referral.sent"', 'The act "referral.sent" is unknown.'),
    ("deadlines.toml", 'basis = "open"', 'basis = "opne"', 'The basis "opne" is no article. Add it to laws.toml'),
    ("agencies.toml", 'agency = "judge"', 'agency = "juge"', 'The kind of agency "juge" is unknown.'),
    ("agencies.toml", 'purpose = "support"\nage_band = "child"', 'purpose = "support"\nage_band = "adult"',
     "Nobody answers for support of a person of age child."),
    ("agencies.toml", 'purpose = "support"\nage_band = "child"', 'purpose = "support"\nage_band = "adult"',
     "Two entries answer for support of a person of age adult."),
    ("agencies.toml", 'age_band = "adult"', 'age_band = "uncertain"', "Uncertain age follows the rule for children."),
    ("agencies.toml", 'purpose = "support"', 'purpose = "burial"', 'purpose is "burial".'),
    ("agencies.toml", 'id = "judge"', 'id = "police"', 'The id "police" is used twice.'),
    ("agencies.toml", "screens = true", 'screens = "yes"', '"screens" cannot be read. Write true or false.'),
    ("agencies.toml", 'age_bands = ["adult"]', 'age_bands = ["adults"]', 'age_bands holds "adults". Did you mean "adult"?'),
    ("roles.toml", '["screening.record"]', '["screening.recrod"]', 'roles.toml, [[role]] constable: The permission "screening.recrod"'),
    ("roles.toml", 'person_identity = "O"', 'person_identities = "O"', 'The class of data "person_identities" is unknown.'),
    ("roles.toml", 'person_identity = "O"', 'person_identity = "Q"', '[data]: person_identity holds "Q".'),
    ("roles.toml", '["lawyer"]', '["sorcerer"]', 'The discipline "sorcerer" is unknown.'),
    ("roles.toml", '["judge"]', '["king"]', 'The kind of agency "king" is unknown.'),
    ("consent.toml", '["guardian"]', '["king"]', 'consent.toml, [[purpose]] help: The kind of agency "king" is unknown.'),
    ("consent.toml", 'basis = "open"', 'basis = "x"', 'The basis "x" is unknown.'),
    ("exploitation.toml", '"begging", ', "", 'exploitation.toml, [[grouping]] all: The form "begging" is in no group.'),
    ("exploitation.toml", '"begging", ', '"begging", "begging", "labour2", ', 'forms holds "labour2". Did you mean "labour"?'),
    ("exploitation.toml", "valid_from = 2000-01-01", "valid_from = 2000-01-01\nvalid_until = 2010-01-01\n[[grouping]]\n"
     'id = "b"\nvalid_from = 2010-01-03', '"all" ends on 2010-01-01, "b" begins on 2010-01-03.'),
    ("exploitation.toml", 'forms = [', 'shown = ["begging"]\nforms = [', None),
    ("exploitation.toml", '"begging", ', "\n]\nshown = [\"begging\"]\nother = [", '"begging" is shown inside a group that does not hold it.'),
    ("indicators/policies.toml", '"lured"', '"lurred"', 'The policy asks for the dimension "lurred", which this list lacks.'),
    ("indicators/policies.toml", 'id = "both"', 'id = "bth"', 'indicators/signs.1.toml: The policy "both" is unknown.'),
    ("indicators/signs.1.toml", 'Sign H1"', 'Sign H-1"', "indicators/signs.1.toml: The file was changed after its release"),
    ("indicators/signs.1.toml", 'version = "1"', 'version = "9"', "The file holds signs.9. Name the file signs.9.toml"),
    ("indicators/signs.1.toml", 'strength = "strong"\n', "", "[[indicator]] H1: A list with a policy weighs every sign."),
    ("indicators/signs.1.toml", 'dimension = "held"', 'dimension = "hled"', 'The dimension "hled" is unknown.'),
    ("indicators/signs.1.toml", '{am = "H1?"}', '{en = "H1?"}', "[[indicator]] H1: person_question has no text in am."),
    ("indicators/signs.1.toml", 'population = "adult"', 'population = "men"', 'population is "men".'),
    ("indicators/signs.1.toml", 'id = "H2"', 'id = "H1"', 'The id "H1" is used twice.'),
    ("indicators/released.toml", '"signs.1.toml" =', '"signs.0.toml" =', "signs.1.toml has no fingerprint: it is not released."),
    ("indicators/released.toml", '"signs.1.toml" =', '"signs.0.toml" =', "The released list signs.0.toml is missing."),
    ("letters.toml", 'id = "deferred"', 'id = "defered"', 'id holds "defered". Did you mean "deferred"?'),
    ("letters.toml", 'id = "appeal_late"', 'id = "deferred"', 'There is no letter "appeal_late".'),
    ("letters.toml", "You have {days} days", "You have {dayes} days", "appeal_from_receipt names {dayes}, which no letter fills in."),
    ("letters.toml", "You have {days} days", "You have {days days", "appeal_from_receipt names {{}, which no letter fills in."),
    ("letters.toml", 'neutral_title = {en = "Confirmation"', 'neutral_title = {en = "Your DECISION"', 'neutral_title holds the betraying word "decision".'),
    ("letters.toml", "Help is free.", "The Police is free.", 'neutral_means holds the betraying word "police".'),
    ("letters.toml", 'fr = ["traite"', 'de = ["traite"', "[betraying]: fr has no words."),
    ("letters.toml", 'signature = {', 'signed = {', '"signature" is missing.'),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "words"), FAULTS)
def test_a_fault_is_named_with_file_entry_and_remedy(tmp_path, file, old, new, words):
    folder = tmp_path / "rt"
    shutil.copytree(RURITANIA, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    problems = check(folder, permissions=PERMISSIONS, verbs=VERBS)
    if words is None:
        assert problems == []
        return
    assert any(words in str(problem) for problem in problems), "\n".join(map(str, problems))
    assert all(
        problem.file and problem.what.endswith(".") and problem.remedy.endswith((".", "?")) for problem in problems
    )
    with pytest.raises(ProfileProblem) as refused:
        load(folder, permissions=PERMISSIONS, verbs=VERBS)
    assert str(problems[0]) in str(refused.value)


def test_every_fault_is_reported_at_once(tmp_path):
    folder = tmp_path / "rt"
    shutil.copytree(RURITANIA, folder)
    (folder / "laws.toml").unlink()
    (folder / "consent.toml").write_bytes("Š".encode("cp1250"))
    (folder / "codes.toml").unlink()
    (folder / "codes.toml").mkdir()
    (folder / "indicators/signs.3.toml").mkdir()
    said = "\n".join(map(str, check(folder)))
    assert "laws.toml: The file is missing." in said
    assert "consent.toml: The file is not UTF-8." in said
    assert "codes.toml: The file cannot be read" in said
    assert "indicators/signs.3.toml: The file cannot be read" in said
    assert 'deadlines.toml, [[deadline]] open_case: The basis "open" is no article.' in said


def test_line_ends_of_another_system_are_no_change(tmp_path):
    folder = tmp_path / "rt"
    shutil.copytree(RURITANIA, folder)
    path = folder / "indicators/signs.1.toml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert check(folder) == []


def test_the_skeleton_lacks_only_what_the_country_must_say():
    assert {problem.file for problem in check(SKELETON)} == {
        "country.toml",
        "laws.toml",
        "indicators/first-signs.1.toml",
        "indicators/released.toml",
    }


@pytest.mark.parametrize(
    ("year", "western", "orthodox"),
    [
        (2024, date(2024, 3, 31), date(2024, 5, 5)),
        (2025, date(2025, 4, 20), date(2025, 4, 20)),
        (1943, date(1943, 4, 25), date(1943, 4, 25)),
        (2038, date(2038, 4, 25), date(2038, 4, 25)),
    ],
)
def test_both_easters(year, western, orthodox):
    assert western_easter(year) == western
    assert orthodox_easter(year) == orthodox
