"""The papers a person is handed, in every language and both variants, and what no neutral one may hold."""

import re
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils.translation import override

from opennrm.access.actions import register_agency
from opennrm.access.actor import SYSTEM
from opennrm.access.country import current_profile, today_here
from opennrm.access.models import Agency
from opennrm.audit.models import Entry
from opennrm.desk.documents.docx import as_docx
from opennrm.desk.documents.letter import compose
from opennrm.identification.actions import RulingText, decide
from opennrm.identification.appeals import actions as appeals
from opennrm.identification.appeals.actions import AppealText, Handed, Lodged
from opennrm.identification.letters import queries
from opennrm.identification.letters.actions import Wished, make_letter
from opennrm.identification.letters.forms import LetterForm
from opennrm.identification.models import Letter
from opennrm.kernel.codes import FormOfExploitation, Outcome
from opennrm.kernel.errors import NotAllowed
from opennrm.profile.letters import LetterKind
from tests.factories import REASONS, identified, staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]
SECRET = "She was kept at Primer street 1."
REASONED = dict.fromkeys(REASONS, SECRET)
HANDED = Handed("in_person", "person", "vi", was_interpreted=True)


@dataclass
class Ended:
    """A case in which something was decided, and the way to its paper."""

    case: object
    ruling: object
    appeal: object = None

    def told(self, by):
        if self.appeal is not None:
            return queries.told_by_appeal(self.appeal.code, by)
        return queries.told_by_ruling(self.ruling.code, by)


def ended_as(office, kind):
    case = office.case_ready_to_decide()
    if kind == LetterKind.IDENTIFIED:
        return Ended(case, decide(case.decision, identified(), by=office.lead))
    if kind == LetterKind.DEFERRED:
        until = RulingText(Outcome.DEFERRED, until=today_here() + timedelta(days=300), questions=SECRET)
        return Ended(case, decide(case.decision, until, by=office.lead))
    ruling = decide(case.decision, RulingText(Outcome.NOT_IDENTIFIED, reasons=REASONED), by=office.lead)
    if kind == LetterKind.NOT_IDENTIFIED:
        return Ended(case, ruling)
    return appealed(office, kind, case, ruling)


def appealed(office, kind, case, ruling):
    appeals.serve(case.decision, HANDED, by=office.lead)
    appeal = appeals.lodge(case.decision, Lodged("person", "spoken", grounds="It was not so."), by=office.lead)
    if kind == LetterKind.APPEAL_LATE:
        late = ruling.serving
        late.appeal_until = late.served_at + (appeal.lodged_at - late.served_at) / 2
        late.save()
        return Ended(case, ruling, appeals.reject_late(appeal, reason=SECRET, by=office.lead))
    reviewer = staff("appeal_reviewer")
    appeals.complete(appeal, by=office.lead)
    appeals.forward(appeal, reviewer, by=office.lead)
    if kind == LetterKind.APPEAL_REJECTED:
        appeals.reject(appeal, AppealText(reasons=REASONED), by=reviewer)
        return Ended(case, ruling, appeal)
    if kind == LetterKind.APPEAL_RETURNED:
        appeals.send_back(appeal, AppealText(instructions=SECRET), by=reviewer)
        return Ended(case, ruling, appeal)
    appeals.grant_appeal(appeal, AppealText(reasons=REASONED, forms=(FormOfExploitation.LABOUR,)), by=reviewer)
    return Ended(case, case.decision.ruling)


def languages():
    """Every service language with every language of persons beside it, each of these once."""
    profile = current_profile()
    service = [language.code for language in profile.languages]
    own = [language.code for language in profile.person_languages]
    return [(service[place % len(service)], one) for place, one in enumerate(own)] + [(one, "") for one in service]


def words_of(paper):
    parts = [(p.heading, *p.paragraphs, *(cell for row in p.rows for cell in row), p.remark) for p in paper.parts]
    lines = (paper.office, *paper.office_lines, *paper.head, paper.title, paper.signature, paper.foot)
    return "\n".join([*lines, *(word for part in parts for word in part)])


def inside(docx):
    """Everything that a word processor or a curious reader finds in the file."""
    with zipfile.ZipFile(BytesIO(docx)) as parcel:
        assert parcel.testzip() is None
        return {
            name: parcel.read(name).decode("utf-8") for name in parcel.namelist() if name.endswith((".xml", ".rels"))
        }


@pytest.mark.parametrize("kind", list(LetterKind))
def test_a_neutral_paper_betrays_nothing_in_any_language_and_a_full_one_tells_it(office, kind):
    Agency.objects.update(place="Centre for the Protection of Victims, Bulevar 14", duty_contact="0800 100 100")
    texts = current_profile().letters
    told = ended_as(office, kind).told(office.lead)

    assert told.kind == kind
    for language, own in languages():
        for is_neutral in (True, False):
            wished = Wished(language, own, is_neutral=is_neutral, with_reasons=True)
            letter = make_letter(told, wished, by=office.lead)
            paper = compose(told, letter, wished)
            said = words_of(paper)
            file = inside(as_docx(paper))
            assert "{" not in said
            assert paper.title in file["word/document.xml"].replace("&amp;", "&")
            if is_neutral:
                assert texts.betrayed_by(said) == [], (language, own)
                assert texts.betrayed_by(file["docProps/core.xml"] + file["word/document.xml"]) == [], (language, own)
                assert "0800 100 100" in said
                assert told.decision.case.code not in said
            else:
                assert texts.betrayed_by(said), (language, own)
            assert (SECRET in said) == (not is_neutral and kind in REASONED_KINDS), (language, own)


REASONED_KINDS = {
    LetterKind.NOT_IDENTIFIED,
    LetterKind.DEFERRED,
    LetterKind.APPEAL_REJECTED,
    LetterKind.APPEAL_GRANTED,
}


def test_the_words_that_betray_would_be_seen_in_every_language():
    texts = current_profile().letters
    own = {language.code for language in current_profile().person_languages}

    assert own <= set(texts.betraying) | {"sr-Latn"}
    for language in own:
        meaning = texts.texts[LetterKind.NOT_IDENTIFIED].means.in_(language)
        assert texts.betrayed_by(meaning), language
        assert texts.neutral_means.has(language), language
        assert all(text.means.has(language) for text in texts.texts.values()), language


def test_a_letter_gives_the_period_in_days_before_the_service_and_the_day_after_it(office):
    ended = ended_as(office, LetterKind.NOT_IDENTIFIED)
    wished = Wished("en", is_neutral=False)

    before = ended.told(office.lead)
    appeals.serve(ended.case.decision, HANDED, by=office.lead)
    after = ended.told(office.lead)

    assert "15 days from the day" in words_of(compose(before, make_letter(before, wished, by=office.lead), wished))
    said = words_of(compose(after, make_letter(after, wished, by=office.lead), wished))
    assert str(queries.last_day(after).year) in said
    assert "You have time until" in said
    for wished in (Wished("sr-Cyrl", is_neutral=False), Wished("sr-Cyrl", is_neutral=True)):
        said = words_of(compose(after, make_letter(after, wished, by=office.lead), wished))
        assert str(queries.last_day(after).year) in said
        assert not re.search(r"\d{4}\.[.,:]", said), "the full stop of a year gives way to another sign"


def test_a_letter_is_recorded_in_codes_and_its_words_are_kept_nowhere(office):
    told = ended_as(office, LetterKind.NOT_IDENTIFIED).told(office.lead)

    make_letter(told, Wished("sr-Latn", "vi", is_neutral=True, form="docx"), by=office.lead)

    entry = Entry.objects.get(verb="decision.letter")
    assert entry.facts["kind"] == "not_identified"
    assert (entry.facts["neutral"], entry.facts["form"], entry.facts["language"]) == (True, "docx", "sr-Latn")
    kept = Letter.objects.get()
    assert len(kept.reference) == 8
    assert not {field.name for field in Letter._meta.get_fields() if field.get_internal_type() == "TextField"}


@pytest.mark.parametrize("wrong", [{"language": "tlh"}, {"language": "en", "form": "pdf"}])
def test_an_unknown_language_or_form_makes_no_letter(office, wrong):
    told = ended_as(office, LetterKind.IDENTIFIED).told(office.lead)

    with pytest.raises(NotAllowed, match="language and the form"):
        make_letter(told, Wished(**wrong), by=office.lead)
    assert not Letter.objects.exists()


def test_a_letter_of_another_office_names_that_office_and_the_neutral_one_does_not(office):
    told = ended_as(office, LetterKind.IDENTIFIED).told(office.lead)
    other = register_agency(kind="centre", name="Uzor house", by=SYSTEM)
    told.decision.case.agency = other
    for is_neutral in (True, False):
        wished = Wished("en", is_neutral=is_neutral)
        said = words_of(compose(told, make_letter(told, wished, by=office.lead), wished))
        assert ("Uzor house" in said) == (not is_neutral)


def test_the_page_shows_the_paper_or_sends_a_file_with_a_neutral_name(client, office):
    ended = ended_as(office, LetterKind.NOT_IDENTIFIED)
    client.force_login(office.lead)
    page = reverse("paper_of_ruling", args=[ended.ruling.code])
    chosen = {"variant": "neutral", "language": "en", "own_language": "vi"}

    opened = client.get(page)
    shown = client.post(page, chosen | {"as": "print"})
    sent = client.post(page, chosen | {"as": "docx"})
    wrong = client.post(page, {"as": "print"})

    assert opened.status_code == shown.status_code == sent.status_code == 200
    assert 'value="neutral"' in opened.content.decode()
    assert sent["Content-Disposition"] == 'attachment; filename="letter.docx"'
    sheet = shown.content.decode().partition('<main class="sheet"')[2]
    assert current_profile().letters.betrayed_by(sheet) == []
    assert "Văn" in inside(sent.content)["word/document.xml"] or "văn" in inside(sent.content)["word/document.xml"]
    assert wrong.status_code == 400
    assert Letter.objects.count() == 2


@pytest.mark.parametrize(
    ("shown_in", "person", "offered"),
    [
        ("sr", "sr-Cyrl", ""),
        ("sr-latn", "sr-Cyrl", ""),
        ("en", "sr-Cyrl", "sr-Cyrl"),
        ("en", "en", ""),
        ("sr", "xx", ""),
    ],
)
def test_what_the_paper_means_is_offered_in_another_language_than_its_own(shown_in, person, offered):
    with override(shown_in):
        form = LetterForm(person_language=person)

    assert form.fields["own_language"].initial == offered


def test_an_appeal_that_was_not_decided_has_no_letter(client, office):
    case = office.case_ready_to_decide()
    decide(case.decision, RulingText(Outcome.NOT_IDENTIFIED, reasons=REASONS), by=office.lead)
    appeals.serve(case.decision, HANDED, by=office.lead)
    appeal = appeals.lodge(case.decision, Lodged("person", "spoken"), by=office.lead)
    client.force_login(office.lead)

    assert client.get(reverse("paper_of_appeal", args=[appeal.code])).status_code == 404


def test_a_language_from_right_to_left_runs_so_in_the_file_and_properties_stand_in_their_order(office):
    told = ended_as(office, LetterKind.IDENTIFIED).told(office.lead)
    wished = Wished("en", "ar", is_neutral=True)

    words = inside(as_docx(compose(told, make_letter(told, wished, by=office.lead), wished)))["word/document.xml"]

    assert re.search(r"<w:bidi/>(?:(?!</w:pPr>).)*<w:spacing", words)
    assert re.search(r'<w:rtl/><w:lang w:val="ar"', words)


def test_only_who_leads_makes_a_letter(client, office):
    ended = ended_as(office, LetterKind.IDENTIFIED)
    for member in (*office.members, office.duty, office.stranger):
        client.force_login(member)
        assert client.get(reverse("paper_of_ruling", args=[ended.ruling.code])).status_code == 404
