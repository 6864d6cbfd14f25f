import json
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opennrm.audit import rules
from opennrm.audit.rules import AuditProblem, Break, Line
from opennrm.kernel.public_code import new_code

SAFE = st.text(alphabet=st.characters(codec="ascii", exclude_characters='"\\', exclude_categories=["Cc"]), max_size=20)
FACTS = st.dictionaries(
    st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True),
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.sampled_from(["labour", "sr-Cyrl", "7KQ4-RM2X"]),
    max_size=4,
)


class Form(StrEnum):
    LABOUR = "labour"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "labour",
        "7KQ4-RM2X",
        "account:K3TR-9W2D",
        "forced_begging",
        "24h",
        "sr-Cyrl",
        "2026-1",
        "2026-11-22",
        "ilo:DEL-AL-D5-COE_DOCS",
        "a/b+c.d",
        "550e8400-e29b-41d4-a716-446655440000",
        Form.LABOUR,
    ],
)
def test_canonical_facts_takes_codes(value):
    assert json.loads(rules.canonical_facts({"fact": value})) == {"fact": str(value)}


@pytest.mark.parametrize(
    "value",
    [
        "Milica",
        "Milica Petrović",
        "милица",
        "two words",
        " labour",
        "labour\n",
        "o'neill",
        "x" * 65,
        "1205988710123",
        "064/123-4567",
        "+381641234567",
        "064 1234567",
        "a@b.rs",
        '"',
        "\\",
        12059887,
        -10_000_000,
        1.5,
        ["labour"],
        b"labour",
    ],
)
def test_canonical_facts_refuses_words_names_and_numbers_of_people(value):
    with pytest.raises(AuditProblem, match="The fact `form`") as refused:
        rules.canonical_facts({"form": value})
    if str(value).strip():
        assert repr(value) not in str(refused.value)


def test_canonical_facts_takes_every_public_code():
    assert all(rules.canonical_facts({"file": new_code()}) for _ in range(3000))


def test_canonical_facts_writes_times_and_dates():
    moment = datetime(2026, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=1)))

    assert rules.canonical_facts({"due": moment, "on": date(2026, 3, 1), "none": None, "ok": True, "n": -5}) == (
        '{"due":"2026-03-01T08:30:00.000000Z","n":-5,"none":null,"ok":true,"on":"2026-03-01"}'
    )


@pytest.mark.parametrize("name", ["Name", "два", "x" * 41, "", "a b", "_a", "1a"])
def test_canonical_facts_refuses_what_is_no_name_of_a_fact(name):
    with pytest.raises(AuditProblem, match="name of a fact"):
        rules.canonical_facts({name: 1})


def test_canonical_facts_has_limits():
    with pytest.raises(AuditProblem, match="at most 20"):
        rules.canonical_facts({f"f{n}": n for n in range(21)})
    with pytest.raises(AuditProblem, match="1000 characters"):
        rules.canonical_facts({f"f{n}": "x" * 64 for n in range(18)})


@pytest.mark.parametrize(
    ("verb", "subject", "by"),
    [
        ("case.open", "case:7KQ4-RM2X", "account:K3TR-9W2D"),
        ("checkpoint", "system:signing_in", "system"),
        ("identity.name.reveal", "file:550e8400-e29b-41d4-a716-446655440000", "account:1"),
    ],
)
def test_checked_takes_codes(verb, subject, by):
    rules.checked(verb=verb, subject=subject, by=by)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"verb": "Case open"}, "verb"),
        ({"verb": "case."}, "verb"),
        ({"verb": "a.b.c.d"}, "verb"),
        ({"verb": "v" * 65}, "verb"),
        ({"subject": "Milica Petrović"}, "subject"),
        ({"subject": "case:Milica"}, "subject"),
        ({"subject": "case"}, "subject"),
        ({"subject": "case:"}, "subject"),
        ({"subject": "case:7KQ4-RM2X/read/2026-11-22"}, "subject"),
        ({"subject": "case:" + "7" * 100}, "subject"),
        ({"subject": 'case:"'}, "subject"),
        ({"by": "ana.petrovic"}, "author"),
        ({"by": "account:Ana"}, "author"),
        ({"by": ""}, "author"),
        ({"by": "system\n"}, "author"),
    ],
)
def test_checked_refuses_everything_else_without_repeating_it(changed, said):
    given_ = {"verb": "case.open", "subject": "case:7KQ4-RM2X", "by": "system"} | changed

    with pytest.raises(AuditProblem, match=f"The {said} of an audit entry") as refused:
        rules.checked(**given_)
    assert "Milica" not in str(refused.value)


@given(SAFE, SAFE, FACTS, st.integers(1, 10**9), SAFE, SAFE, SAFE)
def test_canonical_is_json_with_sorted_keys(at, by, facts, number, previous, subject, verb):
    text = rules.canonical_facts(facts)
    line = Line(subject=subject, number=number, verb=verb, by=by, at=at, facts=text, previous=previous)
    plain = {
        "at": at, "by": by, "facts": facts, "number": number, "previous": previous, "subject": subject, "verb": verb,
    }  # fmt: skip

    expected = json.dumps(plain, sort_keys=True, separators=(",", ":"))

    assert rules.canonical(at, by, text, number, previous, subject, verb) == expected
    assert line.digest == sha256(expected.encode()).hexdigest()


@pytest.mark.parametrize(
    ("texts", "clean"),
    [
        (("abc", "x:y/z"), True),
        (('a"b',), False),
        (("a", "b\\"), False),
        (("č",), False),
        (("a", b"b"), False),
        ((), True),
    ],
)
def test_is_clean_tells_what_would_need_escaping(texts, clean):
    assert rules.is_clean(*texts) is clean


@given(st.datetimes(timezones=st.just(UTC)))
def test_canonical_time_has_27_characters_and_loses_nothing(moment):
    text = rules.canonical_time(moment)

    assert len(text) == 27
    assert datetime.fromisoformat(text) == moment


def test_canonical_time_refuses_a_moment_without_its_zone():
    with pytest.raises(AuditProblem, match="time zone"):
        rules.canonical_time(datetime(2026, 1, 1))  # noqa: DTZ001


def test_reading_chain_can_be_no_subject():
    chain = rules.reading_chain("case:7KQ4-RM2X", date(2026, 3, 1))

    assert chain == "case:7KQ4-RM2X/read/2026-03-01"
    with pytest.raises(AuditProblem):
        rules.checked(verb="read", subject=chain, by="system")


def test_canonical_heads_are_sorted():
    assert rules.canonical_heads([("b:1", 2, "d"), ("a:1", 1, "c")]) == '[["a:1",1,"c"],["b:1",2,"d"]]'


def test_a_statement_says_all_and_its_number_can_be_read():
    statement = rules.checkpoint_statement(number=12, at="2026-03-01T09:30:00.000000Z", entries=7, digest="ab")

    assert statement == "opennrm audit checkpoint 12 at 2026-03-01T09:30:00.000000Z over 7 entries: ab"
    assert rules.number_in_statement(statement) == 12
    assert rules.number_in_statement("something else") == 0


def test_a_break_names_record_and_entry():
    assert str(Break("case:7KQ4-RM2X", 3, "it was changed")) == "case:7KQ4-RM2X, entry 3: it was changed"
    assert str(Break(rules.CHECKPOINTS, 3, "it is missing")) == "checkpoint 3: it is missing"
