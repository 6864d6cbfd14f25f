"""The pages of a site: a report, a list in three ways, its correction, and each person by herself."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver, reverse

from opennrm.desk.notices import place_of
from opennrm.kernel.clock import frozen, now
from opennrm.referral.hotline.models import CallOutcome
from opennrm.sites import actions, queries
from opennrm.sites.models import Incident, RosterDraft, RosterEntry
from opennrm.sites.rules.standing import Standing
from opennrm.vault.models import Key
from opennrm.workflow.queries import notices
from tests.factories import a_line, a_site, an_agency, staff
from tests.house.walk import Visitor
from tests.referral.hotline.calls import a_call
from tests.sites.test_actions import ADULTS, a_list, one

pytestmark = [pytest.mark.django_db, pytest.mark.both]

REPORT = {
    "kind": "factory",
    "present_min": "500",
    "in_danger": "no",
    "documents_held": "yes",
    "seen_from": "2026-03-12",
    "sector": "not_known",
    "signs": ["SITE-04"],
    "languages": ["vi"],
    "told": ["police"],
    "notes": "Primer",
}
HEAD = "number\tsex\tborn\tspeaks\tname"
GOOD = [f"{n}\tman\t1988\tHindi\tPrimer {n}" for n in range(1, 501)]


def broken():
    rows = list(GOOD)
    rows[16] = rows[16].replace("1988", "31. 2. 1988")
    rows[207] = rows[207].replace("man", "k", 1)
    rows[343] = rows[343].replace("1988", "2012")
    return "\n".join([HEAD, *rows])


@pytest.fixture
def inspector(office):
    return Visitor(office.inspector, [])


@pytest.fixture
def site(office):
    return a_site(office.inspector)


def send(visitor, site, **fields):
    return visitor.post(reverse("site:send", args=[site.code]), {"only": "adult"} | fields)


def test_a_report_is_sent_once_and_leads_to_its_receipt(inspector):
    first, again = (inspector.post(reverse("site:new"), REPORT | {"key": "k"}) for _ in range(2))

    assert first["Location"] == again["Location"]
    report = Incident.unscoped.get()
    assert (report.present_min, report.notes, queries.signs(report)) == (500, "Primer", {"SITE-04": "yes"})
    receipt = inspector.get(first["Location"]).content.decode()
    assert report.code in receipt
    assert "Primer" not in receipt


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("kind", "castle", "Select a valid choice"),
        ("present_min", "0", "greater than or equal to 1"),
        ("present_min", "many", "whole number"),
        ("present_min", "9" * 30, "less than or equal"),
        ("present_max", "3", "less than"),
        ("women", "600", "together are more"),
        ("seen_from", "2026-02-31", "Give a day that exists"),
        ("seen_from", "9999-12-31", "in the future"),
        ("seen_from", "0001-01-01", "2000 or later"),
        ("seen_until", "2026-03-11", "before the first day"),
        ("in_danger", "", "is not answered yet"),
        ("signs", ["ILO11-01"], "Select a valid choice"),
        ("notes", "x" * 20_001, "at most 20000"),
    ],
)
def test_a_report_with_a_fault_is_refused_and_keeps_what_was_written(inspector, field, value, said):
    answer = inspector.post(reverse("site:new"), REPORT | {"address": "Uzor 7", field: value})

    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert "Uzor 7" in answer.content.decode()
    assert Incident.unscoped.count() == 0


def test_a_pasted_list_in_order_is_saved_at_once_and_once(inspector, site):
    text = "\n".join([HEAD, *GOOD[:14]])

    answers = [send(inspector, site, text=text, key="k") for _ in range(2)]

    assert answers[0]["Location"] == reverse("site:roster", args=[site.code])
    assert RosterEntry.objects.count() == 14
    page = inspector.page("site:roster", site.code).content.decode()
    assert "Primer" not in page
    assert "Hindi" in page


def test_an_empty_list_has_no_next_page(inspector, site):
    page = inspector.page("site:roster", site.code).content.decode()

    assert "Nobody is on the list yet." in page
    assert "Next page" not in page


def test_500_rows_with_three_broken_ones_save_nothing_lose_nothing_and_are_put_right(inspector, site):
    answer = send(inspector, site, text=broken())
    assert answer["Location"] == reverse("site:check", args=[site.code])

    page = inspector.page("site:check", site.code).content.decode()

    assert RosterEntry.objects.count() == 0
    for said in ("Row 18, column C (Born)", "Row 209, column B (Sex)", "Row 345, column C (Born)"):
        assert said in page
    assert "3 of 500 rows" in page
    assert "Rows 20 to 207 are in order" in page  # a wide screen: the neighbours of a wrong row stand there
    assert "Rows 19 to 208 are in order" in page  # a phone: they do not
    still = inspector.post(
        reverse("site:check", args=[site.code]), {"c-18-2": "28. 2. 1988", "c-209-1": "q", "c-345-2": "2012"}
    )
    assert still.status_code == 400
    assert "2 of 500 rows" in still.content.decode()
    done = inspector.post(reverse("site:check", args=[site.code]), {"c-209-1": "man", "without": "345"})
    assert done["Location"] == reverse("site:roster", args=[site.code])
    assert RosterEntry.objects.count() == 499
    assert one(site, 500).name == "Primer 500"
    assert not RosterDraft.objects.exists()
    assert not Key.objects.filter(owner__startswith="roster:", destroyed_at=None).exists()


@pytest.mark.parametrize("button", [{"show": "2"}, {"keep": "1"}])
def test_what_was_put_right_is_kept_when_rows_are_shown_or_the_list_is_left(inspector, site, button):
    send(inspector, site, text=broken())

    left = inspector.post(reverse("site:check", args=[site.code]), {"c-18-2": "28. 2. 1988"} | button)

    assert left.status_code == 302
    assert RosterEntry.objects.count() == 0
    page = inspector.page("site:check", site.code, show=2).content.decode()
    assert "2 of 500 rows" in page
    assert 'id="row-2" class="roster-shown"' in page


def test_a_child_may_stay_when_the_list_becomes_one_of_both(inspector, site):
    send(inspector, site, text=f"{HEAD}\n1\tman\t2012\t\t")

    done = inspector.post(reverse("site:check", args=[site.code]), {"only": ""})

    assert done.status_code == 302
    assert RosterEntry.objects.get().age_band == "child"


def test_a_draft_is_sealed_anothers_and_gone_after_a_week(inspector, office, site):
    send(inspector, site, text=broken())
    assert "Primer" not in str(RosterDraft.objects.values_list("lines"))
    actions.take_up(site, by=office.duty)

    assert Visitor(office.duty, []).page("site:check", site.code).status_code == 302
    with frozen(now() + timedelta(days=8)):
        assert queries.draft(site, office.inspector) is None


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_file_is_read_like_what_is_pasted(inspector, site, ending):
    book = openpyxl.Workbook()
    for row in (["Број", "Пол", "Име"], [1, "женски", "Пример"], [2, "мушки", ""]):
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    content = held.getvalue() if ending == "xlsx" else "број;пол;име\n1;женски;Пример\n2;мушки;\n".encode("cp1251")

    answer = send(inspector, site, file=SimpleUploadedFile(f"Primer.{ending}", content))

    assert answer.status_code == 302
    assert [row.sex for row in RosterEntry.objects.order_by("number")] == ["female", "male"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Choose a file"),
        ({"text": "Primer\tOgled\n1\t2"}, "No line names the columns"),
        ({"text": f"{HEAD}\n"}, "no person on this list"),
        ({"file": SimpleUploadedFile("x.pdf", b"%PDF-1.7 \xe2\xe3\xcf\xd3\0")}, "cannot be read|not clear"),
        ({"file": SimpleUploadedFile("x.csv", b"")}, "empty"),
        ({"text": "number\n" + "\n".join(map(str, range(1, 1003)))}, "more than 1000 rows"),
        ({"only": "everybody", "text": f"{HEAD}\n1\tman\t\t\t"}, "valid choice"),
    ],
)
def test_what_is_no_list_is_refused_with_what_was_pasted_still_there(inspector, site, fields, said):
    answer = send(inspector, site, **fields)

    page = answer.content.decode()
    assert answer.status_code == 400
    assert any(one in page for one in said.split("|"))
    assert fields.get("text", "")[:20] in page
    assert not RosterDraft.objects.exists()


def test_a_file_above_the_limit_does_not_arrive_and_never_lies_on_the_disk(inspector, site, monkeypatch):
    from django.core.files import uploadedfile

    monkeypatch.setattr(uploadedfile.TemporaryUploadedFile, "__init__", None)
    answer = send(inspector, site, file=SimpleUploadedFile("x.csv", b"number\n1" + b" " * 2 * 1024 * 1024))

    assert answer.status_code == 400
    assert "at most 2 MB" in answer.content.decode()


def test_a_person_is_typed_with_the_same_rules(inspector, site):
    add = reverse("site:add", args=[site.code])

    wrong = inspector.post(add, {"age": "old", "name": "=1+1", "presence": "yes"})
    right = inspector.post(add, {"age": "17", "language": "хинди", "presence": "yes", "another": "1"})
    again = inspector.post(add, {"number": "1", "presence": "no"})

    assert wrong.status_code == 400
    assert "is no age" in wrong.content.decode()
    assert "may be a formula" in wrong.content.decode()
    assert right["Location"] == add
    assert "on the site’s list already" in again.content.decode()
    assert (one(site).age_band, one(site).language) == ("child", "hi")


def test_each_person_is_talked_with_declined_or_missed_on_her_own_page(inspector, office):
    site = a_list(office)
    address = [site.code, 1]

    begun = inspector.post(reverse("site:person", args=address), {"indicator_set": ADULTS})
    assert begun["Location"].startswith("/notes/")
    inspector.post(reverse("site:end_talk", args=address), {"key": ""})
    inspector.post(reverse("site:decline", args=[site.code, 2]), {"key": ""})
    refused = inspector.post(reverse("site:miss", args=[site.code, 3]), {"key": ""})
    inspector.post(reverse("site:miss", args=[site.code, 3]), {"reason": "left"})

    assert refused.status_code == 400
    stand = [person.standing for person in queries.persons(site)]
    assert stand == [Standing.SCREENED, Standing.DECLINED, Standing.MISSED]
    page = inspector.page("site:finish", site.code).content.decode()
    assert "at least 11 more people" in page


def test_the_name_on_the_list_is_opened_for_a_purpose_and_recorded(inspector, office):
    from opennrm.audit.queries import trail

    site = a_list(office, 1, name="Primer Ogled")
    address = reverse("site:reveal", args=[site.code, 1])

    assert "Primer" not in inspector.get(address).content.decode()
    assert inspector.post(address, {"key": ""}).status_code == 400
    assert "Primer Ogled" in inspector.post(address, {"purpose": "same_person"}).content.decode()
    assert [e.facts["purpose"] for e in trail(site.ref) if e.verb == "site.reveal"] == ["same_person"]


def test_the_office_meets_the_least_before_it_takes_a_report_up(office, inspector):
    site = a_site(office.inspector, present=500, notes="Primer notes")
    duty = Visitor(office.duty, [])

    assert site.code in duty.page("worklist").content.decode()
    before = duty.page("site:detail", site.code).content.decode()
    duty.send("site:take_up", site.code)
    after = duty.page("site:detail", site.code).content.decode()
    duty.send("site:decline_talks", site.code, reason="nobody_there", why="Primer why")

    assert "Primer 1" not in before
    assert "Uzor" not in before
    assert "500" in before
    assert all(word in after for word in ("Primer notes", "Primer 1", "Uzor d.o.o."))
    assert "Primer why" in duty.page("site:detail", site.code).content.decode()
    told = [(notice.verb, place_of(notice, office.inspector)) for notice in notices(office.inspector)]
    assert told == [("site.take_up", reverse("site:receipt", args=[site.code]))]
    receipt = inspector.page("site:receipt", site.code).content.decode()
    assert "has ended its work" in receipt
    assert "nobody" not in receipt.lower()
    assert inspector.page("site:roster", site.code).status_code == 404


def test_another_inspector_finds_neither_report_nor_list(office):
    site = a_list(office)
    other = Visitor(staff("labour_inspector", "second"), [])

    for name in ("receipt", "roster", "send", "check", "finish", "detail"):
        assert other.page(f"site:{name}", site.code).status_code == 404
    assert other.page("site:person", site.code, 1).status_code == 404


@pytest.mark.parametrize("number", [0, 15, 10**12])
def test_a_number_that_is_not_on_the_list_has_no_page(inspector, site, number):
    assert inspector.get(f"/sites/{site.code}/list/{number}").status_code == 404


def test_no_page_decides_for_more_than_one_person(inspector, office):
    """A list has pages to add persons and to end the visit; every page that says something of a person has a number."""
    space = next(p for p in get_resolver().url_patterns if getattr(p, "namespace", "") == "site")
    of_all = {p.name for p in space.url_patterns if "number" not in p.pattern.converters}
    assert of_all == {
        *("new", "of_call", "detail", "receipt", "take_up", "take_on", "begin_talks", "decline_talks"),
        *("roster", "add", "send", "check", "share", "finish"),
    }
    site = a_list(office)
    for name in sorted(
        of_all - {"new", "of_call", "receipt", "roster", "detail", "take_up", "begin_talks", "decline_talks"}
    ):
        inspector.post(reverse(f"site:{name}", args=[site.code]), {"number": ["1", "2"], "reason": "left"})
    assert {person.standing for person in queries.persons(site)} == {Standing.PRESENT}


# --- the site of which a caller told


def of_call(call):
    return reverse("site:of_call", args=[call.code])


def test_a_site_reported_from_a_call_stands_at_the_call_once():
    operator = a_line()
    an_agency("centre")
    call, page = a_call(operator), Visitor(operator, [])

    begun = page.get(of_call(call))
    for _ in range(2):
        sent = page.post(begun.url, REPORT | {"key": "once"})

    assert begun.url == f"{reverse('site:new')}?call={call.code}"
    reported = Incident.unscoped.get()
    assert sent.url == reverse("site:receipt", args=[reported.code])
    assert [one.site_report for one in CallOutcome.objects.all()] == [reported.code]
    shown = page.get(reverse("hotline:call", args=[call.code])).content.decode()
    assert reverse("site:receipt", args=[reported.code]) in shown


def test_a_report_sent_already_is_chosen_and_nobody_elses_is():
    operator, other = a_line(), a_line("another")
    own, foreign = a_site(operator), a_site(other)
    call, page = a_call(operator), Visitor(operator, [])

    asked = page.get(of_call(call)).content.decode()
    refused = page.post(of_call(call), {"report": foreign.code})
    chosen = page.post(of_call(call), {"report": own.code})
    page.post(of_call(call), {"report": own.code})

    assert own.code in asked
    assert foreign.code not in asked
    assert refused.status_code == 400
    assert chosen.status_code == 302
    assert [one.site_report for one in CallOutcome.objects.all()] == [own.code]


def test_a_call_of_another_line_is_no_call():
    operator, other = a_line(), a_line("another")
    a_site(operator)
    call, page = a_call(other), Visitor(operator, [])

    assert page.get(of_call(call)).status_code == 404
    assert page.get(f"{reverse('site:new')}?call={call.code}").status_code == 404
    assert page.post(f"{reverse('site:new')}?call={call.code}", REPORT | {"key": "once"}).status_code == 404
    assert Incident.unscoped.count() == 1


def test_a_colleague_goes_on_with_a_report_that_somebody_took_up(office, site):
    actions.take_up(site, by=office.duty)
    other = staff("centre_intake_officer", "second")
    second = Visitor(other, [])
    assert second.page("site:detail", site.code).status_code == 404
    for stranger in (office.duty, office.inspector, office.stranger):
        assert Visitor(stranger, []).page("site:take_on", site.code).status_code == 404
    assert reverse("site:take_on", args=[site.code]) in second.page("clocks").content.decode()

    second.send("site:take_on", site.code, reason="absent")

    assert second.page("site:detail", site.code).status_code == 200
    assert Visitor(office.duty, []).page("site:detail", site.code).status_code == 404
    assert [notice.verb for notice in notices(office.duty)] == ["site.take_on"]
    actions.decline_talks(Incident.unscoped.get(pk=site.pk), reason="other", why="Closed.", by=other)
    assert second.page("site:take_on", site.code).status_code == 404
