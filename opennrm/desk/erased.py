"""What was erased reads so on every page, in the reader's language; the page shows the rest."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext

from opennrm.vault.fields import erased_reads_as


class ErasedWords:
    """Lets sealed words whose key was destroyed read as “(erased)”. Writing to such a record is refused as before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        with erased_reads_as(lambda: gettext("(erased)")):
            return self.get_response(request)
