"""What time brings: missed clocks, people told, mail, old calls, signed checkpoints. By a thread of `opennrm serve`."""

import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import close_old_connections

from opennrm.access.signing_in.lately import look_at_attempts
from opennrm.audit.actions import checkpoint
from opennrm.desk.mail import worded
from opennrm.duty.actions import Delivered, deliver, escalate
from opennrm.duty.holders import tell_holders
from opennrm.identification.appeals.actions import finalise
from opennrm.identification.teamwork.actions import remind_of_tasks
from opennrm.identification.watch.actions import look
from opennrm.kernel.clock import now
from opennrm.referral.hotline.actions import forget, remind
from opennrm.registers.keeping import keep_up
from opennrm.retention.erasing import keep_up as note_erasures
from opennrm.retention.looking import look_for_due
from opennrm.workflow.actions import tick

logger = logging.getLogger("opennrm.ticking")
EVERY = 60
CHECKPOINT_EVERY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one round brought: clocks noted as missed, people told, decisions that became final, the mail."""

    missed: int
    told: int
    final: int = 0
    mail: Delivered = field(default_factory=Delivered)


def act(at: datetime | None = None) -> Ticked:
    """Let time act once. Safe to run beside another round: each clock, notice and message is taken by one of them."""
    missed = tick(at)
    told = len(escalate(at)) + remind_of_tasks(at)
    look_at_attempts(at)
    told += tell_holders(at)
    forget(at)
    remind(at)
    brought = Ticked(missed, told, finalise(at), deliver(worded, at=at))
    note_erasures()  # what another machine erased, or what a crash kept from being written
    look()
    look_for_due(at)
    keep_up()  # so that no reader of a figure waits for what others did
    return brought


def keep_ticking() -> threading.Thread:
    """Start the thread. It ends with the process."""
    thread = threading.Thread(target=_run, name="ticking", daemon=True)
    thread.start()
    return thread


def _run() -> None:
    signed_at = now()
    pause = threading.Event()
    while not pause.wait(EVERY):
        close_old_connections()
        try:
            brought = act()
            if brought.missed or brought.told:
                logger.info("clocks", extra={"missed": brought.missed, "told": brought.told})
            if brought.mail.failed:
                logger.warning("mail waits for its server", extra={"count": brought.mail.failed})
            if now() - signed_at >= CHECKPOINT_EVERY:
                checkpoint()
                signed_at = now()
        except Exception:
            logger.exception("tick failed")
