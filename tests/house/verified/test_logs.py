"""What the verification standard asks of logs."""

import json
import logging
import re

import pytest
from django.conf import settings
from django.urls import reverse

from opennrm.access.actions import set_password
from opennrm.audit.models import Entry
from opennrm.desk.quiet import ALLOWED, QuietFormatter
from opennrm.kernel.public_code import new_code
from tests.factories import PASSWORD
from tests.house.verified.sources import CODE, OPERATOR, at_the_door, calls, signed_in


def test_the_inventory_of_logs_names_every_logger_and_field():
    section = OPERATOR.partition("## Logs")[2].partition("\n## ")[0]
    loggers = set()
    for name, text in CODE.items():
        if not name.startswith("statistics/"):
            loggers |= set(re.findall(r"getLogger\(\"([\w.]+)\"\)", text))
            if "getLogger(__name__)" in text:
                loggers.add("opennrm." + name.removesuffix(".py").replace("/", "."))

    assert loggers
    assert [name for name in sorted(loggers) if name not in section] == []
    assert [field for field in sorted(ALLOWED) if f"`{field}`" not in section] == []
    for word in ("audit trail", "journald", "how long", "who reads it"):
        assert word in section


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["not there", "not valid", "not his"])
def test_a_refused_page_is_logged_with_who_which_and_when(office, caplog, what):
    case = office.case()
    client = signed_in(office.inspector)
    caplog.set_level(logging.INFO, logger="opennrm")

    if what == "not there":
        client.get(reverse("case", args=[new_code()]))
    elif what == "not his":
        client.get(reverse("case", args=[case.code]))
    else:
        client.post(reverse("screening:new"), {"age_band": "Primer Ogled"})

    [record] = [one for one in caplog.records if one.getMessage() == "a page was refused"]
    line = json.loads(QuietFormatter().format(record))
    assert line["at"].endswith("+00:00")
    assert line["account"] == office.inspector.code
    assert (line["page"], line["status"]) == (("screening:new", 400) if what == "not valid" else ("case", 404))
    assert case.code not in str(line)
    assert "Primer" not in str(line)


def test_logs_go_to_one_place():
    assert {name: one["class"] for name, one in settings.LOGGING["handlers"].items()} == {
        "stderr": "logging.StreamHandler"
    }
    assert settings.ADMINS == []
    assert {name for name in CODE for _, called in calls(name) if called in {"print", "sys.stderr.write"}} <= {
        name for name in CODE if name.startswith(("console/", "desk/demonstration", "desk/ticking", "statistics/"))
    }


@pytest.mark.parametrize("sent", ['a\n{"level": "info", "said": "forged"}', "a\r\nb", "a\x1b[2Jb", 'a", "level": "x'])
def test_what_somebody_sends_cannot_forge_a_line_of_the_log(sent):
    record = logging.makeLogRecord(
        {"name": "opennrm.test", "msg": sent, "levelno": 20, "levelname": "INFO", "page": sent}
    )

    line = QuietFormatter().format(record)

    assert not set(line) & {"\n", "\r", "\x1b"}
    assert (json.loads(line)["said"], json.loads(line)["level"]) == (sent, "info")


@pytest.mark.django_db
@pytest.mark.both
def test_signing_in_and_failing_to_are_in_the_trail(office):
    set_password(office.lead, PASSWORD)

    client, _ = at_the_door(office.lead)
    client.post(reverse("sign_out"))
    at_the_door(office.lead, "Primer Ogled na vratima")

    entries = {entry.verb: entry for entry in Entry.objects.filter(verb__startswith="account.sign_")}
    assert {"account.sign_in", "account.sign_out", "account.sign_in_failed"} <= set(entries)
    assert entries["account.sign_in"].by == office.lead.ref
    assert "Primer" not in str([(e.by, e.subject, e.facts) for e in entries.values()])
