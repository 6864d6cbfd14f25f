"""Offices and accounts as an operator keeps them: made, listed, changed, ended; what cannot be changes nothing."""

import pytest
from django.contrib.auth import authenticate
from typer.testing import CliRunner

from opennrm.access.actions import grant
from opennrm.access.actor import SYSTEM
from opennrm.access.models import Account, Agency, Grant, Membership
from opennrm.access.queries import permissions
from opennrm.access.signing_in.disowning import disown, open_reports
from opennrm.access.signing_in.lately import lately
from opennrm.audit.actions import record
from opennrm.audit.models import Entry
from opennrm.console import account, agency
from opennrm.kernel.errors import NotAllowed, SourceProblem
from tests.factories import PASSWORD, an_agency, staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def run(*arguments, typed=None):
    room = {"agency": agency, "account": account}[arguments[0]]
    return CliRunner().invoke(room.app, arguments[1:], input=typed)


def made(result):
    assert result.exception is None, result.exception
    return result.stdout.strip()


def someone(*more, typed=f"{PASSWORD}\n"):
    office = an_agency("centre")
    given = ["--name", "Milena Uzor", "--agency", office.code, "--role", "centre_intake_officer", "--password-stdin"]
    return run("account", "add", "m.uzor", *given, *more, typed=typed)


# --- offices


def test_an_office_is_registered_listed_and_changed():
    code = made(run("agency", "add", "--kind", "csw", "--name", "Office Bor", "--district", "borski"))
    run("account", "add", "n", "--name", "Nada Uzor", "--agency", code, "--role", "social_worker_front_line")

    made(run("agency", "change", code.lower(), "--district", "zajecarski", "--head", "n", "--place", "Bor"))

    office = Agency.objects.get(code=code)
    assert (office.kind, office.name, office.place, office.head.sign_in) == ("csw", "Office Bor", "Bor", "n")
    assert [one.district for one in office.districts.all()] == ["zajecarski"]
    assert "Office Bor, Bor; head: n; serves zajecarski" in run("agency", "list").stdout
    verbs = set(Entry.objects.filter(subject=f"agency:{code}").values_list("verb", flat=True))
    assert verbs == {"agency.register", "agency.serve", "agency.change", "agency.head"}


def test_an_office_serves_the_whole_country_again_and_loses_its_head():
    code = made(run("agency", "add", "--kind", "csw", "--district", "borski"))
    run("account", "add", "n", "--name", "Nada Uzor", "--agency", code, "--role", "social_worker_front_line")
    made(run("agency", "change", code, "--head", "n"))

    made(run("agency", "change", code, "--whole-country", "--head", ""))

    office = Agency.objects.get(code=code)
    assert office.head is None
    assert not office.districts.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        ("add", "--kind", "embassy_of_nowhere"),
        ("add", "--kind", "csw", "--district", "atlantis"),
        ("add", "--kind", "csw", "--name", "x" * 201),
        ("change", "AAAA-AAAA", "--name", "x"),
        ("change", "CODE"),
        ("change", "CODE", "--district", "borski", "--whole-country"),
        ("change", "CODE", "--name", "Other", "--district", "atlantis"),
        ("change", "CODE", "--name", "Other", "--head", "nobody"),
    ],
    ids=lambda wrong: " ".join(wrong)[:60],
)
def test_an_office_that_cannot_be_is_refused_and_nothing_changes(wrong):
    office = an_agency("csw")

    refused = run("agency", *(office.code if part == "CODE" else part for part in wrong))

    assert isinstance(refused.exception, SourceProblem)
    assert [one.name for one in Agency.objects.all()] == [office.name]


def test_a_head_works_at_the_office():
    staff("centre_intake_officer", "duty")

    refused = run("agency", "change", an_agency("csw").code, "--head", "duty", "--name", "Other")

    assert isinstance(refused.exception, NotAllowed)
    assert not Agency.objects.filter(name="Other").exists()


# --- accounts


def test_somebody_is_registered_and_can_sign_in():
    done = someone("--language", "sr", "--email", "m.uzor@example.org")

    assert made(done) == ""
    assert PASSWORD not in done.output
    found = authenticate(sign_in="m.uzor", username="m.uzor", password=PASSWORD)
    assert (found.name, found.language, found.email) == ("Milena Uzor", "sr", "m.uzor@example.org")
    assert "referral.acknowledge" in permissions(found)
    assert "Milena Uzor, sr, mail: centre_intake_officer" in run("account", "list").stdout
    assert "example.org" not in run("account", "list").stdout
    verbs = set(Entry.objects.filter(subject=found.ref).values_list("verb", flat=True))
    assert verbs == {"account.register", "account.address", "account.password", "post.give"}


def test_a_password_is_printed_once_where_none_is_given():
    office = an_agency("csw")
    given = ["--name", "Nada Uzor", "--agency", office.code, "--role", "social_worker_front_line"]

    first = run("account", "add", "n.uzor", *given).stdout.strip()
    second = run("account", "password", "n.uzor").stdout.strip()

    assert first != second
    assert authenticate(username="n.uzor", password=first) is None
    assert authenticate(username="n.uzor", password=second) is not None


@pytest.mark.parametrize(
    ("wrong", "typed"),
    [
        (("--agency", "AAAA-AAAA"), PASSWORD),
        (("--role", "judge"), PASSWORD),
        (("--role", "panel_member"), PASSWORD),
        (("--role", "panel_member", "--discipline", "astrology"), PASSWORD),
        (("--discipline", "psychologist"), PASSWORD),
        (("--language", "xx"), PASSWORD),
        (("--email", "no address"), PASSWORD),
        (("--name", " "), PASSWORD),
        (("--name", "x" * 151), PASSWORD),
        ((), "short"),
        ((), ""),
    ],
    ids=str,
)
def test_an_account_that_cannot_be_is_refused_and_nothing_is_kept(wrong, typed):
    refused = someone(*wrong, typed=typed)

    assert isinstance(refused.exception, SourceProblem | NotAllowed)
    assert not Account.objects.exists()


@pytest.mark.parametrize("sign_in", ["duty", "Duty", "system:x", "a b", "", "x" * 70])
def test_a_sign_in_name_is_new_and_plain(sign_in):
    staff("centre_intake_officer", "duty")
    office = an_agency("centre")

    refused = run("account", "add", sign_in, "--name", "N", "--agency", office.code, "--role", "centre_intake_officer")

    assert isinstance(refused.exception, SourceProblem)
    assert Account.objects.count() == 1


def test_posts_are_given_and_ended():
    made(someone())
    office = ("--agency", an_agency("centre").code)
    made(run("account", "post", "m.uzor", *office, "--role", "panel_member", "--discipline", "psychologist"))
    made(run("account", "post", "m.uzor", *office, "--role", "centre_intake_officer", "--end"))

    again = run("account", "post", "m.uzor", *office, "--role", "centre_intake_officer", "--end")

    assert isinstance(again.exception, SourceProblem)
    assert [post.role for post in Membership.objects.filter(ended_at=None)] == ["panel_member"]
    assert Entry.objects.filter(verb="post.end").count() == 1


def test_an_address_is_set_and_taken_away():
    made(someone("--email", "m.uzor@example.org"))

    made(run("account", "address", "m.uzor", ""))

    assert Account.objects.get().email == ""


def test_who_leaves_loses_everything_at_once_and_her_files_are_named():
    made(someone())
    leaving = Account.objects.get()
    made(run("agency", "change", an_agency("centre").code, "--head", "m.uzor"))
    grant("AAAA-BBBB", leaving, classes=["own_submissions"], purpose="lead", by=SYSTEM)

    ended = run("account", "end", "m.uzor")

    assert made(ended) == "AAAA-BBBB"
    assert authenticate(username="m.uzor", password=PASSWORD) is None
    assert an_agency("centre").head is None
    assert not Grant.objects.filter(ended_at=None).exists()
    assert not Membership.objects.filter(ended_at=None).exists()
    assert isinstance(run("account", "end", "m.uzor").exception, SourceProblem)
    assert "Milena Uzor (ended)" in run("account", "list").stdout


def test_what_somebody_disowned_is_listed_and_settled_at_the_server():
    only = staff("administrator", "only")
    record("account.password", only.ref, by=only.ref)
    [entry] = lately(only)
    disown(only, entry.number, session_key=None)
    listed = made(run("account", "reports"))
    assert "  only, " in listed
    assert listed.endswith(": A password was chosen")
    [report] = open_reports()

    with_wrong = run("account", "reports", "--settled", "7KQ4-RM2X")
    assert isinstance(with_wrong.exception, SourceProblem)
    assert with_wrong.exception.problems == (report.code,)
    made(run("account", "reports", "--settled", report.code))

    assert made(run("account", "reports")) == "Nothing is to be looked into."
    assert isinstance(run("account", "reports", "--settled", report.code).exception, SourceProblem)
