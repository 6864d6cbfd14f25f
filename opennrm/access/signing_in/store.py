"""Sessions in the database, found by the digest of their key and listed by the account that they belong to."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.core.exceptions import SuspiciousOperation
from django.utils import timezone

from opennrm.access.models import AccountSession
from opennrm.kernel.clock import now

SINCE, DEVICE = "since", "device"


def digest(session_key: str) -> str:
    """Under what a session stands in the table. The key itself has 165 random bits: a plain digest is enough."""
    return hashlib.sha256(session_key.encode()).hexdigest()


class SessionStore(DatabaseStore):
    """Django's own, with the key kept as a digest, and beside the data whose session it is."""

    @classmethod
    def get_model_class(cls) -> Any:
        """The table."""
        return AccountSession

    def _get_session_from_db(self) -> AccountSession | None:
        try:
            return AccountSession.objects.get(
                session_key=digest(self.session_key or ""), expire_date__gt=timezone.now()
            )
        except (AccountSession.DoesNotExist, SuspiciousOperation):
            self._session_key = None
            return None

    def exists(self, session_key: str) -> bool:
        """Whether there is a session with this key."""
        return super().exists(digest(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> AccountSession:
        """The row as it will be written."""
        since = data.get(SINCE)
        return AccountSession(
            session_key=digest(self._get_or_create_session_key()),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            account_id=data.get(SESSION_KEY),
            since=datetime.fromtimestamp(since, UTC) if since else now(),
            last_used_at=now(),
            device=data.get(DEVICE, "")[:40],
        )

    def delete(self, session_key: str | None = None) -> None:
        """End a session: this one, where none is named."""
        key = session_key or self.session_key
        if key is not None:
            AccountSession.objects.filter(session_key=digest(key)).delete()
