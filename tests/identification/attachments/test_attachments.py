"""Papers and photos of a file: sealed in pieces, seen by class of data, opened with a record, taken away."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from opennrm.access.actions import block
from opennrm.access.actor import SYSTEM
from opennrm.audit.models import Entry
from opennrm.identification.attachments import queries
from opennrm.identification.attachments.actions import take_away
from opennrm.identification.models import Attachment, Piece
from opennrm.identification.rules.attachments import LARGEST, MOST_OF_A_CASE
from opennrm.kernel.errors import NotAllowed
from opennrm.retention.erasing import erase_file
from opennrm.vault.keys import destroy_key
from opennrm.vault.rules import Erased, Unreadable
from tests.factories import staff
from tests.identification.attachments.files import WORD, a_large_photo, a_pdf, a_photo, an_attachment

pytestmark = [pytest.mark.django_db, pytest.mark.both]
IDENTITY = "person_identity"


def signed_in(account):
    client = Client()
    client.force_login(account)
    return client


def sent(client, case, content, *, name="photo.jpg", data_class=IDENTITY, **more):
    fields = {"data_class": data_class, "words": "Passport", "key": "k"} | more
    page = reverse("case:attach", args=[case.code])
    return client.post(page, fields | {"file": SimpleUploadedFile(name, content)})


def readings():
    return sum(entry.facts.get("purpose") == "attachment" for entry in Entry.objects.filter(verb="read"))


# --- kept


def test_a_photo_is_kept_and_given_out_as_it_was_cleaned(office):
    case = office.case()
    one = an_attachment(case, office.lead)

    content = queries.content_of(Attachment.unscoped.get(pk=one.pk))

    assert content.startswith(b"\xff\xd8\xff")
    assert WORD.encode() not in content
    assert len(one.arrived_digest) == 64


def test_every_piece_looks_equally_long_and_nothing_lies_open(office):
    case = office.case()
    small, large = (
        an_attachment(case, office.lead),
        an_attachment(case, office.lead, content=a_large_photo()),
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM identification_piece")
        blobs = [bytes(row[0]) for row in cursor]

    assert small.pieces_in_all < large.pieces_in_all
    assert len({len(blob) for blob in blobs}) == 1
    assert not any(b"\xff\xd8\xff" in blob or b"PNG" in blob[:60] for blob in blobs)


@pytest.mark.parametrize("fault", ["exchanged", "missing", "of another"])
def test_pieces_that_were_moved_are_not_given_out(office, fault):
    case = office.case()
    one, other = (an_attachment(case, office.lead, content=a_large_photo()) for _ in range(2))
    first, second = Piece.objects.filter(attachment=one).order_by("number")[:2]
    if fault == "exchanged":
        Piece.objects.filter(pk=first.pk).update(number=99)
        Piece.objects.filter(pk=second.pk).update(number=0)
        Piece.objects.filter(pk=first.pk).update(number=1)
    elif fault == "missing":
        Piece.objects.filter(attachment=one).order_by("-number").first().delete()
    else:
        Piece.objects.filter(pk=first.pk).delete()
        Piece.objects.filter(attachment=other, number=0).update(attachment=one)

    with pytest.raises(Unreadable, match="missing, or stands where another"):
        queries.content_of(one)


def test_the_trail_names_codes_only(office):
    one = an_attachment(office.case(), office.lead)

    entry = Entry.objects.get(verb="case.attach")

    assert (entry.facts["data_class"], entry.facts["attachment"]) == (IDENTITY, one.code)
    assert WORD not in str(entry.facts)


def test_the_same_form_sent_twice_keeps_one_and_another_file_under_it_is_refused(office):
    case = office.case()

    first, again = (an_attachment(case, office.lead, key="k") for _ in range(2))

    assert first == again
    with pytest.raises(NotAllowed, match="Something else was already sent"):
        an_attachment(case, office.lead, key="k", content=a_pdf())
    assert Attachment.unscoped.count() == 1


def test_a_file_has_room_for_so_many(office, monkeypatch):
    monkeypatch.setattr("opennrm.identification.attachments.actions.MOST_OF_A_CASE", 1)
    case = office.case()
    an_attachment(case, office.lead)

    assert MOST_OF_A_CASE == 200
    with pytest.raises(NotAllowed, match="Take away what is not needed"):
        an_attachment(case, office.lead)


# --- given out


def test_it_is_given_out_under_its_code_to_be_saved_and_never_shown_in_the_page(office):
    case = office.case()
    one = an_attachment(case, office.lead)
    before = readings()

    answer = signed_in(office.lead).get(reverse("attachment:content", args=[one.code]))

    assert answer["Content-Disposition"] == f'attachment; filename="{one.code}.jpg"'
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"
    assert WORD not in str(answer.headers)
    assert readings() == before + 1


def test_the_page_lists_what_one_may_open_with_its_words(office):
    case = office.case()
    one = an_attachment(case, office.lead)
    lead = signed_in(office.lead)

    page, whole = (lead.get(reverse(name, args=[case.code])).content.decode() for name in ("case:attachments", "case"))

    assert one.code in page
    assert one.code in whole
    assert "Passport, first page" in page
    assert "Passport, first page" not in whole


def test_a_class_that_one_does_not_read_is_not_there(office):
    case = office.case_with_panel()
    member = office.members[0]
    one = an_attachment(case, office.lead, data_class="consent_records", words="Permit")
    client = signed_in(member)

    page = client.get(reverse("case:attachments", args=[case.code])).content.decode()

    assert one.code not in page
    assert "Permit" not in page
    assert client.get(reverse("attachment:content", args=[one.code])).status_code == 404
    assert client.get(reverse("attachment:take_away", args=[one.code])).status_code == 404


def test_a_class_with_which_one_does_not_work_is_not_offered_and_not_taken(office):
    case = office.case_with_panel()
    member = office.members[0]

    with pytest.raises(NotAllowed, match="Choose a kind of data"):
        an_attachment(case, member, data_class="consent_records")
    assert "consent_records" not in queries.classes_to_add(case, member)
    assert set(queries.classes_to_add(case, office.lead)) >= {IDENTITY, "consent_records"}


def test_who_is_kept_out_and_who_never_was_in_find_nothing(office):
    case = office.case()
    one = an_attachment(case, office.lead)
    stranger = staff("centre_case_manager", "newcomer")
    pages = [reverse("attachment:content", args=[one.code]), reverse("case:attachments", args=[case.code])]

    block(case.file_code, office.lead, reason="relative", by=office.duty)

    for account in (office.lead, stranger):
        assert [signed_in(account).get(page).status_code for page in pages] == [404, 404]


def test_an_erased_person_leaves_a_list_without_words_and_no_content(office):
    case = office.case()
    one = an_attachment(case, office.lead)
    destroy_key(one.key_owner)

    [seen] = queries.attachments_of(case, office.lead)
    answer = signed_in(office.lead).get(reverse("attachment:content", args=[one.code]))

    assert (seen.name, seen.words) == ("", "")
    assert answer.status_code == 400
    assert "Content-Disposition" not in answer


def test_erasing_one_class_of_data_takes_the_papers_of_that_class_alone(office):
    case = office.case()
    kept, gone = (an_attachment(case, office.lead, data_class=name) for name in (IDENTITY, "consent_records"))

    erase_file(case.file_code, ["consent_records"], by=SYSTEM, basis="period_over")

    assert queries.content_of(Attachment.unscoped.get(pk=kept.pk)).startswith(b"\xff\xd8\xff")
    with pytest.raises(Erased):
        queries.content_of(Attachment.unscoped.get(pk=gone.pk))


# --- sent through the page


def test_a_file_is_told_by_its_content_and_its_name_is_sealed(office):
    case = office.case()
    lead = signed_in(office.lead)

    answer = sent(lead, case, a_photo("PNG"), name="../../statement.pdf")

    one = Attachment.unscoped.get()
    assert answer["Location"] == reverse("case:attachments", args=[case.code])
    assert one.form == "png"
    assert one.name == "statement.pdf"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"Primer", "Only photos"), (b"\xff\xd8\xff" + bytes(LARGEST + 200_000), "larger than 10 MB"), (b"", "empty")],
    ids=["text", "large", "empty"],
)
def test_what_is_not_taken_says_why_and_keeps_what_was_written(office, content, said):
    case = office.case()

    answer = sent(signed_in(office.lead), case, content)

    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert "Passport</textarea>" in answer.content.decode()
    assert not Attachment.unscoped.exists()
    assert not Piece.objects.exists()


def test_a_form_without_a_file_or_a_class_says_what_is_missing(office):
    case = office.case()

    answer = signed_in(office.lead).post(reverse("case:attach", args=[case.code]), {"words": "x"})

    assert answer.status_code == 400
    assert answer.content.decode().count("is not answered yet") >= 2


def test_a_file_that_came_with_an_unfinished_form_is_to_be_chosen_again_and_the_page_says_so(office):
    case = office.case()

    answer = sent(signed_in(office.lead), case, a_photo(), data_class="")

    assert answer.status_code == 400
    assert answer.content.decode().count("Choose the file again") == 2, "at the top and at the field"
    assert "Passport</textarea>" in answer.content.decode()


# --- taken away


def test_taking_away_removes_the_content_and_keeps_that_it_was_there(office):
    case = office.case()
    one = an_attachment(case, office.lead)
    page = reverse("attachment:take_away", args=[one.code])
    lead = signed_in(office.lead)
    assert lead.post(page, {"because": "no reason"}).status_code == 400

    answer = lead.post(page, {"because": "wrong_file"})

    row = Attachment.unscoped.get()
    assert answer["Location"] == reverse("case:attachments", args=[case.code])
    assert (row.taken_away_because, row.name, row.words, row.arrived_digest) == ("wrong_file", "", "", "")
    assert not Piece.objects.exists()
    assert lead.get(reverse("attachment:content", args=[one.code])).status_code == 404
    assert Entry.objects.get(verb="case.take_attachment_away").facts["because"] == "wrong_file"


def test_only_who_added_it_or_leads_takes_it_away_and_only_once(office):
    case = office.case_with_panel()
    one = an_attachment(case, office.lead)
    member = office.members[0]

    with pytest.raises(NotAllowed, match="Who added it"):
        take_away(one, because="not_needed", by=member)
    take_away(one, because="not_needed", by=office.lead)
    with pytest.raises(NotAllowed, match="taken away already"):
        take_away(one, because="not_needed", by=office.lead)
