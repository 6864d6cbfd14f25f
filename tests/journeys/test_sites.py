"""An inspector at a site: reported by headcount, a list with one broken row, one person referred, another missed."""

import re

import openpyxl
import pytest

from opennrm.referral.models import Referral
from opennrm.sites.models import Incident, RosterEntry
from tests.factories import Office, a_site
from tests.journeys.conftest import DESK, PHONE, accessible
from tests.journeys.test_thread import go, submit

pytestmark = pytest.mark.browser

LIST = "number\tsex\tborn\tspeaks\n1\tman\t1988\tHindi\n2\tman\t31. 2. 1990\tHindi\n3\twoman\t1995\tNepali"


def report_a_site(page, *, check):
    page.goto("/my-notes")
    go(page, "a[href='/my-sites']")
    check(page)
    go(page, "a[href='/sites/new']")
    check(page)
    page.select_option("[name=kind]", "construction_site")
    page.fill("[name=present_min]", "14")
    page.check("[name=in_danger][value=no]")
    page.check("[name=signs][value=SITE-04]")
    submit(page)
    check(page)
    assert page.locator(".summary-of-errors a").count() == 1
    page.fill("[name=seen_from]", "2026-03-12")
    submit(page)
    assert page.url.endswith("/receipt")
    check(page)


# Before it stand buttons that show rows in order.
CHECK_AGAIN = "main form .buttons button.button-primary"


def put_a_list_right(page, *, check):
    go(page, "a[href$='/list']")
    check(page)
    go(page, "a[href$='/list/send']")
    check(page)
    page.check("[name=only][value=adult]")
    page.fill("[name=text]", LIST)
    submit(page)
    assert page.url.endswith("/list/check")
    check(page)
    assert page.locator(".roster-check input.input").count() == 1
    page.fill("#c-3-2", "28. 2. 1990")
    go(page, CHECK_AGAIN)
    assert page.url.endswith("/list")
    assert page.locator(".roster > li").count() == 3
    check(page)


def talk_and_refer(page, *, check):
    go(page, ".foot a.button-primary")
    assert page.url.endswith("/list/1")
    check(page)
    page.select_option("[name=indicator_set]", "ilo-11")
    submit(page)
    page.check("[name=answer][value=yes]")
    submit(page)
    go(page, ".foot-aside a")
    go(page, ".foot a.button-primary")
    page.check("[name=is_safe_tonight][value=yes]")
    page.check("[name=needs_doctor][value=no]")
    page.check("[name=basis][value=consent]")
    if page.locator("[name=anyway_reason]").count():
        page.fill("[name=anyway_reason]", "The passport is held.")
    submit(page)
    assert page.url.endswith("/receipt")


def miss_the_next(page, code, *, check):
    page.goto(f"/sites/{code}/list")
    go(page, ".foot a.button-primary")
    assert page.url.endswith("/list/2")
    go(page, "a[href$='/missed']")
    check(page)
    submit(page)
    check(page)
    page.check("[name=reason][value=no_interpreter]")
    submit(page)
    assert page.url.endswith("/list/2")
    check(page)
    page.goto(f"/sites/{code}/list")
    numbers = page.locator(".roster-numbers dd").all_inner_texts()
    assert numbers == ["3", "1", "1"]
    check(page)


@pytest.mark.parametrize("language", ["en", "sr"])
def test_an_inspector_lists_a_site_and_refers_one_person_on_a_phone(visit, language):
    office = Office()
    with visit(office.inspector, PHONE, language=language) as page:
        report_a_site(page, check=accessible)
        put_a_list_right(page, check=accessible)
        talk_and_refer(page, check=accessible)
        miss_the_next(page, Incident.unscoped.get().code, check=accessible)
    assert Referral.unscoped.count() == 1
    with visit(office.duty, DESK, language=language) as page:
        page.goto("/worklist")
        accessible(page)
        page.goto(f"/sites/{a_site(office.inspector).code}")
        accessible(page)
        go(page, ".steps a[href$='/take-up']")
        submit(page)
        accessible(page)
        go(page, ".steps a[href$='/no-talks']")
        page.check("[name=reason][value=nobody_there]")
        page.fill("[name=why]", "The gate was closed.")
        submit(page)
        assert "The gate was closed." in page.content()
        accessible(page)


def test_a_file_is_sent_and_put_right_without_scripts(visit, tmp_path):
    office = Office()
    book = openpyxl.Workbook()
    for line in LIST.split("\n"):
        book.active.append(line.split("\t"))
    book.save(tmp_path / "list.xlsx")
    site = a_site(office.inspector)
    with visit(office.inspector, PHONE, scripts=False, language="sr-latn") as page:
        page.goto(f"/sites/{site.code}/list/send")
        page.check("[name=only][value=adult]")
        page.set_input_files("[name=file]", tmp_path / "list.xlsx")
        submit(page)
        page.fill("#c-3-2", "")
        page.press("#c-3-2", "Enter")
        page.wait_for_url(re.compile("/list$"))
        assert re.search("/list$", page.url)
    assert RosterEntry.objects.count() == 3
