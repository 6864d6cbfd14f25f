"""Every page that a link leads to, in a real browser: nothing from elsewhere, nothing against the policy, nothing left.

Each page is opened as those open it who work with it, from their first page on, one address of each kind.
"""

import re
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.urls import Resolver404, resolve, reverse

from opennrm.access.queries import demonstration_accounts
from opennrm.desk.demonstration.filling import fill
from opennrm.own.views.hers import TERMINAL_COOKIE, VISIT_COOKIE
from tests.factories import Office
from tests.house import test_walls as walls
from tests.house.boxes import OF_SIGN_IN, SIGN_IN
from tests.house.test_neutral import betrayed
from tests.journeys.conftest import PHONE, accessible

pytestmark = [pytest.mark.browser]

# These end the visit.
ENDS = {"close", "sign_out"}
# What a browser saves instead of showing it.
SAVED = {"figure_csv", "figure_xlsx", "list_form", "attachment:content"}
# Cookies by name: whether scripts are kept from it.
COOKIES = {
    settings.SESSION_COOKIE_NAME: True,
    settings.CSRF_COOKIE_NAME: True,
    settings.LANGUAGE_COOKIE_NAME: False,
    VISIT_COOKIE: True,
    TERMINAL_COOKIE: True,
}
CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")

WATCH = """addEventListener('securitypolicyviolation', event =>
  console.error('broken policy: ' + event.violatedDirective + ' ' + event.blockedURI))"""
BREAKS = """() => {
  window.broken = 0
  addEventListener('securitypolicyviolation', () => { window.broken += 1 })
  document.body.append(Object.assign(document.createElement('img'), {src: 'http://192.0.2.1/x.png'}))
  try { document.body.innerHTML = '<b>x</b>' } catch { }
}"""
LEFT = """async () => ({
  local: localStorage.length, session: sessionStorage.length, databases: (await indexedDB.databases()).length,
  caches: (await caches.keys()).length, workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
NOTHING = {"local": 0, "session": 0, "databases": 0, "caches": 0, "workers": 0}
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
LINKS = "all => all.map(one => one.href)"
# How a browser takes each box in which something can be typed: its own word, or that of its form.
BOXES = """all => all.filter(one => !['hidden', 'checkbox', 'radio', 'submit', 'button', 'file'].includes(one.type))
  .map(one => [one.name, one.getAttribute('autocomplete') || (one.form && one.form.getAttribute('autocomplete')) || ''])
"""


class Wanderer:
    """Somebody who opens one page of each kind that links lead to, and looks at what her browser says."""

    def __init__(self, page, site, who, *, checked=None):
        self.page, self.site, self.who, self.checked = page, site, who, checked
        self.opened, self.asked, self.boxes = {}, [], 0
        page.set_default_timeout(60_000)
        page.add_init_script(WATCH)
        page.context.on("request", lambda sent: self.asked.append(sent.url))
        page.on("console", lambda said: page.faults.append(said.text) if said.type == "error" else None)

    def wander(self, *first):
        waiting = list(first)
        while waiting:
            address = waiting.pop(0)
            name = self._kind(address)
            if name and name not in self.opened and name not in ENDS:
                waiting += self._save(name, address) if name in SAVED else self._open(name, address)
        self._asked_nobody_else()
        self._keeps_only_known_cookies()

    def _kind(self, address):
        """The name of the page behind an address of the service; empty for what is none."""
        there = urlsplit(address)
        if there.netloc and f"{there.scheme}://{there.netloc}" != self.site:
            return ""
        try:
            return resolve(there.path).view_name or ""
        except Resolver404:
            return ""

    def _open(self, name, address):
        answer = self.page.goto(address, wait_until="load")
        where = (self.who, name, urlsplit(address).path)
        self.opened[name] = answer.status
        assert answer.status < 500, where
        assert answer.headers["cache-control"] == "no-store", where
        if answer.status >= 400:
            self.page.faults[:] = [said for said in self.page.faults if "Failed to load resource" not in said]
        assert self.page.faults == [], (where, self.page.faults)
        assert self.page.evaluate(LEFT) == NOTHING, where
        title = self.page.title()
        assert title, where
        assert not betrayed(title), (where, title)
        assert not CODE.search(title), (where, title)
        for box, kept in self.page.eval_on_selector_all("input, textarea, select", BOXES):
            self.boxes += 1
            assert kept == "off" or (kept in OF_SIGN_IN and where[2].startswith(SIGN_IN)), (where, box, kept)
        self._look_at(name)
        return self.page.eval_on_selector_all("a[href]", LINKS)

    def _look_at(self, name):
        """Axe, and whether it fits the phone: once for each kind of page, whoever comes first."""
        if self.checked is None or name in self.checked:
            return
        self.checked[name] = self.page.evaluate(FITS) or "wider than the phone"
        try:
            accessible(self.page)
        except AssertionError as found:
            self.checked[name] = str(found)[:300]

    def _save(self, name, address):
        answer = self.page.context.request.get(address)
        self.opened[name] = answer.status
        assert answer.headers["cache-control"] == "no-store", (self.who, name)
        assert "attachment" in answer.headers["content-disposition"], (self.who, name)
        return []

    def _asked_nobody_else(self):
        assert [url for url in self.asked if not url.startswith(f"{self.site}/")] == [], self.who

    def _keeps_only_known_cookies(self):
        kept = {cookie["name"]: cookie for cookie in self.page.context.cookies()}
        assert kept.keys() <= COOKIES.keys(), self.who
        assert settings.SESSION_COOKIE_NAME in kept, self.who
        for name, cookie in kept.items():
            if name != settings.LANGUAGE_COOKIE_NAME:  # set by this test itself, and no secret
                assert cookie["httpOnly"] is COOKIES[name], (self.who, name)
                assert cookie["sameSite"] in {"Lax", "Strict"}, (self.who, name)
        assert kept[settings.SESSION_COOKIE_NAME]["expires"] == -1, "gone when the browser closes"


def addresses(records):
    """Every address with a code, with the records that somebody made."""
    for name, pattern in walls.EVERY.items():
        if pattern.pattern.converters and name not in walls.OF_A_CHECK | walls.OF_A_LIST:
            for code in records.get(name.partition(":")[0], ())[:1]:
                yield walls.address(name, code)


def test_no_page_of_who_leads_a_case_asks_another_site_or_leaves_anything(visit, site):
    office = Office()
    records = walls.one_of_each(office)

    with visit(office.lead, PHONE) as page:
        her = Wanderer(page, site, "lead")
        her.wander("/", *addresses(records))
        seen = [name for name, status in her.opened.items() if status == 200]

    assert len(seen) > 60, sorted(seen)
    assert her.boxes > 100
    assert {"case", "case:attach", "attachment:content", "case:own", "worklist"} <= set(seen)


@pytest.mark.long
def test_no_page_of_any_role_asks_another_site_or_leaves_anything(visit, site):
    fill()
    seen, checked = set(), {}

    for account in demonstration_accounts():
        with visit(account, PHONE, language="sr") as page:
            her = Wanderer(page, site, account.sign_in, checked=checked)
            her.wander("/", reverse("known_in"), reverse("own_sign_in"))
            seen |= {name for name, status in her.opened.items() if status == 200}

    assert {name: found for name, found in checked.items() if found is not True} == {}
    assert len(seen) > 120, sorted(set(walls.EVERY) - seen)


def test_a_page_against_the_policy_would_be_seen(visit, site):
    """What the wanderer listens to does speak."""
    with visit(Office().lead, PHONE) as page:
        her = Wanderer(page, site, "lead")
        page.goto("/components")
        page.evaluate(BREAKS)
        page.wait_for_function("() => window.broken > 1")
        said, page.faults[:] = list(page.faults), []

    for directive in ("img-src", "require-trusted-types-for"):
        assert any(f"broken policy: {directive}" in words for words in said), (her.who, said)
