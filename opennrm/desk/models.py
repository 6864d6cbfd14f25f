"""A draft that outlived its session, sealed with a key of the account that wrote it."""

import uuid
from typing import ClassVar

from django.db import models

from opennrm.access.walls import Wall, open_to_requests
from opennrm.kernel.clock import now
from opennrm.vault.fields import SealedJSON


class KeptDraft(models.Model):
    """What somebody had written when the session ended. Opened by the same account only, deleted when used or old."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.CharField(max_length=12, db_index=True)
    key_owner = models.CharField(max_length=40)
    path = models.CharField(max_length=200)
    fields = SealedJSON(owner="key_owner", holds="own_submissions")
    kept_at = models.DateTimeField(default=now)

    wall: ClassVar[Wall] = open_to_requests("It is kept when the session has ended, so nobody is signed in; no file.")
