"""What quality.json says of missed links is read as it is meant, or said not to be usable."""

import json
from random import Random

import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.reconciliation.missed import FoundAgain, read_found_again


def test_found_again_of_nothing_proven_is_not_all_found(tmp_path):
    path = tmp_path / "quality.json"
    path.write_text('{"persons": {"links_found_again_without_documents": 1.0, "proven_links": 0}}', encoding="utf-8")

    assert read_found_again(path) == FoundAgain(0.95, 10)


def test_found_again_is_told_by_pair_of_registers(tmp_path):
    persons = {"links_found_again_without_documents": 0.9, "proven_links": 500}
    pair = {"register_a": "court", "register_b": "police", "proven_pairs": 400, "found_without_documents": 200}
    path = tmp_path / "quality.json"
    path.write_text(json.dumps({"persons": persons, "found_again": [pair]}), encoding="utf-8")

    found = read_found_again(path)
    random = Random(1)
    missing = [
        sum(found.missing(*ends, random) for _ in range(200)) / 200 for ends in (("police", "court"), ("ngo", "ngo"))
    ]

    assert missing[0] > 0.5 > 0.25 > missing[1]
    pair["found_without_documents"] = 401
    path.write_text(json.dumps({"persons": persons, "found_again": [pair]}), encoding="utf-8")
    with pytest.raises(SourceProblem, match="no share of links found"):
        read_found_again(path)


@pytest.mark.parametrize("said", ["", "[]", "{}", '{"persons": {"links_found_again_without_documents": 0}}', "[1"])
def test_what_is_no_quality_json_is_said(tmp_path, said):
    path = tmp_path / "quality.json"
    path.write_text(said, encoding="utf-8")

    with pytest.raises(SourceProblem, match=r"quality\.json: "):
        read_found_again(path)
