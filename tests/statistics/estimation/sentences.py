"""Every sentence that the estimation code can say, read from its source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import opennrm.statistics.estimation.table as table

ROOT = Path(table.__file__).parent
SAYING = {"say", "say_n", "words"}


def sentences() -> set[str]:
    return {text for path in sorted(ROOT.rglob("*.py")) for text in _said(ast.parse(path.read_text(encoding="utf-8")))}


def _said(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else None
        name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
        if isinstance(node, ast.Call) and (name in SAYING or name == "self") and node.args:
            yield from _texts(node.args[0])
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id in {"message", "name"} for t in node.targets
        ):
            yield from _texts(node.value)


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
