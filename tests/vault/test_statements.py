"""A statement that is kept answers as the query that it was made from."""

from datetime import timedelta

import pytest
from django.db import models

from opennrm.access.models import Membership
from opennrm.kernel.clock import now
from opennrm.vault.statements import NOW, Slot, Statement
from tests.factories import staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]

HELD = Statement(
    lambda: (
        Membership.objects.filter(account=Slot("account", models.BigAutoField()), given_at__lte=NOW, role__gt="")
        .select_related("agency", "account")
        .order_by("pk")
    )
)


def test_ask_brings_records_with_what_belongs_to_them(django_assert_num_queries):
    one, other = staff("labour_inspector", "one"), staff("centre_intake_officer", "other")

    with django_assert_num_queries(2):
        found = [HELD.ask(account=account.pk, now=now()) for account in (one, other)]
        names = [[(post.role, post.account.name, post.agency.kind) for post in posts] for posts in found]

    with_the_orm = Membership.objects.order_by("pk").select_related("agency", "account")
    assert names == [[(p.role, p.account.name, p.agency.kind)] for p in with_the_orm]
    assert [posts[0].given_at for posts in found] == [p.given_at for p in with_the_orm]


def test_ask_takes_the_values_of_each_time():
    account = staff("labour_inspector", "one")

    assert HELD.ask(account=account.pk, now=now())
    assert HELD.ask(account=account.pk, now=now() - timedelta(days=999)) == []
    assert HELD.ask(account=account.pk + 1, now=now()) == []
