"""The page of components and the shells, as HTML and in a real browser."""

import re
from html.parser import HTMLParser

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template.loader import render_to_string
from django.test import Client

from tests.desk import component_urls
from tests.desk.sources import TEMPLATES

PAGES = [
    "/components",
    "/components?as=phone",
    "/sign-in",
    "/page/404.html",
    "/page/400.html",
    "/page/500.html",
    "/page/csrf.html",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Ids(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.pointed: list[str] = []
        self.headings = 0
        self.title = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            if name in {"for", "aria-labelledby", "aria-describedby"} and value:
                self.pointed += value.split()
        self.headings += tag == "h1"


@pytest.mark.parametrize("language", ["en", "sr", "sr-latn"])
@pytest.mark.parametrize("page", PAGES)
def test_page_is_sound_in_every_language(look, page, language):
    response = Client(headers={"accept-language": language}).get(page)
    html = response.content.decode()
    read = Ids()
    read.feed(html)

    assert response.status_code == 200
    assert read.headings == 1
    assert len(read.ids) == len(set(read.ids))
    assert set(read.pointed) <= set(read.ids)
    assert f'<html lang="{ {"en": "en", "sr": "sr-Cyrl", "sr-latn": "sr-Latn"}[language] }"' in html
    assert not re.search(r"\{[{%]|None</", html)


def test_every_component_stands_on_the_page_of_components(look):
    shown = {"shell.html", "phone.html"}
    text = "".join(path.read_text("utf-8") for path in TEMPLATES)
    components = {p.name for p in TEMPLATES if p.parent.name == "components"}

    used = set(re.findall(r"components/([\w.]+\.html)", text)) | shown

    by_tag = {"clock.html", "clock_bar.html", "error_summary.html"}
    by_form = {"form.html", "field.html", "answer.html"}
    elsewhere = {"draft_notices.html"}
    assert components <= used | by_tag | by_form | elsewhere


@pytest.mark.parametrize("page", ["/sign-in", "/components?as=phone", "/page/404.html", "/page/500.html"])
def test_neutral_pages_tell_nothing(look, page):
    html = Client().get(page).content.decode()

    assert not re.search(r"OpenNRM|traffick|victim|referral", html, re.IGNORECASE)


@pytest.mark.parametrize("name", ["404.html", "403.html", "400.html", "500.html", "csrf.html"])
def test_error_pages_render_without_a_request(look, name):
    assert "<h1" in render_to_string(name)


def test_what_one_may_not_see_does_not_exist(look):
    assert render_to_string("403.html") == render_to_string("404.html")


def test_close_ends_the_session_and_shows_nothing(look):
    client = Client()
    session = client.session
    session["x"] = "secret"
    session.save()
    client.cookies["sessionid"] = session.session_key or ""

    response = client.post("/close")

    assert response["Clear-Site-Data"] == '"cache"'
    assert "no-store" in response["Cache-Control"]
    assert re.search(r"<main></main>", response.content.decode())
    assert client.get("/close").status_code == 405


@pytest.mark.browser
@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_nothing_and_nothing_overflows(look_server, chromium, page):
    for width, scheme, language in ((390, "light", "sr"), (1280, "dark", "en"), (320, "light", "sr-latn")):
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, locale=language, bypass_csp=True
        )
        tab = context.new_page()
        tab.goto(look_server + page)

        found = Axe().run(tab, options={"runOnly": RULES}).response["violations"] if width > 320 else []
        overflow = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

        assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found] == []
        assert overflow == 0
        context.close()


@pytest.mark.browser
def test_the_policy_against_inline_code_is_never_touched(look_server, chromium):
    for page in PAGES:
        tab = chromium.new_page()
        said: list[str] = []
        tab.on("console", lambda message, said=said: said.append(message.text))
        tab.on("pageerror", lambda error, said=said: said.append(str(error)))

        tab.goto(look_server + page)

        assert said == []
        tab.close()


@pytest.mark.browser
@pytest.mark.parametrize("way", ["click", "escape", "without script"])
def test_close_leaves_nothing_behind(look_server, chromium, way):
    context = chromium.new_context(java_script_enabled=way != "without script")
    tab = context.new_page()
    tab.goto(look_server + "/page/404.html")
    tab.goto(look_server + "/components?as=phone")
    # The link to nowhere of the sample cannot be followed by Back, so a page of ours stands in.
    if way != "without script":
        tab.evaluate("document.querySelector('[data-close]').dataset.close = '/page/closed.html'")
    before = tab.evaluate("history.length") if way != "without script" else 0

    if way == "escape":
        for _ in range(3):
            tab.keyboard.press("Escape")
    else:
        tab.get_by_role("button", name="Close").click()
    tab.wait_for_function("document.title === 'Closed'") if way != "without script" else tab.wait_for_url("**/close")

    assert tab.locator("main").inner_text() == ""
    if way != "without script":
        assert tab.evaluate("history.length") == before
        tab.go_back()
        assert "404" in tab.url
    context.close()


@pytest.mark.browser
def test_a_form_is_sent_once_and_its_draft_outlives_the_session(look_server, chromium):
    component_urls.sent.clear()
    component_urls.signed_in["now"] = False
    tab = chromium.new_page()
    tab.goto(look_server + "/draft")
    tab.get_by_label("Text").fill("What she said")

    tab.get_by_role("button", name="Send").click()
    tab.get_by_text("You have been signed out.").wait_for()

    assert component_urls.sent == []
    assert tab.get_by_label("Text").input_value() == "What she said"

    component_urls.signed_in["now"] = True
    tab.get_by_role("button", name="Send").dblclick()
    tab.wait_for_url("**/receive")

    assert component_urls.sent == [{"csrfmiddlewaretoken": "fresh", "text": "What she said", "what": "send"}]
    tab.close()


@pytest.mark.browser
def test_another_account_cannot_send_what_this_one_wrote(look_server, chromium):
    component_urls.sent.clear()
    tab = chromium.new_page()
    tab.goto(look_server + "/draft")
    tab.evaluate("document.querySelector('form[data-account]').dataset.account = 'other'")

    tab.get_by_role("button", name="Send").click()
    tab.get_by_text("Somebody else has signed in since.").wait_for()

    assert component_urls.sent == []
    tab.close()


@pytest.mark.browser
def test_what_was_unsealed_closes_by_itself(look_server, chromium):
    tab = chromium.new_page()
    tab.clock.install()
    tab.goto(look_server + "/sealed")
    assert tab.get_by_text("Mira Probić").is_visible()

    tab.clock.fast_forward("04:50")
    assert tab.get_by_text("Mira Probić").is_visible()
    tab.clock.fast_forward("00:15")
    tab.wait_for_url("**/components")

    assert tab.get_by_text("Mira Probić").count() == 0
    tab.close()


@pytest.mark.browser
def test_the_error_summary_takes_the_focus_and_leads_to_the_field(look_server, chromium):
    tab = chromium.new_page()
    tab.goto(look_server + "/components")

    assert tab.evaluate("document.activeElement.hasAttribute('data-errors')")

    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "id_light-wrong-year"
    tab.close()


@pytest.mark.browser
def test_the_keyboard_reaches_the_content_first(look_server, chromium):
    tab = chromium.new_page()
    tab.goto(look_server + "/page/404.html")

    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    tab.keyboard.press("Enter")

    assert tab.evaluate("document.activeElement.id") == "main"
    tab.close()


@pytest.mark.browser
def test_targets_are_large_enough_for_a_thumb(look_server, chromium):
    tab = chromium.new_page(viewport={"width": 390, "height": 800})
    tab.goto(look_server + "/components?as=phone")

    heights = tab.locator(".button, .close, .answer").evaluate_all(
        "all => all.map((each) => [each.className, each.getBoundingClientRect().height])"
    )

    assert heights

    assert all(height >= (56 if "answer" in name else 44 if "close" in name else 48) for name, height in heights)
    tab.close()
