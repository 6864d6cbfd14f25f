"""The list that fits is offered with its reasons; no list for adults is used for a child; nothing written is lost."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from opennrm.access.country import current_profile, today_here
from opennrm.access.queries import sight_of
from opennrm.audit.models import Entry
from opennrm.kernel.codes import AgeBand, Answer, FormOfExploitation
from opennrm.kernel.errors import NotAllowed, NrmError
from opennrm.parties.queries import attributes
from opennrm.profile.loading import country_folder, load
from opennrm.screening import actions, queries
from opennrm.screening.fitting import Noticed, age_band_on, carried_over, offers
from opennrm.screening.models import Screening
from opennrm.screening.rules import PLACES
from tests.factories import a_referral, a_screening, staff
from tests.house.walk import Visitor, hidden

SERBIA = load(country_folder("rs"))
LISTS = SERBIA.all_indicator_sets
ADULT, CHILD = "ilo-ec-adult-labour", "ilo-ec-child-labour"
database = [pytest.mark.django_db, pytest.mark.both]


@pytest.mark.parametrize(
    ("noticed", "first"),
    [
        (Noticed(AgeBand.ADULT, place="workplace"), "ilo-11"),
        (Noticed(AgeBand.ADULT, at="workplace"), "ilo-11"),
        (Noticed(AgeBand.ADULT), "unodc-general"),
        (Noticed(AgeBand.ADULT, place="border"), "unodc-general"),
        (Noticed(AgeBand.ADULT, place="border", language="vi"), "ilo-11"),
        (Noticed(AgeBand.ADULT, form=FormOfExploitation.SEXUAL), "ilo-ec-adult-sexual"),
        (Noticed(AgeBand.ADULT, form=FormOfExploitation.SEXUAL, language="vi"), "ilo-ec-adult-sexual"),
        (Noticed(AgeBand.CHILD, place="school"), "education"),
        (Noticed(AgeBand.CHILD, at="school"), "education"),
        (Noticed(AgeBand.CHILD, place="street", at="school"), "unodc-child"),
        (Noticed(AgeBand.UNCERTAIN), "unodc-child"),
        (Noticed(AgeBand.CHILD, form=FormOfExploitation.LABOUR), "ilo-ec-child-labour"),
        (Noticed(AgeBand.CHILD, form=FormOfExploitation.SEXUAL), "ilo-ec-child-sexual"),
    ],
)
def test_the_closest_list_stands_first(noticed, first):
    assert offers(LISTS, noticed)[0].used.id == first


def test_every_offer_says_why():
    noticed = Noticed(AgeBand.ADULT, place="workplace", form=FormOfExploitation.LABOUR, language="vi")

    first, *rest = offers(LISTS, noticed)

    assert [str(reason) for reason in first.why] == [
        "Made for this kind of place.",
        "Its questions exist in the person’s language.",
        "It asks about what is suspected.",
        "11 questions.",
    ]
    sexual = next(o for o in rest if o.used.id == "ilo-ec-adult-sexual")
    assert sexual.is_wider
    assert "something else than what is suspected" in str(sexual.why[0])
    assert "Made for where your office works." in map(str, offers(LISTS, Noticed(AgeBand.CHILD, at="school"))[0].why)


@given(
    st.builds(
        Noticed,
        st.sampled_from(AgeBand),
        st.sampled_from(["", *PLACES]),
        st.sampled_from(["", *PLACES]),
        st.sampled_from([None, *FormOfExploitation]),
        st.sampled_from(["", "vi", "xx"]),
    )
)
def test_there_is_always_an_offer_and_none_for_another_age(noticed):
    offered = offers(LISTS, noticed)

    assert offered
    assert all(o.used.is_for(noticed.age_band) and o.used.is_for_screening and o.why for o in offered)
    assert not any(o.used.population == "adult" for o in offered if noticed.age_band != AgeBand.ADULT)
    wider = [o.is_wider for o in offered]
    assert wider == sorted(wider)


def test_a_withdrawn_list_is_not_offered():
    lists = [replace(s, withdrawn_on=date(2026, 1, 1)) if s.id == "ilo-11" else s for s in LISTS]

    assert "ilo-11" not in [o.used.id for o in offers(lists, Noticed(AgeBand.ADULT, place="workplace"))]


@pytest.mark.parametrize(
    ("born", "today", "band"),
    [
        (date(2008, 11, 22), date(2026, 11, 22), AgeBand.ADULT),
        (date(2008, 11, 23), date(2026, 11, 22), AgeBand.CHILD),
        (date(2008, 2, 29), date(2026, 2, 28), AgeBand.CHILD),
        (date(2008, 2, 29), date(2026, 3, 1), AgeBand.ADULT),
    ],
)
def test_somebody_is_a_child_until_the_eighteenth_birthday(born, today, band):
    assert age_band_on(born, today) == band


def test_the_same_question_takes_its_answer_along():
    earlier, later = SERBIA.indicator_set(ADULT), SERBIA.indicator_set(CHILD)

    taken = carried_over({"DEL-AL-D1-DEC_JOB": Answer.YES}, earlier, later)

    assert taken == {"DEL-CL-D1-DEC_JOB": "DEL-AL-D1-DEC_JOB"}
    assert carried_over({"DEL-AL-D1-DEC_JOB": Answer.YES}, earlier, SERBIA.indicator_set("ilo-11")) == {}
    both = {"DEL-AL-D1-DEC_JOB": Answer.YES, "DEL-CL-D1-DEC_JOB": Answer.NO}
    assert carried_over(both, earlier, later) == {}


# --- pages


@pytest.fixture
def inspector(office):
    return Visitor(office.inspector, [])


def a_draft(by, *, key=ADULT, age_band=AgeBand.ADULT):
    noticed = actions.start(actions.Situation(indicator_set=key, age_band=age_band), by=by)
    actions.answer(noticed, "DEL-AL-D1-DEC_JOB", Answer.YES, note="Promised a kitchen.", by=by)
    return noticed


def said(response):
    return response.content.decode()


class TestPages:
    pytestmark = database

    def test_without_a_choice_the_fitting_lists_are_offered_and_what_was_written_goes_along(self, inspector):
        written = {"age_band": "adult", "place": "workplace", "notes": "Ten in one room.", "born_on": "1990-05-04"}

        offered = inspector.post(reverse("screening:new"), hidden(inspector.page("screening:new")) | written)

        assert offered.status_code == 200
        assert Screening.unscoped.count() == 0
        assert "Made for this kind of place." in said(offered)
        assert said(offered).index("Eleven signs of forced labour") < said(offered).index("General signs")
        kept = hidden(offered)
        assert kept | written == kept
        inspector.post(reverse("screening:new"), kept | {"indicator_set": "ilo-11"})
        begun = Screening.unscoped.get()
        assert (begun.indicator_set, begun.situation) == ("ilo-11.2026-1", "Ten in one room.")
        assert attributes(begun.person).birth_year == 1990

    def test_the_offices_own_place_decides_where_none_is_said(self, db):
        teacher = Visitor(staff("school_professional"), [])

        offered = said(teacher.post(reverse("screening:new"), {"age_band": "child"}))

        assert offered.index("Signs at school") < offered.index("General signs")
        assert "Made for where your office works." in offered

    def test_a_childs_birth_date_on_an_adult_list_is_refused_with_the_fitting_list(self, inspector):
        born = (today_here() - timedelta(days=16 * 365)).isoformat()
        written = {"age_band": "uncertain", "born_on": born, "indicator_set": ADULT, "notes": "A line."}

        refused = inspector.post(reverse("screening:new"), written)

        assert refused.status_code == 400
        assert "This list is for another age. For this person “Signs in children” fits" in said(refused)
        assert hidden(refused)["notes"] == "A line."
        assert Screening.unscoped.count() == 0

    @pytest.mark.parametrize(
        ("band", "years", "words"), [("adult", 16, "under 18. Correct"), ("child", 30, "18 or older. Correct")]
    )
    def test_an_age_against_the_birth_date_is_refused(self, inspector, band, years, words):
        born = (today_here() - timedelta(days=years * 366)).isoformat()

        refused = inspector.post(reverse("screening:new"), {"age_band": band, "born_on": born, "notes": "A line."})

        assert refused.status_code == 400
        assert words in said(refused)
        assert "A line." in said(refused)

    @pytest.mark.parametrize("born", ["1899-12-31", "2999-01-01", "2026-02-31", "soon"])
    def test_an_impossible_birth_date_is_refused(self, inspector, born):
        assert inspector.post(reverse("screening:new"), {"age_band": "adult", "born_on": born}).status_code == 400
        assert Screening.unscoped.count() == 0

    def test_a_child_found_out_later_takes_the_answers_along(self, office, inspector):
        draft = a_draft(office.inspector)
        born = (today_here() - timedelta(days=15 * 365)).isoformat()
        address = reverse("screening:list", args=[draft.code])

        refused = inspector.post(address, {"age_band": "uncertain", "born_on": born, "indicator_set": ADULT})
        assert refused.status_code == 400
        assert "is for another age" in said(refused)
        assert queries.screening(draft.code, office.inspector).indicator_set == f"{ADULT}.2026-1"

        inspector.send("screening:list", draft.code, age_band="child", born_on=born, indicator_set=CHILD)
        now_child = queries.screening(draft.code, office.inspector)
        assert (now_child.age_band, now_child.indicator_set) == ("child", f"{CHILD}.2026-1")
        assert attributes(now_child.person).age_band == "child"
        kept = queries.answers(now_child)["DEL-CL-D1-DEC_JOB"]
        assert (kept.answer, kept.note) == ("yes", "Promised a kitchen.")
        assert "DEL-CL-D1-DEC_JOB" in queries.reading_of(now_child).dimension("deceptive_recruitment").signs
        assert "screening.change_list" in Entry.objects.values_list("verb", flat=True)

    def test_answers_that_the_new_list_does_not_ask_stay_and_come_back(self, office):
        from opennrm.screening.shown import seen_screening

        draft = a_draft(office.inspector)

        assert actions.change_list(draft, "ilo-11", age_band=AgeBand.ADULT, by=office.inspector) == 0
        assert queries.reading_of(draft).dimension("means").signs == ()
        [kept] = seen_screening(draft, sight_of(office.inspector, draft)).elsewhere
        assert kept.note == "Promised a kitchen."

        actions.change_list(draft, ADULT, age_band=AgeBand.ADULT, by=office.inspector)
        assert queries.reading_of(draft).dimension("deceptive_recruitment").signs == ("DEL-AL-D1-DEC_JOB",)
        assert seen_screening(draft, sight_of(office.inspector, draft)).elsewhere == []

    def test_what_was_sent_keeps_its_list_and_a_child_gets_no_adult_list(self, office):
        sent = a_referral(office.inspector)
        with pytest.raises(NotAllowed, match="sent already"):
            actions.change_list(sent.screening, "unodc-general", age_band=AgeBand.ADULT, by=office.inspector)
        draft = a_screening(office.inspector)
        with pytest.raises(NotAllowed, match="another age"):
            actions.change_list(draft, ADULT, age_band=AgeBand.CHILD, by=office.inspector)

    def test_a_draft_of_an_earlier_version_can_be_finished_but_none_begun(self, office, monkeypatch):
        draft = a_draft(office.inspector)
        withdrawn = tuple(
            replace(s, withdrawn_on=date(2026, 1, 1)) if s.key == draft.indicator_set else s
            for s in current_profile().all_indicator_sets
        )
        profile = replace(current_profile(), all_indicator_sets=withdrawn)
        for room in ("actions", "queries", "forms"):
            monkeypatch.setattr(f"opennrm.screening.{room}.current_profile", lambda: profile)

        actions.answer(draft, "DEL-AL-D1-DEC_WAGES", Answer.NO, by=office.inspector)
        assert actions.finish(draft, by=office.inspector).finished_at
        other = a_screening(office.inspector)
        situation = actions.Situation(indicator_set=draft.indicator_set, age_band=AgeBand.ADULT)
        with pytest.raises(NotAllowed, match="was withdrawn"):
            actions.start_once(situation, by=office.inspector, key="k" * 32, content=b"x")
        with pytest.raises(NotAllowed, match="was withdrawn"):
            actions.change_list(other, draft.indicator_set, age_band=AgeBand.ADULT, by=office.inspector)

    def test_a_draft_of_a_list_that_is_gone_asks_for_another_and_loses_nothing(self, office, inspector):
        draft = a_draft(office.inspector)
        Screening.unscoped.filter(pk=draft.pk).update(indicator_set="gone.1")

        for page in (
            inspector.page("screening:question", draft.code, 1),
            inspector.page("screening:result", draft.code),
        ):
            assert page["Location"] == reverse("screening:list", args=[draft.code])
        assert "The list that was used is not here any more." in said(inspector.page("screening:list", draft.code))
        inspector.send("screening:list", draft.code, age_band="adult", indicator_set="ilo-ec-adult-sexual")
        assert queries.answers(draft)["DEL-AL-D1-DEC_JOB"].note == "Promised a kitchen."


class TestDevice:
    pytestmark = database
    PAYLOAD = {"client_id": "made-on-the-device", "age_band": "adult", "indicator_set": "ilo-11.2026-1"}

    def test_a_version_never_known_is_refused_with_the_known_ones(self, office):
        with pytest.raises(NrmError) as refused:
            actions.receive(self.PAYLOAD | {"indicator_set": "ilo-11.1999-1"}, by=office.inspector)

        assert "“ilo-11.1999-1” was never a list of this service" in str(refused.value)
        assert "ilo-11.2026-1" in str(refused.value)
        assert "the answers stay on the device" in str(refused.value)
        assert Screening.unscoped.count() == 0

    def test_a_birth_date_is_read_and_only_the_year_is_kept(self, office):
        kept = actions.receive(self.PAYLOAD | {"age_band": "uncertain", "born_on": "1990-05-04"}, by=office.inspector)

        assert kept.age_band == "adult"
        assert attributes(kept.person).birth_year == 1990

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"born_on": "soon"}, "born_on: must be a date of birth"),
            ({"born_on": "2999-01-01"}, "born_on: must be a date of birth"),
            ({"born_on": 7}, "born_on: must be a date of birth"),
            ({"born_on": "2015-01-01"}, "the person is of the age band child, not adult"),
            (
                {"born_on": "2015-01-01", "age_band": "child", "indicator_set": f"{ADULT}.2026-1"},
                "is for another age. For this person fit: unodc-child.2026-1",
            ),
        ],
    )
    def test_a_childs_birth_date_on_an_adult_list_is_refused_by_name(self, office, more, words):
        with pytest.raises(NrmError, match="nothing was saved") as refused:
            actions.receive(self.PAYLOAD | more, by=office.inspector)

        assert words in str(refused.value)
        assert Screening.unscoped.count() == 0


class TestResult:
    """The result page: each part with its result, why, and what would change it; the policy by name."""

    pytestmark = database

    def test_it_says_of_each_part_why_and_what_would_change_it(self, office, inspector):
        draft = a_draft(office.inspector)
        actions.answer(draft, "DEL-AL-D3-VUL_ILLEGAL", Answer.YES, by=office.inspector)

        page = said(inspector.page("screening:result", draft.code))

        assert 'Recruitment</h2><span class="hint">one is enough' in page
        assert 'Work</h2><span class="hint">always needed' in page
        assert "Adults: recruitment, work and destination (ilo-ec-adult, 2026-1)" in page
        assert "Not positive on what is known" in page
        assert "Not assessed" in page
        assert "One more sign would change it." in page
        assert "Does not count yet: say what somebody did" in page
        assert "Refer anyway" in page
        assert "victim" not in page.lower()

    def test_a_child_needs_exploitation_alone_and_the_rest_only_adds(self, office, inspector):
        draft = actions.start(actions.Situation(indicator_set=CHILD, age_band=AgeBand.CHILD), by=office.inspector)

        page = said(inspector.page("screening:result", draft.code))

        assert page.index("always needed") < page.index("Adds evidence, is not needed")

    def test_a_list_without_weights_has_no_groups_and_no_policy(self, office, inspector):
        page = said(inspector.page("screening:result", a_screening(office.inspector).code))

        assert "one is enough" not in page
        assert "How the parts add up" not in page
        assert "1 sign is present. One is enough to refer." in page
