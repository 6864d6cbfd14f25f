"""Writes tests/vectors/screening.json: cases drawn by chance and by hand, the same at each run."""

import json
import random
from pathlib import Path

from opennrm.kernel.codes import Answer
from opennrm.profile.loading import country_folder, load
from opennrm.screening.delivery import delivered, plain
from opennrm.screening.rules import evaluate

PATH = Path(__file__).parents[1] / "vectors" / "screening.json"
INVENTED = Path(__file__).parents[1] / "profile" / "ruritania"


def made() -> dict:
    sets = {s.key: s for folder in ("rs", str(INVENTED)) for s in load(country_folder(folder)).all_indicator_sets}
    chosen = {key: s for key, s in sets.items() if s.is_for_screening}
    vectors = [case for key, s in chosen.items() for case in _cases(s, random.Random(key))]
    return {"lists": [delivered(s) for s in chosen.values()], "vectors": vectors}


def _cases(indicator_set, chance):
    ids = [i.id for i in indicator_set.indicators]
    yield _case(indicator_set, {}, [])
    for answer in Answer:
        yield _case(indicator_set, dict.fromkeys(ids, answer), [])
    yield _case(indicator_set, dict.fromkeys(ids, Answer.YES), ids)
    for _ in range(15):
        known = chance.choice([0.1, 0.4, 0.8, 1.0])
        yes = chance.choice([0.1, 0.3, 0.6])
        answers = {
            i: (Answer.YES if chance.random() < yes else Answer.NO) if chance.random() < known else Answer.NOT_KNOWN
            for i in ids
            if chance.random() < 0.9
        }
        yield _case(indicator_set, answers, sorted(i for i in ids if chance.random() < 0.5))


def _case(indicator_set, answers, evidence):
    reading = evaluate(answers, indicator_set, evidence=frozenset(evidence))
    return {
        "list": indicator_set.key,
        "answers": {i: a.value for i, a in answers.items()},
        "evidence": evidence,
        "reading": plain(reading),
    }


if __name__ == "__main__":
    PATH.write_text(json.dumps(made(), separators=(",", ":")).replace('{"list"', '\n{"list"') + "\n", encoding="utf-8")
