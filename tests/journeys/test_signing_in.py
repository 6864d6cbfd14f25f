"""Signing in with a real browser: a passkey made, used alone, after a password, to confirm; an app without scripts."""

import re

import pytest
from django.urls import reverse

from opennrm.access.actor import SYSTEM
from opennrm.access.signing_in.factors import factors
from opennrm.access.staffing import give_password
from tests.access.signing_in.codes import code_of
from tests.factories import PASSWORD, staff
from tests.journeys.conftest import DESK, PHONE, accessible

pytestmark = pytest.mark.browser
NEW = "seven tin kettles sing"


@pytest.fixture
def named(site):
    """The server under a name: a passkey belongs to a name."""
    return site.replace("127.0.0.1", "localhost")


@pytest.fixture
def opened(browser, named):
    contexts = []

    def open_page(size=PHONE, *, scripts=True):
        context = browser.new_context(viewport=size, base_url=named, java_script_enabled=scripts)
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on(
            "console", lambda said: page.faults.append(said.text) if "Content Security Policy" in said.text else None
        )
        return page

    yield open_page
    for context in contexts:
        assert [page.faults for page in context.pages] == [[] for _ in context.pages]
        context.close()


def with_device(page):
    """A device that makes and shows passkeys, always unlocked by its owner."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def sign_in(page, password):
    page.goto(reverse("sign_in"))
    page.get_by_label("Sign-in name").fill("m.uzor")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_first_sign_in_sets_up_a_passkey_which_then_opens_everything(opened, settings):
    settings.SECOND_FACTOR_REQUIRED, settings.OPENNRM_CONFIRM_MINUTES = True, 10
    account = staff("labour_inspector", "m.uzor")
    give_password(account, PASSWORD, by=SYSTEM)
    page = opened()
    with_device(page)
    page.goto(reverse("sign_in"))
    accessible(page)

    sign_in(page, PASSWORD)
    page.get_by_role("heading", name="Choose a password").wait_for()
    accessible(page)
    page.get_by_label("New password").fill(NEW)
    page.get_by_label("The same again").fill(NEW)
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("heading", name="Set up your second factor").wait_for()
    accessible(page)
    page.get_by_role("link", name=re.compile("A passkey")).click()
    page.get_by_role("heading", name="Add a passkey").wait_for()
    accessible(page)
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_role("button", name="Show new codes").click()
    page.get_by_text("They are not shown again").wait_for()
    accessible(page)
    assert page.locator(".codes li").count() == 10
    page.get_by_role("button", name="I have written them down").click()
    page.wait_for_url(re.compile("my-notes"))

    page.goto(reverse("own_sign_in"))
    accessible(page)
    page.goto(reverse("own_factor_remove", query={"factor": str(factors(account).passkeys[0].pk)}))
    accessible(page)
    page.get_by_role("button", name="Sign out").first.click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(re.compile("my-notes"))

    page.context.clear_cookies()
    sign_in(page, NEW)
    page.get_by_role("heading", name="Your second factor").wait_for()
    accessible(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(re.compile("my-notes"))

    settings.OPENNRM_CONFIRM_MINUTES = -1  # however short ago, it is asked
    page.goto(reverse("own_password"))
    page.get_by_role("heading", name="Is it you?").wait_for()
    accessible(page)
    settings.OPENNRM_CONFIRM_MINUTES = 10
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("heading", name="Choose a password").wait_for()


def test_an_app_is_set_up_without_any_script(opened, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    account = staff("labour_inspector", "m.uzor", with_password=True)
    page = opened(DESK, scripts=False)

    sign_in(page, PASSWORD)
    page.get_by_role("link", name=re.compile("An authenticator app")).click()
    assert page.locator(".qr svg").is_visible()
    page.get_by_text("Type it instead").click()
    secret = page.locator(".code-wide").inner_text().replace(" ", "")
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Show new codes").click()
    page.get_by_role("button", name="I have written them down").click()
    page.wait_for_url(re.compile("my-notes"))

    assert factors(account).app is not None


def test_a_passkey_that_fails_costs_a_sentence_and_the_other_ways_stay(opened, named):
    page = opened()
    page.route("**/passkey/options", lambda route: route.abort())
    page.goto(reverse("sign_in"))

    page.get_by_role("button", name="Sign in with a passkey").click()

    page.get_by_text("The passkey was not used").wait_for()
    accessible(page)
    page.goto(named.replace("localhost", "127.0.0.1") + reverse("sign_in"))
    page.get_by_text("Passkeys work only where the service is opened by a name").wait_for()
    assert not page.get_by_role("button", name="Sign in with a passkey").is_visible()
