"""What the verification standard asks of the code (docs/security/asvs.toml names these tests)."""

import ast
import io
import re
import zipfile

import pytest
from django.conf import settings
from django.urls import reverse
from openpyxl import DEFUSEDXML, Workbook

from opennrm.kernel.errors import SourceProblem
from opennrm.screening.models import Screening
from opennrm.sites.rules.tables import lines_of_file
from tests.desk.sources import TEMPLATES
from tests.factories import a_screening
from tests.house.verified.sources import CODE, ROOT, calls, importing, signed_in


def test_no_sql_holds_what_somebody_sent():
    """Outside the libraries of statistics, SQL is put together in these files, of names in the code alone."""
    asked = ("execute", "executemany", "raw", "RawSQL", "extra")
    built = {
        name
        for name in CODE
        if not name.startswith("statistics/")
        for node, called in calls(name)
        if called.rpartition(".")[2] in asked and node.args and isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
    }

    assert built <= SQL_OF_NAMES
    assert '"S"' in re.search(r"^select = (.*)$", (ROOT / "pyproject.toml").read_text(), re.MULTILINE)[1]


# Tables, columns and triggers of the service itself, never a value (ruff S608 asks for a reason at each).
SQL_OF_NAMES = {
    "access/codes.py",
    "access/guarding.py",
    "audit/checks.py",
    "audit/triggers.py",
    "parties/actions.py",
    "vault/keys.py",
}


@pytest.mark.django_db
@pytest.mark.both
@pytest.mark.parametrize("typed", ["' OR '1'='1", "'; DROP TABLE access_account; --", "%' UNION SELECT 1 --", "\\"])
def test_what_is_typed_in_a_search_is_a_value(office, typed):
    a_screening(office.inspector)
    client = signed_in(office.inspector)

    assert client.post(reverse("find"), {"code": typed}).status_code == 404
    assert signed_in(office.duty).get(reverse("worklist"), {"after": typed, "show": typed}).status_code == 200
    assert Screening.unscoped.count() == 1


def test_nothing_runs_text_as_code_or_command():
    dangerous = {"eval", "exec", "compile", "os.system", "os.popen", "Template", "__import__"}
    programs, marked = set(), set()
    for name in CODE:
        for node, called in calls(name):
            last = called.rpartition(".")[2]
            assert called not in dangerous, (name, called)
            assert last != "from_string", name
            assert not any(key.arg == "shell" for key in node.keywords), name
            if called.startswith(("subprocess.", "os.exec", "os.spawn", "pty.")):
                programs.add(name)
            if last == "mark_safe":
                marked.add(name)

    assert programs <= {"vault/keepers.py", "statistics/linkage/beside.py"}
    assert marked <= DRAWN_HERE


# Drawings of our own libraries and words of our own (ruff S308 asks for the reason at each).
DRAWN_HERE = {"desk/clocks.py", "desk/estimation.py", "desk/signing_in/own.py", "desk/templatetags/parts.py"}


def test_no_pattern_is_made_of_what_somebody_sent():
    """Patterns are constants, or made of constants: of pairs of letters in one place."""
    named = {
        f"re.{name}" for name in ("compile", "search", "match", "fullmatch", "sub", "split", "findall", "finditer")
    }
    made = {
        name
        for name in CODE
        if not name.startswith("statistics/")
        for node, called in calls(name)
        if called in named
        for part in ast.walk(node.args[0])
        if isinstance(part, ast.Name) and not re.fullmatch(r"_?[A-Z0-9_]+", part.id)
    }

    assert made <= {"kernel/text.py"}


def test_no_address_is_built_from_what_somebody_sent():
    """Addresses in templates come from reverse() or from names of the page; none is put together of two values."""
    for path in TEMPLATES:
        for found in re.findall(r"(?:href|src|action)=\"([^\"]*\{\{[^\"]*)\"", path.read_text("utf-8")):
            assert re.match(r"\{\{ [\w.|:]+|[?#]|/", found), (path.name, found)
            assert "javascript:" not in found


def test_xml_is_read_without_entities():
    book = io.BytesIO()
    Workbook().save(book)
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
    )
    made = io.BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, bomb if name.startswith("xl/worksheets/") else old.read(name))

    assert DEFUSEDXML
    assert importing("xml.etree", "xml.dom", "xml.sax", "lxml") <= {"sites/rules/tables.py", "screening/submissions.py"}
    with pytest.raises(SourceProblem):
        lines_of_file(made.getvalue())


def test_nothing_is_unpickled():
    """But between a process and its own child, when registers are linked beside a service."""
    assert importing("pickle", "marshal", "shelve", "yaml", "dill", "joblib") == {"statistics/linkage/beside.py"}
    assert settings.SESSION_SERIALIZER == "django.contrib.sessions.serializers.JSONSerializer"


def test_no_form_writes_a_table_by_itself():
    assert not [
        name for name, text in CODE.items() if re.search(r"\b(ModelForm|modelform_factory|fields = ['\"]__all__)", text)
    ]


def test_query_and_body_are_never_mixed():
    mixed = re.compile(
        r"request\.REQUEST|request\.(GET|POST)(\.dict\(\))?\s*\|\s*request\.(GET|POST)|\*\*request\.GET.*\*\*request\.POST"
    )

    assert not [name for name, text in CODE.items() if mixed.search(text)]
