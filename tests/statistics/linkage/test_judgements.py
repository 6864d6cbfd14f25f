import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.linkage.judgements import read_judgements

MENTIONS = {("police", "1"): 0, ("police", "2"): 1, ("court", "1"): 2, ("court", "1b"): 2}
HEADER = "register_a,record_id_a,register_b,record_id_b,verdict,stratum\n"


def judged(tmp_path, *lines, excluded=0, header=HEADER):
    path = tmp_path / "judgements.csv"
    path.write_text(header + "\n".join(lines) + "\n", encoding="utf-8")
    return read_judgements(path, MENTIONS, excluded=excluded)


def test_read_judgements_keeps_what_stands(tmp_path):
    found = judged(tmp_path, "police,1,police,2,same,likely", "court,1,police,2,different,")

    assert found.pairs("same") == [(0, 1)]
    assert found.pairs("different") == [(1, 2)]
    assert found.standing[0].stratum == "likely"


def test_read_judgements_lets_a_verdict_be_withdrawn_and_made_again(tmp_path):
    found = judged(tmp_path, "police,1,police,2,same,", "police,2,police,1,withdrawn,", "police,1,police,2,different,")

    assert found.pairs("same") == []
    assert found.pairs("different") == [(0, 1)]


def test_read_judgements_passes_over_pairs_not_yet_looked_at(tmp_path):
    assert judged(tmp_path, "police,1,police,2,,likely").standing == ()


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["police,1,police,2,same,", "police,2,police,1,different,"], "contradicts `same` of line 2"),
        (["police,1,police,2,same,", "police,2,court,1,same,", "police,1,court,1,different,"], "a chain of `same`"),
        (["police,1,police,2,maybe,"], "not `maybe`"),
        (["police,1,police,2,withdrawn,"], "nothing stands"),
        (["court,1,court,1b,different,"], "one person in one case file"),
    ],
)
def test_read_judgements_says_what_contradicts(tmp_path, lines, sentence):
    with pytest.raises(SourceProblem) as refused:
        judged(tmp_path, *lines)

    assert any(sentence in line for line in refused.value.problems)


def test_read_judgements_outlives_records_that_are_gone(tmp_path):
    found = judged(tmp_path, "police,1,police,9,same,", "police,1,police,2,same,", "police,1,police,9,withdrawn,")

    assert found.pairs("same") == [(0, 1)]
    assert found.notes == ("2 judgements are on records that are not in the registers; passed over: line 2, line 4.",)


def test_read_judgements_refuses_those_of_other_registers_altogether(tmp_path):
    with pytest.raises(SourceProblem, match="None of the judgements"):
        judged(tmp_path, "polcie,1,polcie,2,different,")


def test_read_judgements_takes_several_files_in_their_order(tmp_path):
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    one.write_text(HEADER + "police,1,police,2,same,\n", encoding="utf-8")
    other.write_text(HEADER + "police,1,police,2,different,\n", encoding="utf-8")

    with pytest.raises(SourceProblem) as refused:
        read_judgements([one, other], MENTIONS)

    assert refused.value.problems == (
        "other.csv line 2: `different` contradicts `same` of one.csv line 2. Withdraw that one first.",
    )


@pytest.mark.parametrize(("delimiter", "encoding"), [(";", "utf-8-sig"), ("\t", "utf-16"), (";", "cp1250")])
def test_read_judgements_reads_what_spreadsheets_write(tmp_path, delimiter, encoding):
    path = tmp_path / "judgements.csv"
    lines = HEADER.replace("stratum", "reason") + "\npolice , 1,police,2,Same,исто" + "\n,,,,,\n"
    text = (lines if encoding != "cp1250" else lines.replace("исто", "šišanje")).replace(",", delimiter)
    path.write_bytes(text.encode(encoding))

    assert read_judgements(path, MENTIONS).pairs("same") == [(0, 1)]


def test_read_judgements_passes_over_excluded_people(tmp_path):
    found = judged(tmp_path, "police,1,police,9,same,", excluded=1)

    assert found.standing == ()
    assert found.notes == ("1 judgements are on people who are excluded or not in the registers; passed over.",)


def test_read_judgements_names_missing_columns(tmp_path):
    with pytest.raises(SourceProblem, match="Missing columns: record_id_a"):
        judged(tmp_path, header="register_a,register_b,record_id_b,verdict\n")
