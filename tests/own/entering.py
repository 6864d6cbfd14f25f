"""A person with her own page: her access, her browser, and a terminal."""

from django.test import Client
from django.urls import reverse

from opennrm.own.actions import Given, digest_of, give, set_up_terminal
from opennrm.own.models import Visit
from opennrm.own.rules import PHONE, TERMINAL
from opennrm.own.shown import token
from opennrm.own.views.hers import TERMINAL_COOKIE, VISIT_COOKIE
from opennrm.parties.actions import record_contact_rule
from tests.factories import staff

SECRET = "483920"


def an_access(case, by, *, way=TERMINAL, language="en", days=30, secret=SECRET):
    """Access to her own page and its code; for her own phone with a rule of contact that allows it."""
    if way == PHONE:
        record_contact_rule(case.person, channel="telephone", by=by)
    return give(case, Given(way, language, days, secret), by=by)


def a_terminal(case):
    """The secret of a terminal in the office that leads the case."""
    return set_up_terminal(case.agency, by=staff("administrator", f"admin-{case.code}"))


class Her(Client):
    """Her browser: it keeps the cookies of her page, and sends its forms as a page of ours would."""

    def __init__(self, *, terminal="", **kwargs):
        super().__init__(**kwargs)
        if terminal:
            self.cookies[TERMINAL_COOKIE] = terminal

    def enter(self, code, secret=SECRET, **more):
        return self.post(reverse("my"), {"code": code, "secret": secret, "l": "en"}, **more)

    @property
    def visit(self):
        return Visit.objects.filter(digest=digest_of(self.cookies[VISIT_COOKIE].value)).first()

    def send(self, name, *args, **fields):
        return self.post(reverse(name, args=args), fields | {"token": token(self.visit.digest)})

    def words(self, name="my", *args):
        answer = self.get(reverse(name, args=args))
        assert answer.status_code == 200, (name, answer.status_code)
        return answer.content.decode()


def she_enters(case, by, **more):
    """She has entered on a terminal; returns her browser."""
    _, code = an_access(case, by, **more)
    her = Her(terminal=a_terminal(case))
    assert her.enter(code).status_code == 302
    return her
