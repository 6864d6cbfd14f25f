"""Papers and photos of a file: what they are, under which class of data, and their content in sealed pieces."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from opennrm.identification.models.case import Case
from opennrm.identification.rules.attachments import ROW_BYTES
from opennrm.vault.fields import SealedBytes, SealedText
from opennrm.workflow.living import Filed, Recorded, Scoped


class Attachment(Filed, Recorded):
    """A paper or photo. One that was added in error is taken away: its content is gone, that it was there stays."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="attachments")
    data_class = models.CharField(max_length=40)
    form = models.CharField(max_length=10)
    pages = models.PositiveSmallIntegerField(default=1)
    pieces_in_all = models.PositiveSmallIntegerField()
    added_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    taken_away_by = models.ForeignKey("access.Account", models.PROTECT, null=True, blank=True, related_name="+")
    taken_away_because = models.CharField(max_length=20, blank=True)
    name = SealedText(owner="key_owner", holds=".data_class", at_least=256, blank=True)
    words = SealedText(owner="key_owner", holds=".data_class", at_least=1024, blank=True)
    arrived_digest = SealedText(owner="key_owner", holds=".data_class", blank=True)

    kind = "attachment"
    objects: ClassVar[Scoped] = Scoped()

    class Meta(Filed.Meta):
        indexes: ClassVar = [models.Index(fields=["case", "superseded_at"], name="attachment_by_case")]


class Piece(models.Model):
    """A part of the content. Whatever it holds, it looks equally long; inside stands of which file and where it is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attachment = models.ForeignKey(Attachment, models.PROTECT, related_name="pieces")
    number = models.PositiveSmallIntegerField()
    content = SealedBytes(owner="attachment.key_owner", holds=".data_class", at_least=ROW_BYTES)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["attachment", "number"], name="one_piece_at_a_place"),
        ]

    @property
    def data_class(self) -> str:
        """The class of data of the whole, by which a part of a file is erased."""
        return self.attachment.data_class
