"""What was done lately with somebody's ways to sign in, and whom to tell. The trail keeps it; nothing is kept twice.

Whoever changes a way to sign in says so with `noted`, which writes the trail and puts the holder into the box of those
who are to be told. The next tick empties the box (`opennrm.duty.holders`): a notice and a mail that something waits.
ASVS 5.0, 6.3.5 and 6.3.7.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, F, Sum

from opennrm.access.actor import SYSTEM, Actor
from opennrm.access.models import Account, Attempt, HalfWay, KnownDevice, News
from opennrm.access.signing_in.lockout import digest_of_name
from opennrm.access.signing_in.rules import (
    DAY,
    LATELY,
    MANY_FAILED,
    PENDING_FOR,
    REMEMBERED_FOR,
    Arrival,
    Kind,
    unusual,
)
from opennrm.audit.actions import Deed, record_many
from opennrm.audit.queries import last_done, trail
from opennrm.audit.rules import Fact
from opennrm.kernel.clock import now

if TYPE_CHECKING:
    from opennrm.audit.models import Entry

# Of what the holder of an account is told, and what the page shows.
TOLD = frozenset(
    {
        "account.password",
        "account.factor_add",
        "account.factor_remove",
        "account.factors_reset",
        "account.factors_renew",
        "account.recovery_codes",
        "account.recovery_code",
        "account.address",
        "account.link",
        "account.unlink",
        "account.passkey_copied",
        "account.new_device",
        "account.after_pause",
        "account.after_failures",
        "account.half_way",
        "account.attempts",
    }
)
MOST_SHOWN = 30


def noted(account: Account, verb: str, *, by: Actor, address: str = "", **facts: Fact) -> None:
    """Record something about an account's ways to sign in, and let its holder be told.

    Who never signed in is not told: her account is being set up by an administrator, and she by her.
    address: a former work address, which is told as well.
    """
    _noted(account, verb, by, facts, address)


def _noted(account: Account, verb: str, by: Actor, facts: Mapping[str, Fact], address: str = "") -> None:
    assert verb in TOLD, verb
    record_many([Deed(verb, account.ref, by.ref, facts=facts)])
    if account.last_login is not None and account.is_active:
        News.objects.create(account=account, about=account, address=address)


def arrived(account: Account, device: str, *, how: str, failed: int) -> None:
    """Somebody signs in: note what is unusual about it, and remember the kind of device. Before `login` is called."""
    moment = now()
    KnownDevice.objects.filter(account=account, last_used_at__lte=moment - REMEMBERED_FOR).delete()
    known = frozenset(KnownDevice.objects.filter(account=account).values_list("device", flat=True))
    for verb, facts in unusual(Arrival(device, known, account.last_login, failed, moment)):
        _noted(account, verb, account, facts | {"how": how})
    KnownDevice.objects.update_or_create(account=account, device=device, defaults={"last_used_at": moment})


def stands_half_way(account: Account, *, how: str) -> int:
    """The first proof was right and the second is asked. Returns how the session names it."""
    return HalfWay.objects.create(account=account, how=how).pk


def wrong_half_way(half_way: int) -> None:
    """A wrong code was typed."""
    HalfWay.objects.filter(pk=half_way).update(wrong=F("wrong") + 1)


def came_through(half_way: int) -> None:
    """The second factor was shown."""
    HalfWay.objects.filter(pk=half_way).delete()


def look_at_attempts(at: datetime | None = None) -> int:
    """Note who stayed half way and whose password was guessed at; once a day for each. For jobs.

    It is looked for here and not where an attempt fails: there, a name that exists would take longer than one that
    does not.
    """
    moment = at or now()
    return _note_half_ways(moment) + _note_guesses(moment)


def take_news() -> list[News]:
    """Who is to be told, in the transaction that tells: the box is empty afterwards. For jobs."""
    found = list(News.objects.select_for_update(skip_locked=True, of=("self",)).select_related("account", "about"))
    News.objects.filter(pk__in=[one.pk for one in found]).delete()
    return found


def lately(account: Account) -> list[Entry]:
    """What was done with somebody's ways to sign in, the latest first; for herself."""
    kept = trail(account.ref).filter(verb__in=[*TOLD, "account.disown"], at__gt=now() - LATELY)
    return list(kept.order_by("-number")[:MOST_SHOWN])


@transaction.atomic
def _note_half_ways(moment: datetime) -> int:
    over = HalfWay.objects.filter(at__lte=moment - PENDING_FOR - timedelta(minutes=1))
    counted = over.values("account", "how").annotate(times=Count("pk"), typed=Sum("wrong")).order_by("account", "how")
    rows = list(counted)
    accounts = Account.objects.in_bulk({row["account"] for row in rows})
    for row in rows:
        facts = {"how": row["how"], "times": row["times"], "count": row["typed"]}
        _noted(accounts[row["account"]], "account.half_way", SYSTEM, facts)
    over.delete()
    return len(rows)


@transaction.atomic
def _note_guesses(moment: datetime) -> int:
    failed = Attempt.objects.filter(kind=Kind.PASSWORD, at__gt=moment - DAY).values("about")
    many = {row["about"]: row["n"] for row in failed.annotate(n=Count("pk")).filter(n__gte=MANY_FAILED).order_by()}
    if not many:
        return 0
    guessed = [
        (one, many[key]) for one in Account.objects.filter(is_active=True) if (key := digest_of_name(one)) in many
    ]
    last = last_done([one.ref for one, _ in guessed], ["account.attempts"])
    new = [(one, count) for one, count in guessed if one.ref not in last or last[one.ref] <= moment - DAY]
    for account, count in sorted(new, key=lambda found: found[0].ref):
        noted(account, "account.attempts", by=SYSTEM, count=count)
    return len(new)
