"""The rules of the house that no linter knows: one way down, nothing but `step` sets a state, fixed places."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import ForeignKey

ROOT = Path(__file__).resolve().parents[2] / "opennrm"
TESTS = Path(__file__).resolve().parents[1]
# Low to high; siblings share a rank.
ORDER = [
    "kernel",
    "statistics",
    "profile",
    "vault",
    "audit",
    "access",
    "workflow",
    "duty",
    "parties",
    "screening",
    "referral",
    "sites",
    "identification",
    "oversight|justice|protection",
    "retention",
    "own",
    "registers",
    "publication",
    "desk",
    "console",
]
RANK = {room: rank for rank, rooms in enumerate(ORDER) for room in rooms.split("|")}
OWN_APPS = {"contenttypes", "auth", "sessions", "messages", "staticfiles", "forms", "runserver_nostatic"}


def test_every_foreign_key_points_back_up_the_journey():
    wrong = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in RANK
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey)
        and field.related_model._meta.app_label not in OWN_APPS
        and RANK[field.related_model._meta.app_label] > RANK[model._meta.app_label]
    ]

    assert wrong == []


def test_every_init_file_is_empty():
    """But for a folder of tables, where Django looks for them: it imports them and does nothing else."""
    full = [p for p in ROOT.rglob("__init__.py") if p.read_text().strip() and "migrations" not in p.parts]
    plain = (ast.Expr, ast.ImportFrom, ast.Assign)

    assert [str(p) for p in full if p.parent.name != "models"] == []
    assert [str(p) for p in full if not all(isinstance(node, plain) for node in ast.parse(p.read_text()).body)] == []


def test_only_step_assigns_a_state():
    assigning = re.compile(r"\.state\s*=[^=]|setattr\([^)]*[\"']state[\"']|update\([^)]*\bstate\s*=")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in ROOT.rglob("*.py")
        if path != ROOT / "workflow" / "actions.py"
        and "migrations" not in path.parts
        and "statistics" not in path.parts
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if assigning.search(line)
    ]

    assert found == []


@pytest.mark.parametrize("name", ["views", "queries"])
def test_screens_read_protected_rows_only_as_their_viewer_may(name):
    """`unscoped` is for jobs. In queries it may only make an empty set or ask about a record already found."""
    allowed = re.compile(r"unscoped\.(none\(\)|filter\(pk=)")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in [*ROOT.rglob(f"{name}.py"), *ROOT.rglob(f"{name}/*.py")]
        for line in path.read_text().splitlines()
        if "unscoped" in line and not allowed.search(line)
    ]

    assert found == []


def test_views_never_write():
    writing = re.compile(r"\.(save|create|bulk_create|update_or_create|get_or_create|delete)\(")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in [*ROOT.glob("*/views.py"), *ROOT.glob("*/views/*.py")]
        for line in path.read_text().splitlines()
        if writing.search(line)
    ]

    assert found == []


def test_the_admin_site_is_off():
    from django.conf import settings
    from django.urls import get_resolver

    assert not any("admin" in app for app in settings.INSTALLED_APPS)
    assert not any("admin" in str(pattern.pattern) for pattern in get_resolver().url_patterns)


def test_no_day_is_that_of_greenwich():
    """A day is the country's: `calendar.day(moment)`, `today_here()`; those of UTC are other ones around midnight."""
    moment = r"(?:\bnow\(\)|\bmoment|\bat|_at)"
    greenwich = re.compile(
        rf"{moment}(?: [+-] [^()]+\))?\.date\(\)|\bnow\(\)\.(?:year|month|day)\b|\b(?:localdate|date\.today)\("
    )
    found = [
        f"{path.relative_to(folder.parent)}:{number}"
        for folder in (ROOT, TESTS)
        for path in folder.rglob("*.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if greenwich.search(line)
    ]

    assert found == []
