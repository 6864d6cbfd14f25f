"""What the verification standard asks of files and of the protection of data."""

import pytest
from django.urls import reverse

from opennrm.identification.actions import hand_over, open_case
from opennrm.identification.rules import attachments
from opennrm.referral.actions import acknowledge
from opennrm.referral.sending import submit
from tests.desk.sources import TEMPLATES
from tests.factories import a_letter, a_screening
from tests.house.verified.sources import SECURITY, THREATS, importing, signed_in


def test_what_is_taken_as_a_file_is_written_down():
    assert f"{attachments.LARGEST // 1024 // 1024} MB" in SECURITY
    assert f"{attachments.MOST_PIXELS // 1_000_000} million pixels" in SECURITY
    assert f"{attachments.MOST_PAGES} pages" in SECURITY
    assert all(word in SECURITY for word in ("JPEG", "PNG", "WebP", "PDF", "malware"))
    assert set(attachments.KINDS) == {"jpeg", "png", "pdf"}


def test_what_of_the_surroundings_counts_is_written_down():
    section = THREATS.partition("## What surrounds a request")[2].partition("\n## ")[0]

    assert all(word in section for word in ("time", "place", "device", "network address", "threshold"))
    assert all(word in section for word in ("allow", "ask again", "refuse"))


def test_each_way_of_protecting_data_is_written_down():
    for word in (
        "names, document numbers, contacts",
        "free text",
        "audit trail",
        "Papers and photos",
        "Erasure",
        "blind ind",
    ):
        assert word in SECURITY
    for word in ("EXIF", "no-store", "never in a log", "Plaintext"):
        assert word.casefold() in SECURITY.casefold()


def test_the_server_caches_nothing_of_anybody(production):
    assert importing("django.core.cache", "django.views.decorators.cache") <= {
        "desk/views/leaving.py",
        "own/views/hers.py",
    }
    assert not any("{% cache" in path.read_text("utf-8") for path in TEMPLATES)
    assert "cached_db" not in production.get("SESSION_ENGINE", "")


@pytest.mark.django_db
@pytest.mark.both
def test_a_name_is_shown_only_where_it_was_asked_for_with_a_purpose(office):
    sent = submit(a_screening(office.inspector), a_letter(name="Primer Ogled"), by=office.inspector)
    acknowledge(sent, by=office.duty)
    case = open_case(sent, by=office.duty)
    hand_over(case, office.lead, by=office.duty)
    lead = signed_in(office.lead)
    reveal = reverse("case:reveal", args=[case.code])

    before = [lead.get(page).content.decode() for page in (reverse("case", args=[case.code]), reveal)]
    after = lead.post(reveal, {"purpose": "arrange_safety"}).content.decode()

    assert not [page for page in before if "Primer Ogled" in page]
    assert "Primer Ogled" in after
