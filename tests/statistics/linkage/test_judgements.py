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
        (["police,1,police,9,same,"], "in no register"),
        (["police,1,police,2,maybe,"], "not `maybe`"),
        (["police,1,police,2,withdrawn,"], "nothing stands"),
        (["court,1,court,1b,different,"], "one person in one case file"),
    ],
)
def test_read_judgements_says_what_contradicts(tmp_path, lines, sentence):
    with pytest.raises(SourceProblem) as refused:
        judged(tmp_path, *lines)

    assert any(sentence in line for line in refused.value.problems)


def test_read_judgements_passes_over_excluded_people(tmp_path):
    found = judged(tmp_path, "police,1,police,9,same,", excluded=1)

    assert found.standing == ()
    assert "excluded" in found.notes[0]


def test_read_judgements_names_missing_columns(tmp_path):
    with pytest.raises(SourceProblem, match="Missing columns: record_id_a"):
        judged(tmp_path, header="register_a,register_b,record_id_b,verdict\n")
