"""Giving and ending credentials as an operator does, and files of referrals for those who may."""

from datetime import timedelta

import pytest
from typer.testing import CliRunner

from opennrm.access.country import today_here
from opennrm.access.credentials import credential_of
from opennrm.access.models import Credential
from opennrm.console.api_key import app
from opennrm.console.htcds import export_htcds, import_htcds
from opennrm.kernel.errors import SourceProblem
from opennrm.referral.actions import acknowledge
from opennrm.referral.models import Referral
from tests.factories import a_referral, an_agency

pytestmark = pytest.mark.django_db


LAST = (today_here() + timedelta(days=200)).isoformat()


def run(*arguments):
    return CliRunner().invoke(app, arguments)


def test_a_credential_is_created_listed_and_revoked():
    agency = an_agency("labour_inspectorate")

    made = run("create", "--agency", agency.code, "--label", "Case files", "--until", LAST)
    secret = made.stdout.strip().splitlines()[-1]
    given = credential_of(secret)
    listed = run("list").stdout
    ended = run("revoke", given.code.lower())

    assert "live" in listed
    assert f"until {LAST}" in listed
    assert secret not in listed
    assert "revoked" in ended.stdout
    assert credential_of(secret) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"--agency": "7KQ4-RM2X"},
        {"--until": "soon"},
        {"--until": "2020-01-01"},
        {"--until": "2999-01-01"},
        {"--label": " "},
        {"--label": "x" * 81},
        {"--role": "centre_intake_officer"},
        {"--scope": "everything"},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_and_nothing_is_given(wrong):
    agency = an_agency("labour_inspectorate")
    given = {"--agency": agency.code, "--label": "Files", "--until": LAST} | wrong

    refused = run("create", *(part for pair in given.items() for part in pair))

    assert isinstance(refused.exception, SourceProblem)
    assert not Credential.objects.exists()


def test_the_centre_gets_no_credential_that_takes_over():
    refused = run("create", "--agency", an_agency("centre").code, "--label", "Files", "--until", LAST)

    assert isinstance(refused.exception, SourceProblem)


def test_files_are_written_once_and_for_those_who_may(office, tmp_path, capsys):
    acknowledge(a_referral(office.inspector), by=office.duty)
    file = tmp_path / "out.csv"

    export_htcds(file, account="duty", purpose="exchange")
    import_htcds(file, account="stranger")

    assert file.stat().st_mode & 0o077 == 0
    assert Referral.unscoped.count() == 2
    for wrong, kind in (
        ({"file": file}, SourceProblem),
        ({"file": tmp_path / "x.pdf"}, SourceProblem),
        ({"file": tmp_path / "none" / "x.csv"}, SourceProblem),
        ({"account": "nobody"}, SourceProblem),
        ({"account": "inspector"}, SourceProblem),
        ({"purpose": "curiosity"}, SourceProblem),
        ({"since": "soon"}, SourceProblem),
    ):
        with pytest.raises(kind):
            export_htcds(**({"file": tmp_path / "y.csv", "account": "duty", "purpose": "exchange"} | wrong))
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
