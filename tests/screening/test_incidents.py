"""Published incidents come out as far as their evidence goes, and no further."""

import json
from pathlib import Path

import pytest

from opennrm.kernel.codes import Answer
from opennrm.profile.loading import country_folder, load
from opennrm.screening.rules import Result, evaluate

INCIDENTS = json.loads((Path(__file__).parent / "data/incidents.json").read_text(encoding="utf-8"))
SERBIA = load(country_folder("rs"))


@pytest.mark.parametrize("incident", INCIDENTS.values(), ids=INCIDENTS)
def test_an_incident_gives_exactly_what_its_evidence_supports(incident):
    told = dict.fromkeys(incident["told"], Answer.YES)
    reading = evaluate(told, SERBIA.indicator_set(incident["list"]), evidence=frozenset(told))
    assert {d.dimension: d.result for d in reading.dimensions} == incident["dimensions"]
    assert {g.group: g.result for g in reading.combination.groups} == incident["groups"]
    assert reading.combination.result == incident["combination"]
    assert reading.advice == incident["advice"]


def test_the_fourteen_workers_are_incomplete_and_the_next_questions_are_named():
    incident = INCIDENTS["14 workers, Zrenjanin, 2024"]
    reading = evaluate(dict.fromkeys(incident["told"], Answer.YES), SERBIA.indicator_set(incident["list"]))
    assert reading.combination.result not in (Result.POSITIVE, Result.CANNOT_BECOME_POSITIVE)
    asked_for = {question.dimension for question in reading.open_questions}
    assert "exploitation" in asked_for
    assert "coercion_at_destination" not in asked_for
    assert reading.not_known == 64


def test_what_similar_signs_may_mean_is_never_filled_in():
    told = INCIDENTS["about 500 workers, Zrenjanin, 2021"]["told"]
    fourteen = INCIDENTS["14 workers, Zrenjanin, 2024"]
    reading = evaluate(dict.fromkeys(fourteen["told"], Answer.YES), SERBIA.indicator_set(fourteen["list"]))
    signs = {sign for dimension in reading.dimensions for sign in dimension.signs}
    assert signs == set(fourteen["told"])
    assert not (told.keys() - fourteen["told"].keys()) & signs
