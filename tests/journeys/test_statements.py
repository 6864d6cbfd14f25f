"""Told once: the lead sees what exists, shares it, and the prosecutor reads it instead of asking again."""

from datetime import timedelta

import pytest
from django.utils.timezone import localtime

from opennrm.access.actions import grant
from opennrm.access.actor import SYSTEM
from opennrm.access.country import today_here
from opennrm.audit.models import Entry
from opennrm.identification.models import StatementRequest, Telling
from opennrm.kernel.clock import now
from tests.factories import Office, staff
from tests.identification.statements.telling import CONSENTS, a_statement
from tests.journeys.conftest import PHONE, accessible
from tests.journeys.test_thread import go, submit

pytestmark = [pytest.mark.browser]


@pytest.mark.parametrize("language", ["en", "sr"])
def test_an_account_is_asked_for_and_read_instead_of_told_again(visit, language):
    office = Office()
    case = office.case()
    one = a_statement(case, office.lead, agreed=CONSENTS)
    prosecutor = staff("prosecutor")
    grant(case.file_code, prosecutor, classes=["referral_status"], purpose="case", by=SYSTEM)

    with visit(prosecutor, PHONE, language=language) as page:
        page.goto("/")
        accessible(page)
        go(page, f"a[href='/cases/{case.code}/told']")
        accessible(page)
        go(page, "a[href$='/book']")
        assert "Primer." not in page.inner_text("main")
        accessible(page)
        go(page, "a[href$='/ask']")
        page.check("[name=purpose][value=investigation]")
        accessible(page)
        submit(page)
        accessible(page)

    with visit(office.lead, language=language) as page:
        page.goto(f"/cases/{case.code}")
        accessible(page)
        go(page, "a[href$='/book']")
        page.check("[name=purpose][value=help]")
        page.fill("[name=planned_at]", localtime(now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"))
        submit(page)
        assert page.locator(".summary-of-errors").count() == 1
        accessible(page)
        assert Telling.unscoped.count() == 0
        page.goto("/worklist")
        asked = StatementRequest.unscoped.get()
        go(page, f"a[href='/statement-requests/{asked.code}/answer']")
        page.check("[name=answer][value=share]")
        page.check("[name=basis][value=consent]")
        accessible(page)
        submit(page)
        accessible(page)
        go(page, "a[href$='/agreed']")
        accessible(page)
        page.goto(f"/cases/{case.code}/determination")
        accessible(page)
        page.select_option("[name=body]", index=1)
        page.check("[name=outcome][value=identified]")
        page.fill("[name=on]", today_here().isoformat())
        submit(page)
        accessible(page)

    with visit(prosecutor, PHONE, language=language) as page:
        page.goto("/statements")
        go(page, f"a[href='/statements/{one.code}']")
        assert "Primer." in page.inner_text("main")
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.goto(f"/cases/{case.code}/told")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert Entry.objects.filter(verb__contains="read", by=prosecutor.ref).exists()
