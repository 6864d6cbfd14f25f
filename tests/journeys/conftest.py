"""A real server, a real browser, and axe."""

import os
import time
from contextlib import closing, contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
HESITATES_AFTER = 600
"""Bytes: a page has begun, and shows nothing yet."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Each journey in English in every run; in Serbian the thread always, the others in the long run, on SQLite alone:
    what a page says does not depend on the database.
    """
    translated = [item for item in items if _is_translated(item)]
    for item in translated:
        item.add_marker(pytest.mark.long)
    if os.environ.get("OPENNRM_TEST_DATABASE") == "postgresql" and translated:
        config.hook.pytest_deselected(items=translated)
        items[:] = [item for item in items if not _is_translated(item)]


def _is_translated(item):
    language = getattr(getattr(item, "callspec", None), "params", {}).get("language", "en")
    return language != "en" and item.path.parent.name == "journeys" and item.path.name != "test_thread.py"


@pytest.fixture
def site(own_database, live_server_in):
    """The address of a server over a database of this test's own."""
    return live_server_in


@pytest.fixture
def live_server_in(own_database):
    from django.test.testcases import LiveServerThread, _StaticFilesHandler

    class Hesitant(_StaticFilesHandler):
        """Sends the beginning of an answer, and the rest a while later, as a bad line would."""

        def __call__(self, environ, start_response):
            with closing(super().__call__(environ, start_response)) as answer:
                whole = b"".join(answer)
            yield whole[:HESITATES_AFTER]
            time.sleep(float(os.environ["OPENNRM_TEST_SLOW_PAGES"]))
            yield whole[HESITATES_AFTER:]

    server = Hesitant if "OPENNRM_TEST_SLOW_PAGES" in os.environ else _StaticFilesHandler
    thread = LiveServerThread("127.0.0.1", server, connections_override={})
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


@pytest.fixture
def visit(browser, site):
    """Opens a signed-in page: `with visit("inspector", PHONE) as page`."""

    @contextmanager
    def opened(account, size=DESK, *, scripts=True, language="en"):
        from django.conf import settings
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

        from opennrm.access.signing_in.store import SessionStore

        session = SessionStore()
        session[SESSION_KEY] = str(account.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = account.get_session_auth_hash()
        session.create()
        context = browser.new_context(
            viewport=size, java_script_enabled=scripts, base_url=site, reduced_motion="reduce"
        )
        context.set_default_timeout(15_000)
        cookies = {settings.SESSION_COOKIE_NAME: session.session_key, settings.LANGUAGE_COOKIE_NAME: language}
        context.add_cookies([{"name": n, "value": v, "url": site} for n, v in cookies.items()])
        page = context.new_page()
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on(
            "console", lambda said: page.faults.append(said.text) if "Content Security Policy" in said.text else None
        )
        yield page
        assert page.faults == []
        context.close()

    return opened


def accessible(page):
    """axe finds nothing on the page as it stands."""
    results = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    found = [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in results.response["violations"]]
    assert found == [], (page.url, found)
