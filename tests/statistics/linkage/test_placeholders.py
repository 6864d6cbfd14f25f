import pyarrow as pa
import pytest

from opennrm.statistics.linkage.placeholders import without_placeholders


def read(column, value):
    arrays = {name: pa.array([None], pa.string()) for name in ("given_name", "family_name", "document_no", "phone")}
    found, said = without_placeholders({**arrays, column: pa.array([value], pa.string())})
    return found[column].to_pylist()[0], len(said)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *((column, word) for column in ("given_name", "family_name") for word in
          ("NN", "n.n.", "N. N.", "НН", "Н.Н. лице", "NN lice", "Nepoznata", "НЕПОЗНАТО", "непознато лице", "unknown",
           "XX", "лице")),
        *(("document_no", text) for text in ("nepoznato", "/", "-", "bez isprava", "0000000000000", "000 0", "11111")),
        *(("phone", text) for text in ("nema", "000000000", "+000/000-000", "062", "99999999")),
    ],
)  # fmt: skip
def test_without_placeholders_reads_them_as_nothing(column, value):
    assert read(column, value) == (None, 1)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("given_name", "Ana"),
        ("given_name", "Нина"),
        ("given_name", "Xia"),
        ("family_name", "N"),
        ("family_name", "Нанић"),
        ("family_name", "Ličina"),
        ("document_no", "C0000001"),
        ("document_no", "EJ0340141"),
        ("document_no", "0101000990005"),
        ("phone", "+381600000001"),
        ("phone", "192555"),
    ],
)
def test_without_placeholders_keeps_what_says_something(column, value):
    assert read(column, value) == (value, 0)
