"""The words of a mail: that something waits, and until when. Never what, for whom, or where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from opennrm.access.country import current_profile
from opennrm.desk.dates import full_moment_words
from opennrm.duty.holders import ABOUT_SIGNING_IN
from opennrm.kernel.clock import now

if TYPE_CHECKING:
    from opennrm.duty.models import Alert


def worded(alert: Alert) -> tuple[str, str]:
    """Subject and text of a message, in the language of who receives it and in the country's time."""
    with override(alert.account.language), timezone.override(current_profile().zone):
        lines = [_("Something is waiting for you in the service.")]
        if alert.clock is not None:
            due_at = alert.clock.due_at
            moment = {"moment": full_moment_words(due_at)}
            is_over = due_at < now()
            lines += [_("It was due on %(moment)s.") % moment if is_over else _("It is due on %(moment)s.") % moment]
        if alert.stage == ABOUT_SIGNING_IN:
            lines += [_("It is about signing in. If you cannot sign in any more, call your administrator.")]
        lines += [_("Sign in as you always do. Nothing can be answered to this message.")]
        return _("Something is waiting for you in the service"), "\n\n".join(lines) + "\n"
