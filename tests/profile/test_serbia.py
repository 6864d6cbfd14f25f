"""Serbia's files, as they come with OpenNRM."""

import csv
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

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
    assert deadline.stops_on == ("case.open", "case.inform_participants")
    assert deadline in serbia.deadlines_started_by("referral.receive")
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


def test_all_28_roles_of_the_matrix_have_a_place_and_know_what_they_must_not_see(serbia):
    assert len(serbia.roles.keys() - {"hotline_supervisor"}) == 28, "a line's supervisor is a role of our own"
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


def test_all_409_indicators_carry_the_weight_element_and_basis_of_their_source(serbia):
    kept = {
        i.id: (i.dimension if i.strength else "", i.strength or "", i.element or "", i.basis)
        for s in serbia.all_indicator_sets
        for i in s.indicators
    }
    with (Path(__file__).parent / "data/indicator_weights.csv").open() as file:
        expected = {row.pop("id"): tuple(row.values()) for row in csv.DictReader(file)}
    assert len(kept) == 409
    assert kept == expected


def test_the_same_sign_weighs_differently_in_different_lists(serbia):
    def strength(key, indicator):
        return serbia.indicator_set(key).indicator(indicator).strength

    assert strength("ilo-ec-adult-labour", "DEL-AL-D1-DEC_EDU") == "weak"
    assert strength("ilo-ec-child-labour", "DEL-CL-D1-DEC_EDU") == "strong"
    assert strength("ilo-ec-adult-labour", "DEL-AL-D2-COE_DOCS") == "medium"
    assert strength("ilo-ec-adult-labour", "DEL-AL-D5-COE_DOCS") == "strong"


def test_traits_never_count_as_such(serbia):
    counts = {i.id: i.counts for s in serbia.all_indicator_sets for i in s.indicators}
    assert counts["UN-GEN-32"] == "never"
    for trait in ("D3-VUL_ILLEGAL", "D3-VUL_PERS", "D6-DSV_PERS", "D6-DSV_AUTH", "D3-VUL_CULT", "D3-VUL_CONTEXT"):
        assert counts[f"DEL-AL-{trait}"] == "with evidence"


def test_unconfirmed_weights_are_flagged(serbia):
    assert all(s.has_unconfirmed_weights == s.is_weighted for s in serbia.all_indicator_sets)


def test_a_list_for_adults_is_never_offered_while_the_age_is_uncertain(serbia):
    for band in (AgeBand.CHILD, AgeBand.UNCERTAIN):
        assert not any(s.population == "adult" for s in serbia.indicator_sets(band))
    assert not any(s.population == "child" for s in serbia.indicator_sets(AgeBand.ADULT))


def test_the_fitting_list_is_offered_for_a_form_and_none_meant_for_decisions(serbia):
    offered = [s.id for s in serbia.indicator_sets(AgeBand.ADULT, FormOfExploitation.SEXUAL)]
    assert offered == ["ilo-ec-adult-sexual", "unodc-general", "unodc-sexual"]
    assert "legal-elements" not in [s.id for s in serbia.indicator_sets(AgeBand.ADULT)]


GENDERED = re.compile(
    r"\b(она|он|њу|њега|жртв\w+|жена\w*|жене|мушкар\w+|радни(к|ци|ца|це|ке)\w*|лице|лица|лицу|"
    r"илегалн\w+|проститутк\w+|(задржана|обманута|изложена|приморана|премештана|врбована|затечена)(?! о))\b",
    re.IGNORECASE,
)


def test_serbian_words_are_cyrillic_and_fit_everybody(serbia):
    for indicators in (s.indicators for s in serbia.all_indicator_sets):
        for indicator in indicators:
            for text in (indicator.label["sr-cyrl"], indicator.question["sr-cyrl"]):
                assert not re.search("[A-Za-zčćžšđ]", text), text
                found = GENDERED.search(text)
                # agreeing with the noun „особа“ is grammar, not sex
                assert found is None or "особ" in text, f"{indicator.id}: {text}"


def test_questions_fit_everybody_in_english_too(serbia):
    for indicators in (s.indicators for s in serbia.all_indicator_sets):
        for indicator in indicators:
            assert not re.search(r"\b(she|her|he|him|his|victim)\b", indicator.question["en"], re.IGNORECASE)
            assert indicator.question["en"].rstrip(".")[-1] in "?" or "?" in indicator.question["en"]


@pytest.mark.parametrize(
    ("on", "valid_from"), [(date(2005, 1, 1), 2006), (date(2009, 9, 10), 2006), (date(2026, 1, 1), 2009)]
)
def test_article_nearest_knows_a_wording_for_every_day(serbia, on, valid_from):
    assert serbia.article_nearest("kz-388-1", on).valid_from.year == valid_from
    with pytest.raises(ProfileProblem, match="no article"):
        serbia.article_nearest("x", on)


def test_every_clock_has_a_basis_to_show_whenever_it_started(serbia):
    for deadline in serbia.deadlines:
        assert serbia.article_nearest(deadline.basis, date(1990, 1, 1)).label
