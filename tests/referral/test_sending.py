"""Sending: to whom, on which basis, for which audience; and what stays when an adult does not want it."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from opennrm.access.actions import register_agency, serve_districts
from opennrm.access.actor import SYSTEM
from opennrm.access.country import current_profile, today_here
from opennrm.access.models import Receipt
from opennrm.audit.models import Entry
from opennrm.kernel.clock import frozen
from opennrm.kernel.codes import AgeBand
from opennrm.kernel.errors import NotAllowed, NrmError
from opennrm.parties.models import Attributes, Consent, ContactRule, Identity, Person
from opennrm.parties.queries import agrees
from opennrm.referral import sending
from opennrm.referral.facts import counted_only
from opennrm.referral.models import AnonymousCount, Referral
from opennrm.referral.queries import competent_agency, destination
from opennrm.referral.rules import Ground, asked_audiences, office_for
from opennrm.referral.sending import Agreement
from opennrm.screening.actions import Situation, discard, start
from opennrm.screening.models import GivenAnswer, Screening
from opennrm.vault.keys import key_for
from opennrm.vault.rules import Erased
from tests.factories import a_letter, a_screening, an_agency, staff
from tests.house.walk import Visitor, letter_fields

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def registered(kind, name, *districts):
    return register_agency(kind=kind, name=name, districts=districts, by=SYSTEM)


# --- who is competent


@pytest.mark.parametrize(
    ("offices", "district", "expected"),
    [
        ({"A": {"bor"}, "B": {"nis"}}, "nis", ("B", Ground.DISTRICT)),
        ({"A": set(), "B": {"nis"}}, "nis", ("B", Ground.DISTRICT)),
        ({"A": {"bor"}, "B": set()}, "nis", ("B", Ground.WHOLE_COUNTRY)),
        ({"A": {"bor"}, "B": set()}, "", ("B", Ground.WHOLE_COUNTRY)),
        ({"A": {"bor"}}, "nis", None),
        ({"A": {"bor"}}, "", None),
        ({}, "nis", None),
    ],
)
def test_office_for_takes_the_district_then_the_whole_country(offices, district, expected):
    assert office_for(offices, district) == expected


def test_a_child_goes_to_the_office_of_the_district_and_an_adult_to_the_centre():
    centre, bor, nis = (
        registered("centre", "C"),
        registered("csw", "Bor", "borski"),
        registered("csw", "Nis", "nisavski"),
    )

    assert competent_agency(AgeBand.CHILD, "nisavski") == competent_agency(AgeBand.UNCERTAIN, "nisavski") == nis
    assert competent_agency(AgeBand.CHILD, "borski") == bor
    assert competent_agency(AgeBand.ADULT, "borski") == centre


def test_a_child_whose_district_nobody_serves_goes_to_the_office_that_the_profile_names_instead():
    centre = registered("centre", "C")
    registered("csw", "Bor", "borski")

    for district in ("nisavski", ""):
        where = destination(AgeBand.CHILD, district)
        assert (where.agency, where.instead, where.depends_on_district) == (centre, True, True)


def test_where_nobody_is_registered_the_error_says_what_an_administrator_must_do():
    registered("csw", "Bor", "borski")

    with pytest.raises(NotAllowed, match="must register an office of the kind “Centre for Protection"):
        destination(AgeBand.ADULT, "borski")


def test_an_agency_serves_only_districts_of_the_country():
    agency = registered("csw", "Bor", "borski")

    with pytest.raises(NrmError, match="no district atlantis"):
        serve_districts(agency, ["borski", "atlantis"], by=SYSTEM)
    assert [served.district for served in agency.districts.all()] == ["borski"]


def test_the_sender_sees_where_it_goes_and_is_asked_again_when_that_changes():
    social = staff("social_worker_front_line")
    registered("centre", "The Centre")
    serve_districts(an_agency("csw"), ["nisavski"], by=SYSTEM)
    bor = registered("csw", "Office of Bor", "borski")
    noticed = a_screening(social, yes=(1, 2), age_band=AgeBand.CHILD)
    page = Visitor(social, [])
    address = reverse("referral:new", args=[noticed.code])
    letter = letter_fields() | {"basis": "child", "told": "yes", "agree_interview": ["csw"], "anyway_reason": "x"}

    shown = page.get(address).content.decode()
    looked = page.post(address, letter | {"look": "1", "district": "borski"})
    other = page.post(address, letter | {"district": "borski", "to": an_agency("centre").code})
    sent = page.post(address, letter | {"district": "borski", "to": bor.code})

    assert "The district is not noted" in shown
    assert "Office of Bor" in looked.content.decode()
    assert looked.status_code == 200
    assert "is not answered yet" not in looked.content.decode()
    assert "It now goes to another office" in other.content.decode()
    assert f'name="to" value="{bor.code}"' in other.content.decode()
    assert sent.status_code == 302
    kept = Referral.unscoped.get()
    assert (kept.to_agency, kept.told, kept.screening.district) == (bor, "yes", "borski")


# --- consent and duty


def test_a_purpose_is_asked_for_the_receiver_the_sender_or_each_audience():
    profile = current_profile()

    def asked(purpose):
        return asked_audiences(profile.purpose(purpose), receiver="centre", sender="labour_inspectorate")

    assert asked("interview") == ("centre",)
    assert asked("sender_outcome") == (), "an office that is never told is not asked about"
    assert asked("police_report") == ("police", "prosecution")


def test_consent_is_kept_by_purpose_and_audience(office):
    fields = letter_fields() | {"agree_police_report": ["prosecution"], "anyway_reason": "x"}
    noticed = a_screening(office.inspector)

    Visitor(office.inspector, []).post(reverse("referral:new", args=[noticed.code]), fields)

    person = noticed.person
    assert agrees(person, "referral", "centre")
    assert agrees(person, "police_report", "prosecution")
    assert not agrees(person, "police_report", "police")
    assert not agrees(person, "recording")
    held = Consent.objects.filter(person=person, purpose="police_report").values_list("audience", "given")
    assert set(held) == {("police", False), ("prosecution", True)}


def test_a_no_is_kept_and_what_was_not_asked_is_kept_as_neither(office):
    fields = letter_fields() | {"agree_police_report": ["no"], "anyway_reason": "x"}
    noticed = a_screening(office.inspector)

    Visitor(office.inspector, []).post(reverse("referral:new", args=[noticed.code]), fields)

    held = Consent.objects.filter(person=noticed.person)
    assert set(held.filter(purpose="police_report").values_list("given", flat=True)) == {False}
    assert not held.filter(purpose__in=["recording", "service", "statistics"]).exists()


def test_a_plain_purpose_counts_for_every_audience_for_which_it_is_asked(office):
    noticed = a_screening(office.inspector)
    agreement = Agreement(agreed=frozenset({"referral", "police_report/police"}), declined=frozenset({"police_report"}))

    sending.submit(noticed, a_letter(agreement=agreement), by=office.inspector)

    assert agrees(noticed.person, "police_report", "police")
    assert not agrees(noticed.person, "police_report", "prosecution")


def test_nothing_is_sent_without_consent_or_duty_and_a_duty_is_told(office):
    noticed = a_screening(office.inspector)
    with pytest.raises(NotAllowed, match="consent, or the duty to notify"):
        sending.submit(noticed, a_letter(agreement=Agreement()), by=office.inspector)
    assert Referral.unscoped.count() == 0

    untold = Visitor(office.inspector, []).post(
        reverse("referral:new", args=[noticed.code]),
        letter_fields() | {"basis": "immediate_danger", "anyway_reason": "x"},
    )

    assert untold.status_code == 400
    assert "Say whether the person was told of the duty" in untold.content.decode()


def test_the_page_puts_each_question_in_her_language_and_says_that_it_awaits_review(office):
    an_agency("centre")
    situation = Situation(indicator_set="ilo-11", age_band=AgeBand.ADULT, person_language="vi")
    noticed = start(situation, by=office.inspector)

    page = Visitor(office.inspector, []).page("referral:new", noticed.code).content.decode()

    for purpose in ("referral", "police_report", "statistics"):
        assert current_profile().purpose(purpose).asked["vi"] in page
    assert current_profile().duties["immediate_danger"].told["vi"] in page
    assert "awaiting translator" in page


# --- what stays


def everything_of(person):
    return [
        kept
        for table in (Person, Attributes, Identity, ContactRule, Consent, Screening, GivenAnswer)
        for kept in table._base_manager.all()
    ]


def test_a_discarded_draft_leaves_nothing_but_the_trail(office):
    noticed = a_screening(office.inspector, note="Seen.", notes="A room.")
    person = noticed.person

    discard(noticed, by=office.inspector)

    assert everything_of(person) == []
    with pytest.raises(Erased):
        key_for(person.code)
    assert {"screening.discard", "person.forget"} <= set(Entry.objects.values_list("verb", flat=True))


def test_a_declined_adult_leaves_one_row_of_codes(office):
    noticed = a_screening(office.inspector, yes=(1, 2, 7), note="Seen.", notes="A room.")
    person = noticed.person
    page = Visitor(office.inspector, [])
    address = reverse("referral:count_only", args=[noticed.code])

    shown = page.get(address).content.decode()
    answers = [page.post(address, {"key": "made-when-opened", "form": "labour"}) for _ in range(2)]

    assert "What stays" in shown
    assert "What is destroyed" in shown
    assert [answer["Location"] for answer in answers] == [reverse("referral:counted")] * 2, "a second click is no harm"
    assert everything_of(person) == []
    assert Referral.unscoped.count() == 0
    row = AnonymousCount.objects.get()
    assert (row.indicator_set, row.age_band, row.sex, row.form) == ("ilo-11.2026-1", "adult", "female", "labour")
    assert row.month.day == 1
    kept = {field.name for field in AnonymousCount._meta.concrete_fields}
    assert kept == {"id", "month", "indicator_set", "advice", "age_band", "sex", "district", "place", "form"}
    with pytest.raises(Erased):
        key_for(person.code)
    assert not Receipt.objects.filter(subject=noticed.code).exists()


@pytest.mark.parametrize("band", [AgeBand.CHILD, AgeBand.UNCERTAIN])
def test_a_child_is_never_only_counted(office, band):
    noticed = a_screening(office.inspector, age_band=band)

    with pytest.raises(NotAllowed, match="duty to notify applies"):
        sending.count_only(noticed, by=office.inspector)
    page = Visitor(office.inspector, []).post(reverse("referral:count_only", args=[noticed.code]), {"form": ""})

    assert page.status_code == 400
    assert AnonymousCount.objects.count() == 0
    assert Screening.unscoped.filter(pk=noticed.pk).exists()


@pytest.mark.parametrize("form", ["nothing-like-it", "a\0b"])
def test_an_unknown_form_counts_nobody(office, form):
    noticed = a_screening(office.inspector)

    page = Visitor(office.inspector, []).post(reverse("referral:count_only", args=[noticed.code]), {"form": form})

    assert page.status_code == 400
    assert AnonymousCount.objects.count() == 0


def test_what_was_referred_cannot_be_counted_away(office):
    noticed = a_screening(office.inspector)
    sending.submit(noticed, a_letter(), by=office.inspector)

    with pytest.raises(NotAllowed, match="referred already"):
        sending.count_only(noticed, by=office.inspector)
    assert AnonymousCount.objects.count() == 0


def test_counts_become_known_when_their_month_is_over(office):
    year = today_here().year + 1
    with frozen(datetime(year, 12, 31, 22, 30, tzinfo=UTC)):
        sending.count_only(a_screening(office.inspector), by=office.inspector)

    (fact,) = counted_only(current_profile().calendar)

    assert (fact["event_date"].isoformat(), fact["unit"], fact["district"]) == (f"{year}-12-01", "screening", None)
    assert fact["recorded_at"].astimezone(UTC) == datetime(year, 12, 31, 23, tzinfo=UTC)
