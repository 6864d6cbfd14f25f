"""A name planted wherever something can be typed is found nowhere but on the pages of those who may read it."""

import base64
import io
import json
import logging
import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse

from opennrm.access.actions import set_work_address
from opennrm.access.actor import SYSTEM
from opennrm.access.models import Account, AccountSession
from opennrm.access.signing_in.store import SessionStore
from opennrm.audit.models import Entry
from opennrm.desk.models import KeptDraft
from opennrm.desk.quiet import QuietFormatter
from opennrm.desk.ticking import act
from opennrm.kernel.clock import frozen, now
from tests.house.boxes import boxes, remembered, without_the_word
from tests.house.walk import Thread, Visitor, hidden, letter_fields
from tests.house.walk_watched import (
    appeals_end_otherwise,
    compare_weights,
    keep_papers,
    look_at_readings,
    open_in_an_emergency,
    stand_by_a_child,
)

pytestmark = pytest.mark.both

CANARY = "Kanarinkazlata Ћурчићева"

# Sealed columns into which nobody types.
NOT_TYPED = {
    "identification.Attachment.arrived_digest": "a digest of what was sent",
    "referral.CallerThread.word": "three words that the service draws",
    "referral.Brought.fields": "sent by other systems, through no page: tests/desk/test_interface.py",
}


def encodings():
    for word in (*CANARY.split(), *CANARY.upper().split(), *CANARY.lower().split()):
        yield json.dumps(word)[1:-1].encode()
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            plain = word.encode(encoding)
            yield plain
            yield plain.hex().encode()
            for shift in range(3):  # base64 writes the same bytes in three ways, by where they begin
                yield base64.b64encode(b"\0" * shift + plain)[4 if shift else 0 : -4]


SOUGHT = sorted(set(encodings()))


def found_in(content):
    raw = content if isinstance(content, bytes) else str(content).encode()
    return [word for word in SOUGHT if word in raw]


def test_found_in_would_find_it():
    text = f"before {CANARY} after"

    assert found_in(text)
    assert found_in(text.encode("utf-16-le"))
    assert found_in(json.dumps(text))
    assert all(found_in(base64.b64encode(text[start:].encode())) for start in range(4))


@contextmanager
def everything_logged():
    """What the configured formatter writes, with every logger open at DEBUG, SQL included."""
    log, levels = io.StringIO(), {}
    handler = logging.StreamHandler(log)
    handler.setFormatter(QuietFormatter())
    raw = logging.StreamHandler(log)  # and the words themselves, as another formatter would write them
    raw.addFilter(lambda record: not record.exc_info)
    names = ["", *(name for name in logging.root.manager.loggerDict if name.split(".")[0] in {"django", "opennrm"})]
    loggers = [logging.getLogger(name) for name in names]
    for logger in loggers:
        levels[logger] = logger.level
        logger.setLevel(logging.DEBUG)
        if not logger.propagate or logger is logging.root:
            logger.addHandler(handler)
            logger.addHandler(raw)
    connection.force_debug_cursor = True
    try:
        yield log
    finally:
        connection.force_debug_cursor = False
        for logger, level in levels.items():
            logger.setLevel(level)
            logger.removeHandler(handler)
            logger.removeHandler(raw)


def the_whole_thread():
    thread = Thread(CANARY)
    thread.passed_on()
    thread.not_reached()
    thread.called()
    case = thread.decided()
    thread.read_by_herself(case)
    watched(thread, case)
    thread.looked_at_again()
    thread.listed()
    a_draft_outlives_its_session(thread)
    typed_in_the_wrong_place(thread)
    days_later_people_are_told(thread)
    return thread


def watched(thread, case):
    """Papers, an emergency, readings, appeals, a list's weights, a guardian: the word in every box of theirs."""

    def visit(account):
        return Visitor(account, thread.answers)

    keep_papers(thread.lead, case, CANARY)
    open_in_an_emergency(thread.lead, case, CANARY, visit)
    look_at_readings(thread.lead, case, CANARY, visit)
    appeals_end_otherwise(thread.office, thread.lead, CANARY, visit)
    compare_weights(CANARY, visit)
    stand_by_a_child(thread.inspector, CANARY, visit)


def days_later_people_are_told(thread):
    for account in Account.objects.all():
        set_work_address(account, f"{account.sign_in}@example.org", by=SYSTEM)
    sent = thread.sent()
    with frozen(now() + timedelta(days=2)):
        act()
        for visitor in (thread.duty, thread.lead):
            visitor.page("notices")
            visitor.page("clocks")
            visitor.page("clocks", show="missed")
        thread.duty.page("referral:detail", sent)


def a_draft_outlives_its_session(thread):
    visitor = thread.inspector
    opened = visitor.page("screening:new")
    fields = hidden(opened) | {"age_band": "adult", "indicator_set": "ilo-11", "notes": CANARY}
    visitor.post(reverse("close"))
    visitor.post(reverse("screening:new"), fields)
    assert KeptDraft.objects.get().fields["notes"] == [CANARY]
    connection.force_debug_cursor = False  # a sign-in name is looked up, so the statement itself names it
    visitor.post(reverse("sign_in"), {"username": CANARY, "password": CANARY})
    connection.force_debug_cursor = True
    visitor.force_login(visitor.account)
    assert CANARY in visitor.page("resume").content.decode()


def typed_in_the_wrong_place(thread):
    """Names in boxes that are not for names: choices, dates, codes, the search."""
    draft = thread.noticed()
    visitor = thread.inspector
    visitor.send("screening:new", expect=400, age_band=CANARY, indicator_set=CANARY, sex=CANARY, district=CANARY)
    visitor.send("screening:question", draft, 1, expect=400, answer=CANARY)
    visitor.send("referral:new", draft, expect=400, **dict.fromkeys(letter_fields(), CANARY))
    visitor.post(reverse("find"), {"code": CANARY})
    visitor.post(reverse("set_language"), {"language": CANARY})


def test_a_name_typed_anywhere_is_nowhere_but_on_its_page(own_database):
    with everything_logged() as log:
        thread = the_whole_thread()

    shown = [answer for answer in thread.answers if found_in(answer.content)]
    assert len(shown) > 20, "the word is read by those who may"
    assert without_the_word(CANARY) == NOT_TYPED.keys(), "every sealed column was filled through the box of a page"
    assert [box for answer in thread.answers for box in remembered(answer)] == []
    for answer in thread.answers:
        where = (answer.request["PATH_INFO"], answer.status_code)
        assert not found_in(answer.request["PATH_INFO"] + answer.request["QUERY_STRING"]), where
        assert not found_in(str(answer.headers) + str(answer.cookies)), where
        titles = re.findall(r"<title>(.*?)</title>", answer.content.decode(errors="replace"), re.DOTALL)
        assert not found_in("".join(titles)), where
        assert answer.status_code != 404 or not found_in(answer.content), where
    assert "INSERT" in log.getvalue()
    assert not [line[:300] for line in log.getvalue().splitlines() if found_in(line)]
    assert len(mail.outbox) > 1
    assert not found_in([message.message().as_string() + message.body for message in mail.outbox])
    assert Entry.objects.count() > 100
    assert not found_in([(e.verb, e.subject, e.by, e.facts) for e in Entry.objects.all()])
    assert not found_in([SessionStore().decode(session.session_data) for session in AccountSession.objects.all()])
    assert not found_in(every_row())
    if connection.vendor == "sqlite":
        files = list(own_database.parent.glob(own_database.name + "*"))
        assert {file.name.rpartition("sqlite3")[2] for file in files} >= {"", "-wal"}
        for file in files:
            assert not found_in(file.read_bytes()), file.name
            assert not found_in(file.name)


def every_row():
    rows = b""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for value in row:
                    rows += (bytes(value) if isinstance(value, memoryview | bytes) else str(value).encode()) + b"\n"
    return rows


def test_a_fault_repeats_nothing_of_what_was_sent(own_database, monkeypatch):
    from opennrm.screening import actions

    def breaks(*args, **kwargs):
        raise RuntimeError(CANARY)

    thread = Thread(CANARY)
    monkeypatch.setattr(actions, "start", breaks)

    with everything_logged() as log:
        answer = thread.inspector.post(
            reverse("screening:new"), {"age_band": "adult", "indicator_set": "ilo-11", "notes": CANARY}
        )

    assert answer.status_code == 500
    assert "It is not your fault" in answer.content.decode()
    assert not found_in(answer.content)
    assert '"error": "RuntimeError"' in log.getvalue()
    assert not [line[:300] for line in log.getvalue().splitlines() if found_in(line)]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({f"field{n}": CANARY for n in range(6001)}, 400),
        ({"notes": CANARY * 100_000}, 400),
    ],
    ids=["too many fields", "too long"],
)
def test_a_page_that_could_not_be_read_repeats_nothing(own_database, fields, status):
    thread = Thread(CANARY)

    with everything_logged() as log:
        answer = thread.inspector.post(reverse("screening:new"), fields)

    assert answer.status_code == status
    assert "does not understand" in answer.content.decode()
    assert not found_in(answer.content)
    assert not [line[:300] for line in log.getvalue().splitlines() if found_in(line)]


def test_a_page_open_too_long_and_a_refusal_repeat_nothing(own_database):
    thread = Thread(CANARY)
    code = thread.taken()
    thread.duty.handler.enforce_csrf_checks = True

    with everything_logged() as log:
        old = thread.duty.post(reverse("referral:ask", args=[code]), {"question": CANARY})
        thread.duty.handler.enforce_csrf_checks = False
        refused = thread.inspector.post(reverse("screening:discard", args=[code]), {"note": CANARY})
        thread.duty.send("referral:accept", code)
        late = thread.duty.post(reverse("referral:ask", args=[code]), {"question": CANARY})

    assert (old.status_code, refused.status_code, late.status_code) == (403, 404, 409)
    for answer in (old, refused, late):
        assert not found_in(answer.content)
    assert not [line[:300] for line in log.getvalue().splitlines() if found_in(line)]


def test_a_box_that_a_browser_would_remember_is_found():
    page = '<form><input name="a"><input type="radio" name="b"></form><form autocomplete="off"><textarea name="c">'

    assert boxes(f'{page}</textarea><input name="d" autocomplete="name"></form>') == [
        ("a", ""),
        ("c", "off"),
        ("d", "name"),
    ]
