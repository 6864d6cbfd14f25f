"""Lists and readings as plain values: what a phone is handed, what other systems receive, what the vectors hold."""

from opennrm.profile.instruments import IndicatorSet
from opennrm.screening.rules import Reading, standing


def delivered(indicator_set: IndicatorSet, *, weights_are_confirmed: bool = False) -> dict[str, object]:
    """What a reader needs to evaluate answers to a list, and nothing of its words.

    `weights` is said with every result; `digest` names exactly this list, as a confirmation of its weights does.
    """
    policy = indicator_set.policy
    return {
        "key": indicator_set.key,
        "digest": indicator_set.digest,
        "weights": standing(indicator_set, are_confirmed=weights_are_confirmed).value,
        "policy": policy
        and {
            "key": f"{policy.id}.{policy.version}",
            "groups": [{"id": group.id, "any_of": list(group.any_of)} for group in policy.groups],
        },
        "dimensions": [dimension.id for dimension in indicator_set.dimensions],
        "indicators": [
            {
                "id": i.id,
                "dimension": i.dimension,
                "strength": i.strength and i.strength.value,
                "counts": i.counts.value,
            }
            for i in indicator_set.indicators
        ],
    }


def plain(reading: Reading) -> dict[str, object]:
    """The reading as plain values, the form in which the shared vectors and other systems hold it."""
    combination = reading.combination
    return {
        "advice": reading.advice.value,
        "not_known": reading.not_known,
        "weights": reading.weights.value,
        "dimensions": {
            d.dimension: {
                "result": d.result.value,
                "signs": list(d.signs),
                "answered": d.answered,
                "needed": d.needed,
                "questions": list(d.questions),
                "without_evidence": list(d.without_evidence),
            }
            for d in reading.dimensions
        },
        "combination": combination
        and {
            "policy": combination.policy,
            "result": combination.result.value,
            "groups": {group.group: group.result.value for group in combination.groups},
        },
        "open_questions": [[q.indicator, q.dimension, q.alone] for q in reading.open_questions],
    }
