"""The keys, each wrapped by the deployment key. Nothing here opens anything."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from opennrm.vault.rules import AES_256_GCM

LONGEST_OWNER = 80


class Deployment(models.Model):
    """A deployment key that this database knows, without the key. A retired one wraps nothing any more."""

    id = models.UUIDField(primary_key=True)
    check_value = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(retired_at=None) | Q(retired_at__gte=F("created_at")), name="vault_deployment_retired_later"
            )
        ]

    @property
    def in_use(self) -> bool:
        """Whether it may wrap keys."""
        return self.retired_at is None

    def __str__(self) -> str:
        return str(self.id)


class Key(models.Model):
    """The key of one owner (a person, a file, or the vault itself). A destroyed key stays as the ledger of erasure."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    owner = models.CharField(max_length=LONGEST_OWNER)
    suite = models.PositiveSmallIntegerField(default=AES_256_GCM)
    wrapped = models.BinaryField()
    deployment_key = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["owner"], name="vault_key_owner")]
        constraints = [
            models.UniqueConstraint(fields=["owner"], condition=Q(destroyed_at=None), name="vault_one_live_key"),
            models.CheckConstraint(
                condition=Q(destroyed_at=None) | Q(wrapped=b""), name="vault_destroyed_key_is_empty"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
