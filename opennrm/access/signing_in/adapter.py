"""What allauth asks of the service: no sign-up, no mail, secrets sealed before they are stored."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from opennrm.vault.keys import has_key, key_by_id, key_for, new_key
from opennrm.vault.rules import VaultProblem, header_of
from opennrm.vault.seal import seal, unseal

OWNER = "service:sign_in"
_BOUND_TO = b"opennrm/sign_in/1"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are registered by an administrator and by nobody else."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """The service sends one kind of mail only, and not from here."""


class SealingAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors stand in the database sealed under a key of the deployment."""

    def encrypt(self, text: str) -> str:
        """The secret, sealed."""
        return sealed(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret, opened."""
        return opened(encrypted_text)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No mail: what changed stands in the trail, and on the page where one sees the own factors."""


def sealed(text: str) -> str:
    """A secret of signing in, as it may stand in a table or a session."""
    if not has_key(OWNER):
        _make_key()
    return base64.urlsafe_b64encode(seal(text.encode(), key_for(OWNER), _BOUND_TO)).decode()


def opened(text: str) -> str:
    """What `sealed` made. Raises Unreadable for anything else."""
    blob = base64.urlsafe_b64decode(text.encode())
    return unseal(blob, key_by_id(header_of(blob).key_id), _BOUND_TO).decode()


def _make_key() -> None:
    try:
        new_key(OWNER)
    except VaultProblem:
        if not has_key(OWNER):  # else another process made it in the meantime
            raise
