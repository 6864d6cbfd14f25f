"""The way in: code and number, on the device that the access is for; slowed down and locked when somebody guesses."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse

from opennrm.access.actions import block
from opennrm.access.country import current_profile
from opennrm.audit.models import Entry
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.errors import NotAllowed
from opennrm.kernel.public_code import new_code
from opennrm.own import actions
from opennrm.own.actions import Given, Knock, enter, open_together
from opennrm.own.models import OwnAccess, Terminal, Tries, Visit
from opennrm.own.rules import IDLE, LONGEST, MOST_TRIES, PHONE, TOGETHER
from opennrm.own.views.hers import VISIT_COOKIE, keep_visit
from opennrm.parties.actions import note_birth_year, record_contact_rule
from opennrm.parties.models import ContactRule
from opennrm.workflow.models import Notice
from tests.factories import an_agency, staff
from tests.own.entering import SECRET, Her, a_terminal, an_access, she_enters

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def knock(code, secret=SECRET, *, terminal=None, address="192.0.2.1"):
    return Knock(code, secret, address, "en", terminal)


def test_she_enters_with_code_and_number_on_a_terminal(office):
    case = office.case()
    _, code = an_access(case, office.lead)
    her = Her(terminal=a_terminal(case))

    entered = her.enter(f" {code.lower().replace('-', ' ')} ")

    assert (entered.status_code, entered["Location"]) == (302, "/my")
    assert "Where things stand" in her.words()
    assert Entry.objects.filter(verb="own.enter", by=case.person.ref).count() == 1


def test_code_and_number_stand_nowhere_in_the_database(office, slow_digest):
    access, code = an_access(office.case(), office.lead)

    row = OwnAccess.unscoped.values().get()
    assert access.secret_digest.startswith("argon2")
    assert not [value for value in row.values() if code in str(value) or SECRET in str(value)]
    assert not [entry for entry in Entry.objects.all() if code in entry.facts_text or SECRET in entry.facts_text]


@pytest.mark.parametrize("wrong", ["number", "code", "no code", "ended", "over", "elsewhere"])
def test_whatever_is_wrong_the_answer_is_the_same(office, wrong):
    case = office.case()
    access, code = an_access(case, office.lead)
    terminal = a_terminal(case)
    secret, at = SECRET, now()
    if wrong == "number":
        secret = "592817"
    elif wrong == "code":
        code = new_code()
    elif wrong == "no code":
        code = "Primer Ogled"
    elif wrong == "ended":
        actions.end(access, by=office.lead)
    elif wrong == "over":
        at = now() + timedelta(days=31)
    her = Her(terminal="" if wrong == "elsewhere" else terminal)

    with frozen(at):
        answer = her.enter(code, secret)

    assert answer.status_code == 400
    assert "This does not fit. Look at both once more." in answer.content.decode()
    assert VISIT_COOKIE not in her.cookies
    assert Visit.objects.count() == 0


def test_another_persons_number_does_not_fit_her_code(office):
    one, two = office.case(), office.case()
    _, code = an_access(one, office.lead, secret="483920")
    an_access(two, office.lead, secret="715264")

    assert not enter(knock(code, "715264")).token


@pytest.mark.parametrize("is_real", [True, False])
def test_guessing_is_slowed_down_alike_for_a_real_and_an_invented_code(office, is_real):
    case = office.case()
    _, real = an_access(case, office.lead)
    her, code, at = Her(terminal=a_terminal(case)), real if is_real else new_code(), now()
    said = []
    for _ in range(MOST_TRIES + 2):
        with frozen(at):
            answer = her.enter(code, "592817")
            said.append("too many tries" in answer.content.decode())
        at += timedelta(seconds=20)

    assert said[:4] == [False, False, False, True]  # the third wrong try makes the fourth wait
    assert said.count(True) > said.count(False) - 2


def test_the_right_number_waits_too_and_opens_afterwards(office):
    case = office.case()
    _, code = an_access(case, office.lead)
    her, at = Her(terminal=a_terminal(case)), now()
    with frozen(at):
        for _ in range(3):
            her.enter(code, "592817")
        assert "too many tries" in her.enter(code).content.decode()

    with frozen(at + timedelta(seconds=31)):
        assert her.enter(code).status_code == 302
    assert not Tries.objects.filter(locked_until__gt=now()).exists()


def test_after_ten_wrong_tries_the_access_ends_and_the_lead_is_told(office):
    case = office.case()
    access, code = an_access(case, office.lead)
    her, at = Her(terminal=a_terminal(case)), now()
    for _ in range(MOST_TRIES):
        with frozen(at):
            her.enter(code, "592817")
        at += timedelta(minutes=31)

    access.refresh_from_db()
    assert access.ended_because == "locked"
    assert Notice.objects.filter(account=office.lead, verb="case.own_view_locked").count() == 1
    with frozen(at + timedelta(days=3)):
        assert her.enter(code).status_code == 400


def test_an_address_that_tries_many_codes_waits(office):
    case = office.case()
    _, code = an_access(case, office.lead)
    her = Her(terminal=a_terminal(case))
    for _ in range(30):
        enter(knock(new_code(), address="127.0.0.1"))

    assert "too many tries" in her.enter(code).content.decode()
    assert enter(knock(code, address="192.0.2.9")).must_wait is False


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        (None, "No rule"),
        ("none", "does not allow"),
        ("through_sender", "does not allow"),
        ("in_person", "does not allow"),
    ],
)
def test_her_own_phone_is_refused_where_the_rule_of_contact_does_not_allow_it(office, channel, says):
    case = office.case()
    if channel:
        record_contact_rule(case.person, channel=channel, by=office.lead)
    else:
        ContactRule.objects.all().delete()

    with pytest.raises(NotAllowed, match=says):
        actions.give(case, Given(PHONE, "en", 30, SECRET), by=office.lead)
    assert not OwnAccess.unscoped.exists()


def test_her_own_phone_opens_until_the_rule_of_contact_changes(office):
    case = office.case()
    _, code = an_access(case, office.lead, way=PHONE)
    her = Her()
    assert her.enter(code).status_code == 302
    assert "Where things stand" in her.words()

    record_contact_rule(case.person, channel="none", by=office.lead)

    assert 'name="code"' in her.words()
    assert her.enter(code).status_code == 400


def test_her_own_phone_opens_in_her_safe_hours_only(office):
    case = office.case()
    record_contact_rule(case.person, channel="telephone", hours="18:00-19:00", by=office.lead)
    _, code = actions.give(case, Given(PHONE, "en", 90, SECRET), by=office.lead)
    evening = (now() + timedelta(days=1)).replace(hour=17, minute=30)
    evening -= timedelta(hours=current_profile().calendar.local(evening).hour - 18)

    with frozen(evening - timedelta(hours=4)):
        assert Her().enter(code).status_code == 400
    with frozen(evening):
        assert Her().enter(code).status_code == 302


@pytest.mark.parametrize(
    "secret",
    ["12345", "1234567890123", "123456", "987654", "111111", "121212", "484848", "48392a", "１２３４５６", "19990101"],
)
def test_a_number_that_is_guessed_easily_is_refused(office, secret):
    case = office.case()
    note_birth_year(case.person, 1999, by=office.lead)

    with pytest.raises(NotAllowed):
        an_access(case, office.lead, secret=secret)


def test_a_new_access_ends_the_earlier_and_its_visit(office):
    case = office.case()
    her = she_enters(case, office.lead)

    an_access(case, office.lead)

    assert 'name="code"' in her.words()
    assert OwnAccess.unscoped.filter(ended_because="renewed").count() == 1


@pytest.mark.parametrize(("after", "is_open"), [(IDLE - timedelta(seconds=1), True), (IDLE, False)])
def test_a_visit_closes_itself_when_nothing_is_done(office, after, is_open):
    at = now()
    with frozen(at):
        her = she_enters(office.case(), office.lead)

    with frozen(at + after):
        assert ("Where things stand" in her.words()) is is_open
    assert her.cookies[VISIT_COOKIE].value or not is_open


def test_a_visit_ends_after_twenty_minutes_whatever_is_done(office):
    at = now()
    with frozen(at):
        her = she_enters(office.case(), office.lead)
    for minute in range(4, 20, 4):
        with frozen(at + timedelta(minutes=minute)):
            assert "Where things stand" in her.words()

    with frozen(at + LONGEST):
        assert 'name="code"' in her.words()


def test_the_browser_is_told_when_to_close_the_page(office):
    at = now()
    with frozen(at):
        her = she_enters(office.case(), office.lead)
        opened = her.get(reverse("my"))

    assert opened["Refresh"] == "303; url=/my"
    assert "no-store" in opened["Cache-Control"]


def test_closing_leaves_no_cookie_and_clears_what_the_browser_kept(office):
    her = she_enters(office.case(), office.lead)
    visit = her.visit

    left = her.post(reverse("my_leave"))

    assert left.cookies[VISIT_COOKIE]["max-age"] == 0
    assert left["Clear-Site-Data"] == '"cache", "storage"'
    assert Visit.objects.get(pk=visit.pk).ended_at
    assert 'name="code"' in her.words()


def test_on_her_own_phone_closing_clears_every_cookie(office):
    case = office.case()
    _, code = an_access(case, office.lead, way=PHONE)
    her = Her()
    her.enter(code)

    assert '"cookies"' in her.post(reverse("my_leave"))["Clear-Site-Data"]


def test_her_page_sets_no_cookie_but_that_of_the_visit(office):
    case = office.case()
    _, code = an_access(case, office.lead)
    her = Her(terminal=a_terminal(case))
    her.get(reverse("my"))
    her.enter(code)
    for name in ("my", "my_rights", "my_help", "my_read", "my_ask"):
        her.get(reverse(name))

    kept = her.cookies[VISIT_COOKIE]
    assert set(her.cookies) == {VISIT_COOKIE, "terminal"}
    assert (kept["path"], kept["samesite"], kept["httponly"], kept["max-age"], kept["expires"]) == (
        "/my",
        "Strict",
        True,
        "",
        "",
    )
    assert bool(kept["secure"]) is settings.SESSION_COOKIE_SECURE


@pytest.mark.parametrize("sent", [{"HTTP_ORIGIN": "https://example.org"}, {"HTTP_SEC_FETCH_SITE": "cross-site"}])
def test_another_site_cannot_enter_for_her(office, sent):
    case = office.case()
    _, code = an_access(case, office.lead)

    assert Her(terminal=a_terminal(case)).enter(code, **sent).status_code == 400
    assert Visit.objects.count() == 0


# --- together with a colleague


def test_together_the_colleague_is_signed_out_and_her_number_opens(client, office):
    case = office.case()
    _, code = an_access(case, office.lead, way=TOGETHER)
    client.force_login(office.lead)

    lent = client.post(reverse("case:own_together", args=[case.code]), {"key": "once"})

    assert (lent.status_code, lent["Location"]) == (302, "/my")
    assert client.get(reverse("case", args=[case.code])).status_code == 302, "the colleague's pages are gone"
    asked = client.get(reverse("my")).content.decode()
    assert "Now enter your number" in asked
    assert "Where things stand" not in asked
    her = Her()
    her.cookies = client.cookies
    assert her.send("my", secret="592817").status_code == 400
    assert her.send("my", secret=SECRET).status_code == 302
    assert "Where things stand" in her.words()
    assert Her().enter(code).status_code == 400, "with the code alone it opens nowhere"


def test_together_ends_when_the_colleague_has_no_access_any_more(office):
    case = office.case()
    access, _ = an_access(case, office.lead, way=TOGETHER)
    her = Her()
    her.cookies[VISIT_COOKIE] = open_together(access, by=office.lead)
    her.send("my", secret=SECRET)
    assert "Where things stand" in her.words()

    block(case.file_code, office.lead, reason="relative", by=office.duty)

    assert 'name="code"' in her.words()


def test_a_visit_ends_when_a_colleague_signs_in_beside_it(office):
    her = she_enters(office.case(), office.lead)
    her.force_login(office.lead)

    assert 'name="code"' in her.words()
    her.logout()
    assert 'name="code"' in her.words()


def test_entering_ends_the_session_of_a_colleague_in_this_browser(office):
    case = office.case()
    _, code = an_access(case, office.lead)
    her = Her(terminal=a_terminal(case))
    her.force_login(office.duty)

    her.enter(code)

    assert "Where things stand" in her.words()
    assert her.get(reverse("worklist")).status_code == 302


# --- terminals


def test_a_terminal_that_was_ended_opens_nothing(office):
    case = office.case()
    _, code = an_access(case, office.lead)
    her = Her(terminal=a_terminal(case))
    actions.end_terminal(Terminal.objects.get(), by=staff("administrator"))

    assert her.enter(code).status_code == 400


def test_only_an_office_that_gives_her_page_has_terminals(office):
    with pytest.raises(NotAllowed, match="kind of office"):
        actions.set_up_terminal(an_agency("police"), by=staff("administrator"))
    with pytest.raises(NotAllowed):
        actions.set_up_terminal(an_agency("centre"), by=office.lead)


def test_a_terminal_is_set_up_from_its_page_and_signs_the_colleague_out(client, office):
    client.force_login(staff("administrator"))
    page = client.get(reverse("terminals")).content.decode()
    assert "Make this browser a terminal" in page

    done = client.post(reverse("terminals"), {"agency": office.case().agency.code})

    assert done["Location"] == "/my"
    assert done.cookies["terminal"]["path"] == "/my"
    assert client.get(reverse("worklist")).status_code == 302


def test_keep_visit_ends_with_the_browser():
    response = HttpResponse()
    keep_visit(response, "x")

    assert response.cookies[VISIT_COOKIE]["max-age"] == ""
