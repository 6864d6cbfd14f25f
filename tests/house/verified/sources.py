"""What the tests of the verification standard read and use: code, scripts, documents, somebody at the door."""

import ast
from pathlib import Path

from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "opennrm"
CODE = {path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
TREES = {name: ast.parse(text) for name, text in CODE.items()}
SCRIPTS = {path.name: path.read_text("utf-8") for path in sorted(PACKAGE.rglob("static/**/*.js"))}
SECURITY, OPERATOR = ((ROOT / "docs" / name).read_text("utf-8") for name in ("security.md", "operator.md"))
THREATS = (ROOT / "docs" / "security" / "threat-model.md").read_text("utf-8")
EVIL = "https://evil.example"


def signed_in(account, **options):
    client = Client(**options)
    client.force_login(account)
    return client


def at_the_door(account, password=PASSWORD, **options):
    client = Client(**options)
    answer = client.post(reverse("sign_in"), {"username": account.sign_in, "password": password})
    return client, answer


def calls(name):
    """Every call in a file, as it is written."""
    return [(node, ast.unparse(node.func)) for node in ast.walk(TREES[name]) if isinstance(node, ast.Call)]


def imports(name):
    found = set()
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def importing(*modules):
    return {name for name in CODE if any(i == m or i.startswith(f"{m}.") for i in imports(name) for m in modules)}
