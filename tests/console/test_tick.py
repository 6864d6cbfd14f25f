"""`opennrm tick`: what it does, says, and refuses; a dry run writes nothing."""

from datetime import timedelta

import pytest

from opennrm.audit.models import Checkpoint
from opennrm.console.service import tick
from opennrm.kernel.clock import frozen, now
from opennrm.kernel.errors import NrmError
from opennrm.workflow.models import ClockRun, Notice
from tests.factories import a_referral

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def a_day_later(office):
    """A referral whose two clocks of 24 hours were missed an hour ago."""
    a_referral(office.inspector)
    with frozen(now() + timedelta(hours=25)):
        yield


def test_a_round_notes_missed_clocks_once_tells_people_and_signs(a_day_later, capsys):
    tick()
    first = capsys.readouterr().out
    tick()
    second = capsys.readouterr().out

    assert "Clocks missed since the last time: 2." in first
    assert "Clocks missed since the last time: 0. People told: 0." in second
    assert Checkpoint.objects.count() == 2
    assert Notice.objects.filter(verb__startswith="clock.").exists()


def test_a_dry_run_says_who_would_be_told_and_writes_nothing(a_day_later, office, capsys):
    before = Notice.objects.count()

    tick(dry_run=True)

    said = capsys.readouterr().out
    assert "Clocks to note as missed: 2." in said
    assert f"account {office.duty.code}" in said
    assert office.duty.name not in said, "codes only"
    assert Notice.objects.count() == before
    assert not ClockRun.objects.filter(missed_noted_at__isnull=False).exists()
    assert not Checkpoint.objects.exists()


def test_a_dry_run_looks_ahead_to_a_moment(office, capsys):
    a_referral(office.inspector)

    tick(dry_run=True, at=(now() + timedelta(hours=30)).isoformat())

    assert "Clocks to note as missed: 2." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("at", "dry_run"), [("soon", True), ("2026-11-17T14:00", True), ("2026-11-17T14:00+01:00", False)]
)
def test_a_moment_that_cannot_be_is_refused(at, dry_run):
    with pytest.raises(NrmError):
        tick(at=at, dry_run=dry_run)
    assert not Checkpoint.objects.exists()
