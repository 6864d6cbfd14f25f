"""What every record with a life has in common. Inherited by the rooms' models."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import Q, QuerySet

from opennrm.access.actor import Actor
from opennrm.access.codes import CodeField
from opennrm.access.queries import granted_files, kept_out, permissions, posts
from opennrm.access.rules import Reach
from opennrm.kernel.clock import now
from opennrm.kernel.machine import Machine
from opennrm.kernel.text import Sentence
from opennrm.vault.statements import Slot

if TYPE_CHECKING:
    from opennrm.access.models import Account


class Scoped(models.Manager[Any]):
    """Rows by viewer. There is no `all()` for screens: `visible_to` is how they are read."""

    def visible_to(self, account: Account | Slot) -> QuerySet[Any]:
        """The rows of files on which the account has a live grant and no block, and what its post lets it meet.

        A slot stands for whoever asks, where what the post lets one meet does not hang on which posts one holds.
        """
        tied = Q(file_code__in=granted_files(account))
        post = self.model.by_post(account)
        if post is not None:
            tied |= post & ~kept_out(account)
        return self.get_queryset().filter(tied)


class AtOffice(Scoped):
    """Rows by viewer, and those that a colleague at the viewer's office took over and still holds.

    permission: what a role needs to go on with one in the colleague's place. states: those in which one is held.
    """

    def __init__(self, permission: str, states: Collection[str]) -> None:
        super().__init__()
        self.permission, self.states = permission, states

    def held_at_office(self, account: Account) -> QuerySet[Any]:
        """What colleagues of the account's offices took over, for a role that may take such over itself."""
        if self.permission not in permissions(account):
            return self.get_queryset().none()
        offices = [post.agency_id for post in posts(account)]
        held = self.get_queryset().filter(to_agency__in=offices, state__in=self.states, holder__isnull=False)
        return held.exclude(holder=account).exclude(kept_out(account))


class Filed(models.Model):
    """A record that belongs to one person's file: a public code, the file, and whose key seals its words."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = CodeField()
    file_code = models.CharField(max_length=12, db_index=True)
    key_owner = models.CharField(max_length=12)

    kind: ClassVar[str]
    objects: ClassVar[Scoped] = Scoped()
    unscoped: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True
        default_manager_name = "unscoped"
        base_manager_name = "unscoped"

    @property
    def ref(self) -> str:
        """How the audit trail names this record."""
        return f"{self.kind}:{self.code}"

    @classmethod
    def by_post(cls, account: Any) -> Q | None:
        """What an account may meet without a grant: its own submissions, its agency's intake. None where nothing."""
        return None

    def reach(self) -> Reach:
        """What ties this record to those who may meet it."""
        return Reach(file_code=self.file_code)


class Living(Filed):
    """A record with a life. Only `workflow.step` assigns `state`."""

    state = models.CharField(max_length=40)
    opened_at = models.DateTimeField(default=now)

    machine: ClassVar[Machine]
    begun_in: object | None = None
    """The larger act in which this record was begun, while it may go on: nobody else has seen the record yet."""

    class Meta(Filed.Meta):
        abstract = True

    @property
    def kind(self) -> str:  # type: ignore[override]
        """The machine's name."""
        return self.machine.name

    @property
    def state_label(self) -> Sentence:
        """The state in words."""
        return self.machine.states[self.state]

    def seen(self, *, by: Actor, at: datetime, given: dict[str, Any] | None) -> object:
        """What the guards look at, loaded at once. `given` is what the step was handed, None when only asked."""
        return None

    def audience(self, name: str) -> list[Account]:
        """Who is meant by a word of `tells`."""
        return []

    def office(self) -> str:
        """The code of the agency that answers for this record's clocks; empty where none does."""
        return self.reach().agency

    def locked(self) -> Self:
        """The same row, locked until the transaction ends."""
        fresh: Self = type(self).unscoped.select_for_update().get(pk=self.pk)
        for field in self._meta.concrete_fields:  # accounts and agencies decide no step: those at hand need no reading
            if isinstance(field, models.ForeignKey) and field.related_model._meta.app_label == "access":
                known = self._state.fields_cache.get(field.name)
                if known is not None and known.pk == getattr(fresh, field.attname):
                    fresh._state.fields_cache[field.name] = known
        return fresh


class Recorded(models.Model):
    """A fact that is never overwritten: a correction adds a row and closes the earlier one."""

    recorded_at = models.DateTimeField(default=now, db_index=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
