"""Serbia's files, as they come with OpenNRM."""

from datetime import UTC, date, datetime, timedelta

import pytest

from opennrm.kernel.clock import due
from opennrm.kernel.codes import AgeBand, FormOfExploitation, Outcome
from opennrm.kernel.errors import ProfileProblem
from opennrm.profile.loading import check, country_folder, load

PERSON_LANGUAGES = {"zh", "vi", "hi", "bn", "ar", "ru", "tr", "ro", "uk", "ne", "fr", "en", "sr-cyrl"}


@pytest.fixture(scope="module")
def serbia():
    return load(country_folder("rs"))


def test_nothing_is_wrong_with_serbia():
    assert check(country_folder("rs")) == []


def test_the_duty_of_24_hours_is_stopped_only_by_both_acts(serbia):
    deadline = serbia.deadline("open_case")
    assert deadline.within == timedelta(hours=24)
    assert deadline.stops_on == ("case.open", "case.participants_informed")
    assert deadline in serbia.deadlines_started_by("referral.submit")
    assert deadline in serbia.deadlines_stopped_by("case.open")
    assert serbia.article(deadline.basis, date(2026, 1, 1)).certainty == "seen"


def test_the_appeal_period_ends_on_a_working_day(serbia):
    served = datetime(2026, 4, 25, 10, tzinfo=UTC)  # 15 days later is a Sunday
    ends = serbia.calendar.local(due(serbia.deadline("appeal"), served, serbia.calendar))
    assert ends.date() == date(2026, 5, 11)


def test_an_article_is_found_in_the_wording_of_its_day(serbia):
    [before], [after] = (serbia.article("kz-388-1", day).penalties for day in (date(2009, 9, 10), date(2009, 9, 11)))
    assert (before.min_months, after.min_months) == (24, 36)
    with pytest.raises(ProfileProblem, match=r"kz-388-1 on 2005-01-01.*laws\.toml"):
        serbia.article("kz-388-1", date(2005, 1, 1))


@pytest.mark.parametrize(
    ("band", "agency"), [(AgeBand.ADULT, "centre"), (AgeBand.CHILD, "csw"), (AgeBand.UNCERTAIN, "csw")]
)
def test_who_decides_depends_on_age_and_uncertain_age_counts_as_a_child(serbia, band, agency):
    assert serbia.competent_agency(band, "identification") == agency
    assert serbia.competence(band, "identification").by_panel == (agency == "centre")


def test_the_guardianship_authority_is_informed_of_a_child(serbia):
    informed = {band: {p.id for p in serbia.participants_for(band) if p.always} for band in AgeBand}
    assert informed[AgeBand.CHILD] == informed[AgeBand.UNCERTAIN] == {"sender", "guardianship"}
    assert informed[AgeBand.ADULT] == {"sender"}


def test_the_panel_has_three_disciplines(serbia):
    assert list(serbia.disciplines) == ["psychologist", "pedagogue", "social_worker"]


@pytest.mark.parametrize(
    ("year", "begging", "criminality"),
    [(2019, "begging", "criminality"), (2020, "labour", "criminality"), (2024, "labour", "labour")],
)
def test_begging_and_criminality_moved_inside_forced_labour(serbia, year, begging, criminality):
    grouping = serbia.grouping(date(year, 6, 1))
    assert grouping.group_of(FormOfExploitation.BEGGING).id == begging
    assert grouping.group_of(FormOfExploitation.CRIMINALITY).id == criminality


def test_words_for_codes_exist_in_three_scripts(serbia):
    label = serbia.label(Outcome.IDENTIFIED)
    assert label.in_("sr-cyrl") == "Идентификација потврђена"
    assert label.in_("sr-latn") == "Identifikacija potvrđena"
    assert serbia.forms_of_exploitation["begging"].in_("en") == "Forced begging"


def test_all_28_roles_have_a_place_and_know_what_they_must_not_see(serbia):
    assert len(serbia.roles) == 28
    assert len(serbia.data_classes) == 30
    assert all(
        (role.agency_kinds and role.must_not_see and role.data_classes) or role.id == "interpreter"
        for role in serbia.roles.values()
    )
    assert serbia.roles["labour_inspector"].data_classes["screening_answers"] == "O"
    assert "identification_opinions" not in serbia.roles["labour_inspector"].data_classes


def test_a_worksite_sender_is_told_only_of_the_receipt(serbia):
    assert serbia.agency_kinds["labour_inspectorate"].confirmation == "receipt"


def test_state_holidays_move_from_sunday_and_orthodox_easter_is_found(serbia):
    free = serbia.calendar.holidays
    assert {date(2026, 2, 17), date(2023, 1, 3), date(2022, 1, 3)} <= {
        day for year in (2022, 2023, 2026) for day in free.in_year(year)
    }
    assert date(2024, 5, 6) in free  # Easter Monday; 5 May
    assert date(2025, 1, 3) not in free
    assert "2025-01-01" not in free


@pytest.mark.parametrize(
    ("year", "sunday"),
    [(2020, (4, 19)), (2021, (5, 2)), (2022, (4, 24)), (2023, (4, 16)), (2024, (5, 5)), (2025, (4, 20)),
     (2026, (4, 12)), (2027, (5, 2)), (2028, (4, 16)), (2029, (4, 8)), (2030, (4, 28))],
)  # fmt: skip
def test_orthodox_easter_falls_on_the_published_dates(serbia, year, sunday):
    easter = date(year, *sunday)
    assert all(easter + timedelta(days=n) in serbia.calendar.holidays for n in (-2, -1, 0, 1))


def test_the_eleven_signs_can_be_put_to_a_person_in_her_language(serbia):
    ilo = serbia.indicator_set("ilo-11")
    assert len(ilo.indicators) == 11
    assert not ilo.is_weighted
    assert ilo.awaiting_review
    assert all(set(i.person_question) == PERSON_LANGUAGES for i in ilo.indicators)
    assert {i.element for i in ilo.indicators} == {"means", "purpose"}


def test_a_country_that_is_not_there_is_named():
    with pytest.raises(ProfileProblem, match=r"no country “xx”.*one of: rs"):
        country_folder("xx")
