import json
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opennrm.kernel.codes import Answer, Strength
from opennrm.kernel.errors import NrmError
from opennrm.profile.loading import country_folder, load
from opennrm.screening.delivery import delivered, plain
from opennrm.screening.rules import Advice, Result, Weights, evaluate
from tests.screening import second_reader, vectors

YES, NO, NOT_KNOWN = Answer.YES, Answer.NO, Answer.NOT_KNOWN
SERBIA = load(country_folder("rs"))
RURITANIA = load(vectors.INVENTED)
ADULTS = SERBIA.indicator_set("ilo-ec-adult-labour")
CHILDREN = SERBIA.indicator_set("ilo-ec-child-labour")
ELEVEN = SERBIA.indicator_set("ilo-11")
SIGNS = RURITANIA.indicator_set("signs.1")  # held: H1 strong, H2 medium, H3 weak, H4 medium with evidence; used: U1, U2
SETS = [s for p in (SERBIA, RURITANIA) for s in p.all_indicator_sets]


def yes(*indicators):
    return dict.fromkeys(indicators, YES)


def all_no(indicator_set, **but):
    return {**{i.id: NO for i in indicator_set.indicators}, **but}


@pytest.mark.parametrize(
    "vector", json.loads((Path(__file__).parent / "data/dimension_rule.json").read_text())["vectors"], ids=str
)
def test_a_dimension_is_positive_as_the_instrument_says(vector):
    positive = vector.pop("positive")
    assert Weights(**vector).are_positive == positive


def test_many_weak_signs_are_never_enough():
    assert not Weights(weak=50).are_positive
    assert not Weights(medium=1, weak=50).are_positive


def test_nothing_asked_is_not_assessed_and_asks_for_more():
    reading = evaluate({}, ADULTS)
    assert {d.result for d in reading.dimensions} == {Result.NOT_ASSESSED}
    assert reading.combination.result == Result.NOT_ASSESSED
    assert reading.advice == Advice.ASK_MORE
    assert str(reading.dimensions[0].why) == "Nothing asked yet: a gap, not a no."
    assert reading.not_known == 67


def test_one_strong_sign_waits_for_any_other():
    held = evaluate(yes("H1"), SIGNS).dimension("held")
    assert (held.result, held.needed) == (Result.NOT_POSITIVE_YET, 1)
    assert held.questions == ("H2", "H4", "H3")
    assert str(held.change) == "One more sign would change it."
    assert str(held.why) == "1 of 4 answered."


def test_what_cannot_become_positive_is_said_also_while_questions_are_open():
    held = evaluate({"H1": NO, "H2": YES, "H3": NOT_KNOWN, "H4": NO}, SIGNS).dimension("held")
    assert (held.result, held.needed, held.questions) == (Result.CANNOT_BECOME_POSITIVE, 0, ())
    assert str(held.change) == ""


def test_two_medium_signs_that_are_all_there_is_are_not_positive():
    lured = evaluate(yes("L1", "L2"), SIGNS).dimension("lured")
    assert lured.result == Result.CANNOT_BECOME_POSITIVE
    assert str(lured.why) == "All 2 answered."


def test_a_trait_counts_only_with_a_line_of_evidence_and_its_lack_is_no_no():
    answers = {**yes("H2", "H4", "H3"), "H1": NO}
    without = evaluate(answers, SIGNS)
    assert without.dimension("held").result == Result.NOT_POSITIVE_YET
    assert without.dimension("held").without_evidence == ("H4",)
    assert without.dimension("held").questions == ("H4",)
    assert "needs a line saying what somebody did" in " ".join(map(str, without.reasons))
    assert evaluate(answers, SIGNS, evidence={"H4"}).dimension("held").result == Result.POSITIVE


def test_background_is_never_a_sign_nor_a_question():
    used = evaluate({"U3": YES}, SIGNS).dimension("used")
    assert (used.result, used.signs, used.asked) == (Result.NOT_ASSESSED, (), 2)
    assert "U3" not in used.questions


def test_adults_need_one_of_each_group_and_children_only_exploitation():
    def positive(indicator_set, *dimensions):
        strong = [i for i in indicator_set.indicators if i.dimension in dimensions and i.counts == "as sign"]
        return evaluate(yes(*(i.id for i in strong)), indicator_set)

    met = positive(ADULTS, "deceptive_recruitment", "exploitation", "coercion_at_destination")
    assert met.combination.result == Result.POSITIVE
    assert met.combination.policy == "ilo-ec-adult.2026-1"
    assert met.advice == Advice.REFER_NOW
    assert met.open_questions == ()
    assert str(met.reasons[0]) == "The answers meet the list’s rule."
    assert positive(ADULTS, "exploitation").combination.result == Result.NOT_POSITIVE_YET
    assert positive(CHILDREN, "exploitation").advice == Advice.REFER_NOW
    assert positive(CHILDREN, "coercion_at_destination").advice == Advice.ASK_MORE


def test_open_questions_name_the_nearest_first_and_only_those_that_matter():
    reading = evaluate(yes("H1", "H2", "U1"), SIGNS)
    assert [(q.indicator, q.alone) for q in reading.open_questions] == [("U2", True)]
    further = evaluate(yes("H3"), SIGNS).open_questions
    assert [q.indicator for q in further] == ["H1", "U1", "U2"]
    assert [q.alone for q in further] == [True, False, False]


def test_all_answered_no_is_said_without_closing_the_door():
    reading = evaluate(all_no(ADULTS), ADULTS)
    assert reading.advice == Advice.NOT_BY_THIS_LIST
    assert reading.open_questions == ()
    assert "One alarming fact is still enough to refer." in str(reading.reasons[0])


def test_one_of_the_eleven_signs_is_enough_to_refer_and_gives_no_verdict():
    reading = evaluate(yes("ILO11-07"), ELEVEN)
    assert reading.advice == Advice.REFER_NOW
    assert reading.combination is None
    assert [d.result for d in reading.dimensions] == [Result.SIGNS_PRESENT, Result.NOT_ASSESSED]
    assert [q.indicator for q in reading.open_questions] == ["ILO11-10", "ILO11-11"]
    assert str(reading.reasons[0]) == "1 sign is present. One is enough to refer."
    assert str(evaluate(yes("ILO11-07", "ILO11-08"), ELEVEN).reasons[0]).startswith("2 signs are present.")


def test_the_eleven_without_a_sign_ask_on_or_say_that_all_were_answered():
    asking = evaluate({"ILO11-07": NO}, ELEVEN)
    assert asking.advice == Advice.ASK_MORE
    assert asking.dimension("means").result == Result.NO_SIGN_YET
    done = evaluate(all_no(ELEVEN), ELEVEN)
    assert done.advice == Advice.NOT_BY_THIS_LIST
    assert {d.result for d in done.dimensions} == {Result.NO_SIGN}


def test_weights_that_were_not_confirmed_are_said():
    words = "The weights of this list await confirmation against the published instrument."
    assert words in map(str, evaluate({}, ADULTS).reasons)
    assert words not in map(str, evaluate({}, SIGNS).reasons)


def test_an_answer_to_another_list_is_refused():
    with pytest.raises(NrmError, match="“H1” is not a question of the list ilo-11"):
        evaluate(yes("H1"), ELEVEN)


# --- Whatever is answered

any_answers = st.sampled_from(SETS).flatmap(
    lambda s: st.tuples(
        st.just(s),
        st.dictionaries(st.sampled_from([i.id for i in s.indicators]), st.sampled_from(list(Answer))),
        st.sets(st.sampled_from([i.id for i in s.indicators])),
    )
)
small_answers = st.tuples(
    st.just(SIGNS),
    st.dictionaries(st.sampled_from([i.id for i in SIGNS.indicators]), st.sampled_from(list(Answer))),
    st.sets(st.sampled_from([i.id for i in SIGNS.indicators])),
)


@given(any_answers)
def test_leaving_out_and_not_known_are_the_same(case):
    indicator_set, answers, evidence = case
    said = {i: a for i, a in answers.items() if a != NOT_KNOWN}
    assert plain(evaluate(said, indicator_set, evidence=evidence)) == plain(
        evaluate(answers, indicator_set, evidence=evidence)
    )


@given(any_answers)
def test_the_order_of_answers_changes_nothing(case):
    indicator_set, answers, evidence = case
    backwards = dict(reversed(answers.items()))
    assert evaluate(backwards, indicator_set, evidence=evidence) == evaluate(answers, indicator_set, evidence=evidence)


@given(any_answers, st.data())
def test_a_further_sign_never_takes_a_positive_result_away(case, data):
    indicator_set, answers, evidence = case
    more = {**answers, data.draw(st.sampled_from([i.id for i in indicator_set.indicators])): YES}
    before = evaluate(answers, indicator_set, evidence=evidence)
    after = evaluate(more, indicator_set, evidence=evidence)
    for earlier, later in zip(before.dimensions, after.dimensions, strict=True):
        if earlier.result in (Result.POSITIVE, Result.SIGNS_PRESENT):
            assert later.result == earlier.result
    if before.advice == Advice.REFER_NOW:
        assert after.advice == Advice.REFER_NOW


@given(any_answers)
def test_a_positive_result_rests_on_signs_and_a_no_is_never_one(case):
    indicator_set, answers, evidence = case
    for dimension in evaluate(answers, indicator_set, evidence=evidence).dimensions:
        assert all(answers[sign] == YES for sign in dimension.signs)
        assert all(
            answers.get(q, NOT_KNOWN) == NOT_KNOWN or q in dimension.without_evidence for q in dimension.questions
        )
        if not any(answers.get(i.id, NOT_KNOWN) != NOT_KNOWN for i in indicator_set.indicators):
            assert dimension.result == Result.NOT_ASSESSED


@given(small_answers)
def test_the_fewest_further_signs_are_found_as_by_trying_all(case):
    indicator_set, answers, evidence = case
    for dimension in evaluate(answers, indicator_set, evidence=evidence).dimensions:
        items = [i for i in indicator_set.indicators if i.dimension == dimension.dimension and i.counts != "never"]
        bare = {i.id for i in items if i.counts == "with evidence" and i.id not in evidence}
        signs = [i for i in items if answers.get(i.id) == YES and i.id not in bare]
        open_ones = [
            i for i in items if answers.get(i.id, NOT_KNOWN) == NOT_KNOWN or (answers[i.id] == YES and i.id in bare)
        ]
        sizes = [
            n
            for n in range(len(open_ones) + 1)
            if any(positive([*signs, *taken]) for taken in combinations(open_ones, n))
        ]
        assert dimension.needed == (min(sizes) if sizes else 0)
        assert (dimension.result == Result.POSITIVE) == positive(signs)
        if sizes and min(sizes):
            least = [set(taken) for taken in combinations(open_ones, min(sizes)) if positive([*signs, *taken])]
            assert set(dimension.questions) == {i.id for i in set().union(*least)}


def positive(signs):
    """The four sentences of the instrument, one by one."""
    strong, medium, weak = ([s.strength for s in signs].count(strength) for strength in Strength)
    return strong >= 2 or (strong >= 1 and (medium >= 1 or weak >= 1)) or medium >= 3 or (medium >= 2 and weak >= 1)


# --- The vectors that every reader shares


def test_the_shared_vectors_are_those_of_this_rule():
    kept = json.loads(vectors.PATH.read_text(encoding="utf-8"))
    assert len(kept["vectors"]) >= 300
    assert kept == json.loads(json.dumps(vectors.made()))


def test_the_shared_vectors_show_every_result_and_advice():
    kept = json.loads(vectors.PATH.read_text(encoding="utf-8"))["vectors"]
    results = {d["result"] for case in kept for d in case["reading"]["dimensions"].values()}
    assert results == set(Result)
    assert {case["reading"]["advice"] for case in kept} == set(Advice)


# --- A second reader, from what is delivered alone


@pytest.mark.parametrize("key", sorted({s.key for s in SETS if s.is_for_screening}))
def test_what_is_delivered_is_all_that_a_second_reader_needs(key):
    kept = json.loads(vectors.PATH.read_text(encoding="utf-8"))
    handed = next(one for one in kept["lists"] if one["key"] == key)
    cases = [case for case in kept["vectors"] if case["list"] == key]

    assert len(cases) >= 20
    for case in cases:
        assert second_reader.read(handed, case["answers"], case["evidence"]) == case["reading"]


@given(any_answers, st.booleans())
def test_a_second_reader_agrees_whatever_is_answered(case, are_confirmed):
    indicator_set, answers, evidence = case
    handed = json.loads(json.dumps(delivered(indicator_set, weights_are_confirmed=are_confirmed)))
    said = {name: answer.value for name, answer in answers.items()}

    ours = plain(evaluate(answers, indicator_set, evidence=evidence, weights_are_confirmed=are_confirmed))

    assert second_reader.read(handed, said, evidence) == json.loads(json.dumps(ours))


def test_vectors_and_lists_hold_no_words_about_persons():
    kept = json.loads(vectors.PATH.read_text(encoding="utf-8"))

    assert {key for one in kept["lists"] for key in one} == {
        "key", "digest", "weights", "policy", "dimensions", "indicators",
    }  # fmt: skip
