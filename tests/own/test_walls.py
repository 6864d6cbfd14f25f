"""Her session and a colleague’s stand apart; how a colleague gives her the page and ends it."""

import re

import pytest
from django.urls import reverse

from opennrm.own import actions
from opennrm.own.models import Visit
from tests.house.test_walls import EVERY, OPEN, address
from tests.own.entering import Her, she_enters

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_her_session_opens_no_page_of_the_service(office):
    her = she_enters(office.case(), office.lead)

    for name in set(EVERY) - OPEN:
        answer = her.get(address(name, "7KQ4-RM2X") if EVERY[name].pattern.converters else reverse(name))
        assert answer.status_code in {302, 405}, name
        if answer.status_code == 302:
            assert answer["Location"].startswith("/sign-in"), name


def test_a_colleagues_session_opens_no_page_of_hers(client, office):
    she_enters(office.case(), office.lead)
    client.force_login(office.lead)

    assert 'name="code"' in client.get(reverse("my"), {"l": "en"}).content.decode()
    for name in ("my_rights", "my_help", "my_read", "my_ask"):
        assert client.get(reverse(name))["Location"] == "/my"
    assert client.post(reverse("my_language"), {"language": "en"})["Location"] == "/my"


@pytest.mark.parametrize("cookie", ["", "x", "0" * 43, "\u00e9", "x" * 5000])
def test_a_cookie_that_is_none_opens_nothing_and_goes(cookie):
    her = Her()
    her.cookies["page"] = cookie

    answer = her.get(reverse("my"))

    assert 'name="code"' in answer.content.decode()
    assert not cookie or answer.cookies["page"]["max-age"] == 0


def test_a_colleague_gives_the_code_once_and_it_is_kept_nowhere(client, office):
    case = office.case()
    client.force_login(office.lead)
    page = reverse("case:own", args=[case.code])
    fields = {"way": "terminal", "language": "vi", "days": "30", "secret": "483920", "again": "483920"}

    given = client.post(page, fields)

    code = re.search(r'class="code">([2-9A-Z]{4}-[2-9A-Z]{4})<', given.content.decode()).group(1)
    assert given.status_code == 200
    assert "483920" not in given.content.decode()
    for name in ("case:own", "case"):
        assert code not in client.get(reverse(name, args=[case.code])).content.decode()
    assert actions.enter(actions.Knock(code, "483920", "", "vi")).token == "", "and not from anywhere"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"again": "483921"}, "The two numbers differ"),
        ({"secret": "123456", "again": "123456"}, "guessed easily"),
        ({"secret": "48392", "again": "48392"}, "6 to 12 digits"),
        ({"way": "phone"}, "somebody else may hold"),
        ({"way": ""}, "is not answered yet"),
        ({"days": "365"}, "365 is not one of the available choices"),
        ({"language": "xx"}, "xx is not one of the available choices"),
    ],
)
def test_what_is_wrong_when_access_is_given_is_said_and_nothing_is_given(client, office, fields, says):
    case = office.case()
    client.force_login(office.lead)
    right = {"way": "terminal", "language": "en", "days": "30", "secret": "483920", "again": "483920"}

    answer = client.post(reverse("case:own", args=[case.code]), right | fields)

    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert not Visit.objects.exists()
    assert "483920" not in answer.content.decode()


def test_access_is_ended_from_the_case(client, office):
    case = office.case()
    her = she_enters(case, office.lead)
    client.force_login(office.lead)

    ended = client.post(reverse("case:own_end", args=[case.code]), {"key": "once"})
    again = client.post(reverse("case:own_end", args=[case.code]), {"key": "once"})

    assert (ended.status_code, again.status_code) == (302, 409)
    assert 'name="code"' in her.words()


def test_who_may_not_lead_finds_no_way_to_give_it(client, office):
    case = office.case_with_panel()
    client.force_login(office.members[0])

    for name in ("case:own", "case:own_end", "case:own_together"):
        assert client.get(reverse(name, args=[case.code])).status_code == 404
    page = client.get(reverse("case", args=[case.code])).content.decode()
    assert "own" not in re.findall(rf"/cases/{case.code}/(\w+)", page)
