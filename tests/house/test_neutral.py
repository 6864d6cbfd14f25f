"""Nothing that is printed, saved, mailed or read over a shoulder tells what it is about."""

import ast
import io
import re
import secrets
import uuid
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils.translation import gettext, override
from openpyxl import load_workbook
from PIL import Image

from opennrm.access.country import current_profile
from opennrm.desk.documents.docx import as_docx
from opennrm.desk.documents.letter import compose
from opennrm.desk.documents.registry import DOCUMENTS
from opennrm.desk.lives import VERBS
from opennrm.desk.mail import worded
from opennrm.desk.notices import OF_DUTIES, WAITS, line_of
from opennrm.duty.holders import ABOUT_SIGNING_IN
from opennrm.duty.models import Alert
from opennrm.identification.attachments.actions import Arrived, add_attachment
from opennrm.identification.letters.actions import Wished, make_letter
from opennrm.identification.letters.queries import told_by_ruling
from opennrm.kernel.clock import now
from opennrm.kernel.text import latin
from opennrm.screening.xlsform import as_sheets
from opennrm.vault.paper import page
from opennrm.vault.shares import Share
from opennrm.workflow.models import ClockRun, Notice
from opennrm.workflow.wording import worded as in_words
from tests.factories import declined

ROOT = Path(__file__).resolve().parents[2] / "opennrm"
TEMPLATES = sorted(ROOT.rglob("templates/**/*.html"))
LANGUAGES = ("en", "sr", "sr-latn")
# What pages stand in, and the page that is shown when somebody closed: no documents of their own.
FRAMES = {"shell.html", "phone.html", "closed.html"}
# The product's name spelled out, and the office's: no neutral text holds them either.
MORE = ("opennrm", "nrm", "referral mechanism", "centre for", "центар за", "centar za")


def betrayed(text):
    found = current_profile().letters.betrayed_by(text)
    return found + [word for word in MORE if word in text.casefold()]


# --- documents


def makers():
    """Every function that makes a file to be saved, a mail, or a page of its own, found in the code."""
    sheets = {p.name for p in TEMPLATES if "<!doctype html" in p.read_text("utf-8").lower()} - FRAMES
    for path in sorted(ROOT.rglob("*.py")):
        module = ".".join(path.relative_to(ROOT.parent).with_suffix("").parts)
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef) and _makes(function, sheets):
                yield f"{module}:{function.name}"


def _makes(function, sheets):
    for node in ast.walk(function):
        if isinstance(node, ast.Constant) and node.value in {"Content-Disposition", *sheets}:
            return True
        if isinstance(node, ast.Call):
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if called in {"EmailMessage", "EmailMultiAlternatives", "send_mail", "send_mass_mail", "FileResponse"}:
                return True
    return False


def test_every_document_has_a_neutral_form_or_a_reason():
    known = {name for document in DOCUMENTS for name in document.made_by}

    assert set(makers()) - known == set()
    assert known - set(makers()) == {"opennrm.vault.paper:page"}, "printed by a command, not sent"
    assert [d.id for d in DOCUMENTS if bool(d.neutral) == bool(d.because)] == []
    assert {d.id for d in DOCUMENTS if d.neutral} == set(RENDERED)


def test_a_new_document_would_be_seen():
    code = "def new(request):\n    answer['Content-Disposition'] = 'attachment'\ndef old():\n    return 1\n"
    mail = "def told():\n    EmailMessage('a', 'b')\n"

    found = [_makes(function, set()) for text in (code, mail) for function in ast.parse(text).body]

    assert found == [True, False, True]


def letters(office):
    case = office.case_ready_to_decide()
    ruling = declined(case, office.lead)
    told = told_by_ruling(ruling.code, office.lead)
    service = [language.code for language in current_profile().languages]
    own = [language.code for language in current_profile().person_languages]
    wanted = [(one, "") for one in service] + [(service[n % len(service)], one) for n, one in enumerate(own)]
    for language, one in wanted:
        wished = Wished(language, one, is_neutral=True)
        paper = compose(told, make_letter(told, wished, by=office.lead), wished)
        with zipfile.ZipFile(io.BytesIO(as_docx(paper))) as file:
            for name in ("word/document.xml", "docProps/core.xml"):
                yield re.sub(r"<[^>]+>", " ", file.read(name).decode())


def mails(office):
    for language in LANGUAGES:
        office.duty.language = language
        for hours in (-1, 1):
            clock = ClockRun(deadline="open_case", due_at=now() + timedelta(hours=hours))
            yield from worded(Alert(account=office.duty, clock=clock))
        yield from worded(Alert(account=office.duty, clock=None, stage=ABOUT_SIGNING_IN))


def forms(office):
    for used in current_profile().all_indicator_sets:
        [settings] = as_sheets(used, current_profile(), weights_are_confirmed=True).settings
        yield settings["form_title"]
    client = signed_in(office.inspector)
    key = current_profile().all_indicator_sets[0].key
    answer = client.get(reverse("list_form", args=[key]))
    yield answer["Content-Disposition"]
    about = load_workbook(io.BytesIO(answer.content)).properties
    yield from (str(value) for value in (about.title, about.creator, about.subject, about.keywords) if value)


def papers(office):
    case = office.case()
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "JPEG", comment=b"victim of trafficking")
    arrived = Arrived(picture.getvalue(), "person_identity", name="victim of trafficking.jpg")
    added = add_attachment(case, arrived, by=office.lead)
    answer = signed_in(office.lead).get(reverse("attachment:content", args=[added.code]))
    yield answer["Content-Disposition"]
    yield answer.content.decode("latin-1")


def shares(office):
    made = Share(number=1, set_id=secrets.token_bytes(4), key_id=uuid.uuid4(), check=bytes(8), value=bytes(32))
    yield page(made, made_on=date(2026, 3, 1)).replace("OpenNRM", "").replace("opennrm", "")


RENDERED = {
    "letter": letters,
    "mail": mails,
    "form for a telephone": forms,
    "paper or photo": papers,
    "share of the key": shares,
}


def signed_in(account):
    from django.test import Client

    client = Client()
    client.force_login(account)
    return client


@pytest.mark.django_db
@pytest.mark.both
@pytest.mark.parametrize("name", RENDERED)
def test_the_neutral_form_betrays_nothing_in_any_language(office, name):
    texts = list(RENDERED[name](office))

    assert texts
    for text in texts:
        assert betrayed(text) == [], text[:200]


# --- what a tab, a history and a bookmark show


TITLE = re.compile(r"(?:<title>|\{% block title %\})(.*?)(?:</title>|\{% endblock)", re.DOTALL)


def titles(source):
    return [inner for inner in TITLE.findall(source) if not inner.startswith("{% block title %}")]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_titles_are_fixed_words_that_betray_nothing_in_any_language(path):
    for title in titles(path.read_text("utf-8")):
        if path.parent.name == "own":  # words of the person's languages: the next test
            assert re.fullmatch(r"\{\{ w\.page\.\w+ \}\}|\{% translate \"Form\" %\}", title)
            continue
        [word] = re.findall(r"\{% translate \"([^\"]+)\" %\}", title)
        assert title == f'{{% translate "{word}" %}}', "nothing that changes from page to page"
        for language in LANGUAGES:
            with override(language):
                assert betrayed(gettext(word)) == [], (path.name, language)


def test_a_title_that_betrays_would_be_seen():
    assert titles("{% block title %}{% sentence heading %}{% endblock %}") == ["{% sentence heading %}"]
    assert betrayed("Decision: identified")
    assert betrayed("Жртва") == ["жртв"]
    assert betrayed(latin("Одлука о жртви"))


# --- mails and notices say that something waits


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_notice_says_what_happened(language):
    with override(language):
        for verb in sorted(VERBS | set(OF_DUTIES) | {"call.back_due", "something.new"}):
            for kind in sorted({*WAITS, "clock", "something"}):
                line = line_of(Notice(verb=verb, subject=f"{kind}:7KQ4-RM2X"))
                said = f"{in_words(line.words)} {line.about}"
                assert betrayed(said) == [], (verb, kind)
                assert kind == "clock" or line.words == line_of(Notice(verb="x.y", subject=f"{kind}:x")).words
