"""Message catalogues of the whole package: collect, update, derive Serbian Latin, compile. No msgfmt is needed.

    python -m tools.messages           collect every marked text, update the Serbian catalogue, derive, compile
    python -m tools.messages --check   fail on missing, fuzzy, stale or underived texts
    python -m tools.messages --missing print what waits for a translation

Serbian is written by hand in Cyrillic (opennrm/desk/locale/sr). Serbian Latin is derived from it and never typed.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from opennrm.kernel.text import latin

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "opennrm"
LOCALE = PACKAGE / "desk" / "locale"
CYRILLIC = LOCALE / "sr" / "LC_MESSAGES" / "django.po"
# These speak on the command line, in English; what they say to readers in two languages stands in their own data.
APART = {"statistics", "console"}
# What a table of figures says of itself is shown on pages.
SHOWN = {("statistics", "measures")}
LATIN = LOCALE / "sr_Latn" / "LC_MESSAGES" / "django.po"
# The same rule as Django's own Serbian catalogue, so that both can be read as one.
PLURALS = "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"

# Which argument holds the text, its plural and its context (counted from 0).
SINGULAR = {"_": (0,), "gettext": (0,), "gettext_lazy": (0,), "gettext_noop": (0,), "say": (0,)}
PLURAL = {"ngettext": (0, 1), "ngettext_lazy": (0, 1), "say_n": (0, 1)}
CONTEXT = {"pgettext": (0, 1), "pgettext_lazy": (0, 1)}
CONTEXT_PLURAL = {"npgettext": (0, 1, 2), "npgettext_lazy": (0, 1, 2)}

Key = tuple[str, str, str]  # context, text, plural


@dataclass(frozen=True)
class Found:
    """A marked text and the file it stands in."""

    key: Key
    file: str
    note: str = ""


def _is_shown(path: Path) -> bool:
    parts = path.relative_to(PACKAGE).parts
    return parts[0] not in APART or parts[:2] in SHOWN


def main(arguments: list[str]) -> None:
    found = collect()
    if "--check" in arguments:
        problems = check(found)
        for problem in problems:
            print(problem)
        sys.exit(f"{len(problems)} problem(s) in the catalogues: run python -m tools.messages" if problems else 0)
    if "--missing" in arguments:
        print("\n".join(repr(key) for key in missing(read(CYRILLIC))))
        return
    write(CYRILLIC, cyrillic := updated(found, read(CYRILLIC)))
    write(LATIN, derived(cyrillic))
    waiting = missing(cyrillic)
    print(f"{len(cyrillic)} texts, {len(waiting)} wait for a translation")
    for key in waiting:
        print(f"  {key[1]!r}")


# --- collecting


def collect() -> list[Found]:
    """Every marked text of the package, in Python and in templates."""
    found: list[Found] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if "migrations" not in path.parts and _is_shown(path):
            found += _python(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())
    for path in sorted([*PACKAGE.rglob("templates/**/*.html"), *PACKAGE.rglob("templates/**/*.txt")]):
        found += _template(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())
    return found


def _python(source: str, file: str) -> Iterator[Found]:
    notes = _notes(source)
    for node in ast.walk(ast.parse(source, file)):
        if isinstance(node, ast.Call):
            key = _key(node)
            if key is not None:
                yield Found(key, file, notes.get(node.lineno - 1, ""))


def _notes(source: str) -> dict[int, str]:
    found = re.finditer(r"^[ \t]*# Translators: (.*)$", source, re.MULTILINE)
    return {source.count("\n", 0, match.start()) + 1: match[1].strip() for match in found}


def _key(call: ast.Call) -> Key | None:
    name = str(getattr(call.func, "id", None) or getattr(call.func, "attr", ""))
    for table, make in (
        (SINGULAR, lambda t: ("", t[0], "")),
        (PLURAL, lambda t: ("", t[0], t[1])),
        (CONTEXT, lambda t: (t[0], t[1], "")),
        (CONTEXT_PLURAL, lambda t: (t[0], t[1], t[2])),
    ):
        if name in table:
            texts = [_text(call.args[place]) if place < len(call.args) else None for place in table[name]]
            return None if None in texts else make(texts)
    return None


def _text(node: ast.expr) -> str | None:
    """A text written out in the source; a computed one cannot be collected."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _template(source: str, file: str) -> Iterator[Found]:
    """Django turns its tags into calls; the rest of the page becomes X. Each call is read for itself."""
    for match in re.finditer(r"\b(gettext|ngettext|pgettext|npgettext|_)\(", code := templatize(source, origin=file)):
        call = _balanced(code, match.start())
        if call is not None and (key := _key(call)) is not None:
            yield Found(key, file)


def _balanced(code: str, start: int) -> ast.Call | None:
    end = code.find(")", start)
    while end != -1:
        try:
            parsed = ast.parse(code[start : end + 1], mode="eval").body
        except SyntaxError:
            end = code.find(")", end + 1)
            continue
        return parsed if isinstance(parsed, ast.Call) else None
    return None


# --- the catalogues


def read(path: Path) -> Catalog:
    """A catalogue; an absent one is empty."""
    if not path.exists():
        return Catalog(locale="sr")
    catalog: Catalog = read_po(io.BytesIO(path.read_bytes()), locale="sr", abort_invalid=True)
    return catalog


def updated(found: list[Found], before: Catalog) -> Catalog:
    """The catalogue of what is marked today, with the translations of before; what is not marked any more is gone."""
    files: dict[Key, list[Found]] = {}
    for each in found:
        files.setdefault(each.key, []).append(each)
    after = Catalog(locale="sr", fuzzy=False)
    for key in sorted(files, key=lambda k: (k[1].lower(), k)):
        context, text, plural = key
        old = before.get(text, context or None)
        string: str | tuple[str, ...] = ("", "", "") if plural else ""
        if old is not None and isinstance(old.string, str) == (not plural) and old.string:
            string = old.string if isinstance(old.string, str) else tuple(old.string)
        after.add(
            (text, plural) if plural else text,
            string,
            locations=[(file, 0) for file in sorted({each.file for each in files[key]})],
            auto_comments=sorted({each.note for each in files[key] if each.note}),
            user_comments=old.user_comments if old else (),
            context=context or None,
        )
    return after


def derived(cyrillic: Catalog) -> Catalog:
    """The same in Serbian Latin. Placeholders and tags hold no Cyrillic letter, so they stay as they are."""
    after = Catalog(locale="sr", fuzzy=False)
    for message in _messages(cyrillic):
        forms = tuple(latin(form) for form in _forms(message))
        after.add(message.id, forms[0] if isinstance(message.string, str) else forms, context=message.context)
    return after


def write(path: Path, catalog: Catalog) -> None:
    """Write .po and .mo; the same texts give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_po(catalog, path))
    path.with_suffix(".mo").write_bytes(_mo(path))


def _po(catalog: Catalog, path: Path) -> bytes:
    buffer = io.BytesIO()
    language = path.parent.parent.name
    lead = "derived from Serbian Cyrillic by tools/messages.py: never edit" if path == LATIN else "written by hand"
    header = (
        f"# Serbian texts of OpenNRM, {lead}.\n"
        'msgid ""\nmsgstr ""\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Language: {language}\\n"\n"Plural-Forms: {PLURALS}\\n"\n\n'
    )
    write_po(buffer, catalog, width=110, omit_header=True, sort_output=False, include_lineno=False)
    return header.encode() + buffer.getvalue()


def _mo(path: Path) -> bytes:
    catalog = read_po(io.BytesIO(path.read_bytes()))
    buffer = io.BytesIO()
    # Babel writes its own header, dates included; ours is set through an ordinary message with an empty id.
    catalog.header_comment = ""
    write_mo(buffer, _Fixed(catalog, path))
    return buffer.getvalue()


class _Fixed(Catalog):
    """A catalogue whose header is the file's own."""

    def __init__(self, catalog: Catalog, path: Path) -> None:
        super().__init__(locale="sr", charset="utf-8")
        self._language = path.parent.parent.name
        for message in catalog:
            if message.id:
                self.add(message.id, message.string, context=message.context)

    @property
    def num_plurals(self) -> int:
        return 3

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Language", self._language),
            ("Plural-Forms", PLURALS),
        ]


# --- checking


def missing(catalog: Catalog) -> list[Key]:
    """What has no translation, or not all its plural forms."""
    found = []
    for message in _messages(catalog):
        forms = _forms(message)
        if not all(forms) or (isinstance(message.id, tuple) and len(forms) != 3):
            found.append(_key_of(message))
    return found


def check(found: list[Found]) -> list[str]:
    """Everything wrong with the catalogues as they are on disk."""
    problems = []
    cyrillic = read(CYRILLIC)
    marked = {each.key: each.file for each in found}
    known = {_key_of(message) for message in _messages(cyrillic)}
    problems += [f"not collected yet: {key[1]!r} ({file})" for key, file in marked.items() if key not in known]
    problems += [f"not marked any more: {key[1]!r}" for key in sorted(known - marked.keys())]
    problems += [f"not translated: {key[1]!r}" for key in missing(cyrillic)]
    for message in _messages(cyrillic):
        if message.fuzzy:
            problems.append(f"fuzzy: {message.id!r}")
        problems += _faults(message)
    if not problems:
        if _po(derived(cyrillic), LATIN) != LATIN.read_bytes():
            problems.append(f"{LATIN.relative_to(ROOT)} is not what the Cyrillic gives")
        for path in (CYRILLIC, LATIN):
            if not path.with_suffix(".mo").exists() or path.with_suffix(".mo").read_bytes() != _mo(path):
                problems.append(f"{path.with_suffix('.mo').relative_to(ROOT)} is not compiled from its .po")
    return problems


_PLACE = re.compile(r"%\((\w+)\)[#0\- +]*\d*\w")
_TAG = re.compile(r"</?\w+[^>]*>")


def _faults(message: Message) -> Iterator[str]:
    """Placeholders or tags lost, or Latin letters left in a Cyrillic text where no foreign word explains them."""
    ids, strings = _ids(message), _forms(message)
    wanted = {name for text in ids for name in _PLACE.findall(text)}
    needed = set(_PLACE.findall(ids[-1]))
    for string in strings:
        if not string:
            continue
        places = set(_PLACE.findall(string))
        if places - wanted or needed - places:  # the singular too: in Serbian it also serves 21
            yield f"placeholders differ: {ids[0]!r}"
        if sorted(_TAG.findall(ids[-1])) != sorted(_TAG.findall(string)):
            yield f"tags differ: {ids[0]!r}"


def _messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def _key_of(message: Message) -> Key:
    text, plural = (*_ids(message), "")[:2]
    return (message.context or "", text, plural)


def _ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


if __name__ == "__main__":
    main(sys.argv[1:])
