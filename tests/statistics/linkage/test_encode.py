import csv
import re
from pathlib import Path

import duckdb
import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.linkage import mentions
from opennrm.statistics.linkage.encode import (
    BITS,
    Key,
    build_encoded,
    encode_mentions,
    is_encoded,
    name_filter,
    write_encoded,
)
from opennrm.statistics.linkage.link import link_encoded
from opennrm.statistics.linkage.registers import find_sources, read

SMALL = Path(__file__).parent / "data" / "small"
KEY = Key(b"sixteen characters or more")


def alike(left, right):
    return 2 * (left & right).bit_count() / (left.bit_count() + right.bit_count())


@pytest.fixture(scope="module")
def encoded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("encoded")
    for source in find_sources(SMALL):
        made = mentions.build(duckdb.connect(), read([source]))
        write_encoded(encode_mentions(made.connection, KEY), folder / f"{source.name}.csv")
    return folder


def test_name_filter_is_alike_for_like_names_only():
    one = name_filter(KEY, ("jovanovic", "marko"), salt="1")

    assert alike(one, name_filter(KEY, ("jovanovic", "marko"), salt="2")) > 0.9
    assert alike(one, name_filter(KEY, ("jovanovic", "marka"), salt="2")) > 0.7
    assert alike(one, name_filter(KEY, ("nguien", "tuan"), salt="2")) < 0.6


def test_name_filter_needs_the_key():
    other = Key(b"another key of this length")

    assert alike(name_filter(KEY, ("jovanovic",)), name_filter(other, ("jovanovic",))) < 0.6


def test_name_filter_of_nothing_is_empty_and_others_fit():
    assert name_filter(KEY, ()) == 0
    assert 0 < name_filter(KEY, ("ana",)) < 1 << BITS


def test_key_binds_the_purpose():
    assert KEY.hash("document", "1") != KEY.hash("phone", "1")


def test_key_read_refuses_short_and_missing_keys(tmp_path):
    path = tmp_path / "key"
    path.write_text("short", encoding="ascii")

    with pytest.raises(SourceProblem, match="too short"):
        Key.read(path)
    with pytest.raises(SourceProblem, match="cannot be read"):
        Key.read(tmp_path / "absent")
    path.write_text("a table\nof more than one line\n", encoding="ascii")
    with pytest.raises(SourceProblem, match="no key file"):
        Key.read(path)


def test_key_read_passes_over_what_editors_add(tmp_path):
    path = tmp_path / "key"
    path.write_bytes(b"\xef\xbb\xbf" + KEY.secret + b"\r\n")

    assert Key.read(path) == KEY


LONG = 8  # letters: no string of random letters holds such a name by chance


def test_encoded_files_hold_no_name_document_or_birth_date(encoded):
    clear = list(csv.DictReader((SMALL / "police.csv").open(encoding="utf-8")))
    text = (encoded / "police.csv").read_text(encoding="utf-8").lower()

    words = set(re.findall(r"[^\W_]+", text))
    for row in clear:
        for column in ("family_name", "document_no", "phone", "birth_date"):
            clearly = row[column].lower()
            assert clearly not in words
            assert len(clearly) < LONG or clearly not in text


def test_link_encoded_finds_most_persons(encoded):
    links = link_encoded({path.stem: path for path in sorted(encoded.glob("*.csv"))})

    rows = csv.DictReader((SMALL / "truth.csv").open(encoding="utf-8"))
    person = {(row["register"], row["record_id"]): row["person_id"] for row in rows}
    first = links.backend.connection.execute("SELECT register, record_id FROM mention ORDER BY mid").fetchall()
    true = [person[row] for row in first]
    said = links.persons.labels.tolist()
    both = ((said[a] == said[b], true[a] == true[b]) for a in range(len(true)) for b in range(a))
    pairs = [pair for pair in both if any(pair)]
    right = sum(s and t for s, t in pairs)
    assert 2 * right / (sum(s for s, _ in pairs) + sum(t for _, t in pairs)) > 0.85


def test_is_encoded_tells_the_two_kinds_apart(encoded):
    assert is_encoded(encoded / "police.csv")
    assert not is_encoded(SMALL / "police.csv")
    assert not is_encoded(SMALL / "absent.csv")


def test_build_encoded_refuses_two_keys(encoded, tmp_path):
    made = mentions.build(duckdb.connect(), read(find_sources(SMALL)[:1]))
    write_encoded(encode_mentions(made.connection, Key(b"another key of this length")), tmp_path / "other.csv")

    with pytest.raises(SourceProblem, match="different keys or versions"):
        build_encoded(duckdb.connect(), {"police": encoded / "police.csv", "other": tmp_path / "other.csv"})


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("suspect,", "suspect,x", 1),
        lambda text: text.replace(text.splitlines()[1].split(",")[12], "zz", 1),
    ],
)
def test_build_encoded_names_the_lines_that_are_damaged(encoded, tmp_path, damage):
    (tmp_path / "police.csv").write_text(damage((encoded / "police.csv").read_text(encoding="utf-8")), encoding="utf-8")

    with pytest.raises(SourceProblem, match="damaged or was cut off") as refused:
        build_encoded(duckdb.connect(), {"police": tmp_path / "police.csv"})

    assert refused.value.where == "police.csv"
    assert refused.value.problems[0].startswith("line ")
