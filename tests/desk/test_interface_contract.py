"""The interface for other systems keeps to its own document, whatever is sent: Schemathesis with every check."""

import socketserver
import threading
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from wsgiref import simple_server

import pytest
import schemathesis
from django.db import connection, connections
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, from_schema

from opennrm.access.actor import SYSTEM
from opennrm.access.credentials import give_credential
from opennrm.kernel.clock import now
from tests.factories import an_agency

SEED = 20260317
PATIENCE = 300  # seconds: nothing here depends on how fast the machine is at this moment
MOMENTS = st.datetimes(datetime(2001, 1, 1), datetime(2020, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - drawn in UTC
schemathesis.openapi.format("date-time", MOMENTS.map(datetime.isoformat))
schemathesis.openapi.format("date", st.dates(date(1950, 1, 1), date(2020, 1, 1)).map(date.isoformat))


@pytest.fixture
def two_lists(monkeypatch):
    """The document with two of the lists: each list is a branch of its own, which all are tried in the long run."""
    from opennrm.screening.api import schemas_of

    def some(screening):
        return [one for one in schemas_of(screening) if one["title"].startswith(("ilo-11.", "education."))]

    monkeypatch.setattr("opennrm.desk.api.schemas_of", some)


@pytest.fixture
def secret(own_database, django_db_blocker, monkeypatch):
    """A credential of an inspectorate, in a database in which the requests of other threads really commit."""
    monkeypatch.setattr("opennrm.workflow.api.REQUESTS_A_MINUTE", 1_000_000)
    with django_db_blocker.unblock():
        an_agency("centre")
        an_agency("csw")
        inspectorate = an_agency("labour_inspectorate")
        yield give_credential(inspectorate, label="Contract", until=now() + timedelta(days=1), by=SYSTEM)[1]


@contextmanager
def served():
    """The service on a port of its own, as other systems meet it."""
    from opennrm.desk.wsgi import application

    class Server(socketserver.ThreadingMixIn, simple_server.WSGIServer):
        daemon_threads = True

        def process_request_thread(self, *asked):
            """Each request has a thread of its own, whose connection goes with it."""
            try:
                super().process_request_thread(*asked)
            finally:
                connections.close_all()

    class Silent(simple_server.WSGIRequestHandler):
        def log_message(self, *said):
            """What is asked is nobody's business."""

    with simple_server.make_server("127.0.0.1", 0, application, Server, Silent) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def found_by_schemathesis(headers, *, examples, coverage=True):
    """Every failure of every check in every phase, as text; deterministic by its seed."""
    config = SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "workers": 1,
            "request-timeout": PATIENCE,
            "phases": {"coverage": {"enabled": coverage}},
            "headers": headers,
            "continue-on-failure": True,
            "generation": {"max-examples": examples, "database": "none"},
        }
    )
    with served() as service:
        return _failures(
            schemathesis.openapi.from_url(f"{service}/api/v1/openapi.json", config=config, timeout=PATIENCE)
        )


def _failures(schema):
    failures, tried = [], 0
    for event in from_schema(schema).execute():
        recorder = getattr(event, "recorder", None)
        if recorder is None:
            failures += [str(event.info)] if hasattr(event, "info") else []
            continue
        tried += len(recorder.cases)
        for nodes in recorder.checks.values():
            failures += [
                f"{node.name}: {node.failure_info.failure}\n{node.failure_info.code_sample}"
                for node in nodes
                if node.status == Status.FAILURE
            ]
    return failures, tried


def test_schemathesis_finds_nothing_with_a_credential(secret, two_lists):
    failures, tried = found_by_schemathesis({"Authorization": f"Bearer {secret}"}, examples=4)

    assert failures == []
    assert tried > 100


def test_schemathesis_finds_nothing_without_one(secret, two_lists):
    failures, tried = found_by_schemathesis({}, examples=5, coverage=False)

    assert failures == []
    assert tried > 20


@pytest.mark.long
@pytest.mark.both
def test_schemathesis_finds_nothing_in_a_long_run(secret):
    examples = 300 if connection.vendor == "sqlite" else 20  # what is asked does not depend on the database
    failures, tried = found_by_schemathesis({"Authorization": f"Bearer {secret}"}, examples=examples)

    assert failures == []
    assert tried > 3 * examples
