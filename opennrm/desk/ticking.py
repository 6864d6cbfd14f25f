"""The thread of `opennrm serve` that lets time act: missed clocks, signed checkpoints."""

import logging
import threading
from datetime import timedelta

from django.db import close_old_connections

from opennrm.audit.actions import checkpoint
from opennrm.kernel.clock import now
from opennrm.workflow.actions import tick

logger = logging.getLogger("opennrm.ticking")
EVERY = 60
CHECKPOINT_EVERY = timedelta(minutes=15)


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
            missed = tick()
            if missed:
                logger.info("clocks missed", extra={"count": missed})
            if now() - signed_at >= CHECKPOINT_EVERY:
                checkpoint()
                signed_at = now()
        except Exception:
            logger.exception("tick failed")
