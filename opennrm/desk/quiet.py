"""Logs and error reports that name what happened and where in the code, and nothing of what was being handled.

An exception's message may carry a value (a name in a database error), so only its class and the lines of code that it
passed are written.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

# What a log line may carry besides its message: codes and numbers, put there on purpose.
ALLOWED = {"referral", "case", "screening", "account", "page", "status", "clock", "task", "count", "milliseconds"}


class QuietFormatter(logging.Formatter):
    """One JSON object a line. Paths lose their query; exceptions lose their message."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "said": self._said(record),
        }
        line |= {key: value for key, value in record.__dict__.items() if key in ALLOWED}
        if record.exc_info and record.exc_info[0]:
            kind, _, trace = record.exc_info
            line["error"] = kind.__name__
            line["lines"] = [
                f"{f.filename.rpartition('site-packages/')[2]}:{f.lineno}" for f in traceback.extract_tb(trace)
            ]
        return json.dumps(line, ensure_ascii=False)

    @staticmethod
    def _said(record: logging.LogRecord) -> str:
        # Django's own messages take paths and reasons as arguments; ours are constants with codes in `extra`.
        if record.name.startswith("opennrm"):
            return record.getMessage()
        return "something was refused or went wrong" if record.args else str(record.msg)


class Nothing(SafeExceptionReporterFilter):
    """Error reports without settings, form values or frame variables."""

    def get_safe_settings(self) -> dict[str, Any]:
        """No setting."""
        return {}

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        """No form value."""
        return {}

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: Any) -> Any:
        """No variable."""
        return []

    def get_request_repr(self, request: HttpRequest) -> str:
        """No request."""
        return "request"
