"""Documents say what is there: links lead somewhere, settings and commands are named, nothing derived is stale."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from opennrm.console.commands import COMMANDS
from opennrm.kernel.public_code import ALPHABET, is_valid

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
SETTINGS = ROOT / "opennrm" / "desk" / "settings.py"
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LARGEST_PICTURE = 300 * 1024


def names(documents):
    return [str(path.relative_to(ROOT)) for path in documents]


def links(path):
    return LINK.findall(FENCED.sub("", path.read_text("utf-8")))


def anchors(path):
    """The anchors of a page's headings, as GitHub makes them."""
    text = FENCED.sub("", path.read_text("utf-8"))
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def broken_links(path):
    broken = []
    for link in links(path):
        if re.match(r"\w+:", link):
            continue
        target, _, anchor = link.partition("#")
        file = (path.parent / target).resolve() if target else path
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file)):
            broken.append(link)
    return broken


@pytest.mark.parametrize("path", DOCUMENTS, ids=names(DOCUMENTS))
def test_every_link_and_picture_of_a_document_leads_somewhere(path):
    assert broken_links(path) == []


def test_broken_links_are_seen(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# One head\n[a](#one-head) [b](gone.md) ![c](gone.png) [d](#no-head) [e](https://example.org)\n")

    assert broken_links(page) == ["gone.md", "gone.png", "#no-head"]


def test_every_setting_is_explained_to_the_operator():
    settings = set(re.findall(r"environ\.get\(\s*\"(\w+)\"", SETTINGS.read_text("utf-8")))
    explained = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "operator.md").read_text("utf-8")))

    assert len(settings) > 10
    assert settings - explained == set()


def test_no_setting_is_read_in_a_way_that_this_test_does_not_see():
    text = SETTINGS.read_text("utf-8")

    assert text.count("os.environ") == len(re.findall(r"os\.environ\.get\(\s*\"\w+\"", text))


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_named_in_some_document(command):
    said = re.compile(rf"(opennrm |`){re.escape(command)}\b(?!-)")

    assert [path.name for path in DOCUMENTS if said.search(path.read_text("utf-8"))]


def test_every_picture_is_small_and_shown():
    pictures = sorted((ROOT / "docs" / "images").iterdir())
    shown = {(path.parent / link).resolve() for path in DOCUMENTS for link in links(path)}

    assert pictures
    assert [picture.name for picture in pictures if picture.stat().st_size > LARGEST_PICTURE] == []
    assert set(pictures) - shown == set()


def test_every_decision_is_listed_and_says_what_would_change_our_mind():
    folder = ROOT / "docs" / "decisions"
    listed = set(links(folder / "README.md"))
    pages = sorted(folder.glob("[0-9]*.md"))

    assert listed == {page.name for page in pages}
    for page in pages:
        heads = re.findall(r"^## (.+)$", page.read_text("utf-8"), re.MULTILINE)
        assert heads == ["Context", "Decision", "Consequences", "What would change our mind"], page.name


def test_the_glossary_is_not_stale():
    done = subprocess.run([sys.executable, "-m", "tools.glossary", "--check"], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


CODE_SHAPED = re.compile(r"\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b")


def test_every_example_of_a_code_has_the_right_check_character():
    sources = [path for kind in ("py", "html", "toml") for path in (ROOT / "opennrm").glob(f"**/*.{kind}")]
    shown = {
        code
        for path in [*DOCUMENTS, *sources]
        for code in CODE_SHAPED.findall(path.read_text("utf-8"))
        if set(code) - {"-"} <= set(ALPHABET)
    }

    assert [code for code in sorted(shown) if not is_valid(code)] == []
    assert "7KQ4-RM2M" in shown
