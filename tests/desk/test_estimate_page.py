"""The statistician's page over the estimation library."""

import json
from pathlib import Path

import pytest
from django.urls import reverse

from tests.factories import a_referral, staff

pytestmark = pytest.mark.django_db
# UK 2013, five lists: Bales, Hesketh and Silverman (2015), Significance 12(3).
UK = (Path(__file__).parents[1] / "statistics" / "estimation" / "data" / "uk_2013_5list.csv").read_text()


@pytest.fixture
def statistician(client):
    client.force_login(staff("statistician"))
    return client


def ask(client, name="estimate", **data):
    return client.post(reverse(name), {"source": "table", "threshold": "0.02"} | data)


def test_a_pasted_table_gives_the_published_estimate_with_its_interval(statistician):
    page = ask(statistician, table=UK).content.decode()

    assert "11,313" in page
    assert "2,744" in page
    assert page.count("<svg") >= 5
    assert "style=" not in page


def test_an_uploaded_file_is_read_too(statistician):
    from django.core.files.uploadedfile import SimpleUploadedFile

    page = ask(statistician, file=SimpleUploadedFile("table.csv", UK.encode("utf-8-sig")))

    assert page.status_code == 200
    assert "11,313" in page.content.decode()


def test_trying_a_list_out_gives_points_at_once(statistician):
    lists = UK.splitlines()[0].replace('"', "").split(",")[:5]
    everything = json.loads(ask(statistician, "estimate_try", table=UK, keep=lists).content)
    without = json.loads(ask(statistician, "estimate_try", table=UK, keep=lists[1:]).content)

    assert everything["answer"] == "11,313"
    assert without["answer"] != everything["answer"]
    assert [f"Without {lists[0]}", without["answer"]] in everything["rows"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "Give a file, or paste the table."),
        ("A,B,count\n1,1,x\n", "x"),
        ("A,count\n1,3\n", "list"),
        ("A,B,count\n1,0,-4\n", "-4"),
    ],
)
def test_a_wrong_table_is_refused_with_a_reason_and_stays_in_the_form(statistician, table, said):
    answer = ask(statistician, table=table)

    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert table.strip().replace("\n", "") in answer.content.decode().replace("\r", "").replace("\n", "")


def test_a_table_without_overlap_is_not_estimable_and_says_why(statistician):
    page = ask(statistician, table="A,B,C,count\n1,0,0,5\n0,1,0,7\n0,0,1,9\n").content.decode()

    assert "not estimable" in page.lower()


def test_referral_sources_come_with_their_warning(statistician, office):
    from tests.factories import staff as another

    a_referral(office.inspector)
    a_referral(another("ngo_case_worker"))
    a_referral(another("hotline_operator"))

    page = ask(statistician, source="referrals").content.decode()

    assert "labour_inspectorate" in page
    assert "refer" in page


def test_referral_sources_of_one_kind_only_are_refused(statistician, office):
    a_referral(office.inspector)

    assert ask(statistician, source="referrals").status_code == 400
