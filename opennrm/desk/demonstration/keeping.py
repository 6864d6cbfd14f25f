"""What waits for a decision about keeping: a request, a hold, files whose period is over; one erased, one kept on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING

from opennrm.access.country import today_here
from opennrm.retention.actions import keep_on, place_hold, propose_erasure, request_erasure
from opennrm.retention.standing import due_files

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.identification.models import Case

DAY = timedelta(days=1)


def decide_what_is_kept(
    cases: Mapping[str, Case], staff: Mapping[str, Account], ago: Callable[[timedelta], AbstractContextManager[None]]
) -> None:
    """Somebody who was identified asks for erasure; an appeal holds a file. Of what was due one file is gone."""
    lead, officer = staff["lead"], staff["privacy"]
    with ago(3 * DAY):
        request_erasure(cases["identified"].person, by=lead, how="spoken")
    with ago(2 * DAY):
        place_hold(cases["declined"].file_code, reason="proceeding", words="An appeal goes on.", until=None, by=lead)
    with ago(DAY):
        whole = [file for file in due_files() if len(file.dues) > 1]
        for file in whole[:1]:
            propose_erasure(file.file_code, [one.data_class for one in file.dues], ground="period_over", by=officer)
        for file in whole[1:2]:
            classes = [one.data_class for one in file.dues]
            keep_on(file.file_code, classes, until=today_here() + 200 * DAY, words="A claim was announced.", by=officer)
