"""`opennrm export-htcds` and `import-htcds`: referrals as files of the Human Trafficking Case Data Standard."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opennrm.console.offices import start
from opennrm.kernel.errors import NrmError, SourceProblem

if TYPE_CHECKING:
    from opennrm.access.models import Account

WRITTEN = {".csv": "as_csv", ".xlsx": "as_xlsx"}


def export_htcds(
    file: Annotated[Path, typer.Argument(help="File to write: .csv or .xlsx. One that exists is not overwritten.")],
    account: Annotated[str, typer.Option(help="Sign-in name of the person who exports: what she may read is written.")],
    purpose: Annotated[str, typer.Option(help="For what, a code such as make_contact; it stands in the audit trail.")],
    names: Annotated[bool, typer.Option(help="With names, contacts and words; each opening is recorded.")] = False,
    since: Annotated[str, typer.Option(help="Only referrals sent on this day or later, as 2026-01-31.")] = "",
) -> None:
    """Write the referrals that an account may read as HTCDS 2.0, without names unless they are asked for."""
    suffix = file.suffix.lower()
    if suffix not in WRITTEN:
        raise SourceProblem("The file must end in .csv or .xlsx.", where=file.name)
    if file.exists():
        raise SourceProblem("The file exists already.", where=file.name, remedy="Give another name.")
    if not file.parent.is_dir():
        raise SourceProblem("There is no such folder.", where=str(file.parent))
    first = _day(since)
    start()
    from opennrm.parties.pages import PURPOSES
    from opennrm.referral.htcds import files
    from opennrm.referral.htcds.actions import export_referrals

    codes = sorted({code for code, _ in PURPOSES if code} | {"exchange"})
    if purpose not in codes:
        raise SourceProblem("There is no such purpose.", where="--purpose", remedy=f"One of: {', '.join(codes)}.")
    by = _account(account)
    with in_words_of(by):
        rows = export_referrals(by=by, purpose=purpose, names=names, since=first)
    write: Callable[..., bytes] = getattr(files, WRITTEN[suffix])
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(write(rows))
    sys.stdout.write(f"{len(rows)} referrals written{' with names' if names else ', without names'}.\n")


def import_htcds(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX with the field names of HTCDS 2.0 as header.")],
    account: Annotated[str, typer.Option(help="Sign-in name of the account that sends the referrals.")],
) -> None:
    """Take every row of a file as a referral, or none. Every fault is named by row and column."""
    start()
    from opennrm.referral.htcds.actions import import_referrals
    from opennrm.referral.htcds.files import read_table
    from opennrm.referral.htcds.rules import what_was_taken
    from opennrm.workflow.wording import worded

    by = _account(account)
    with in_words_of(by):
        taken, aside = import_referrals(read_table(file), by=by)
        sys.stdout.write("\n".join(worded(one) for one in what_was_taken(len(taken), aside)) + "\n")


@contextmanager
def in_words_of(account: "Account") -> Iterator[None]:
    """Say what is refused in the language of the person as whom the command acts: faults of a file are for her."""
    from django.utils.translation import override

    from opennrm.workflow.wording import worded

    with override(account.language):
        try:
            yield
        except NrmError as refusal:
            problems = refusal.problems if isinstance(refusal, SourceProblem) else ()
            raise SourceProblem(
                worded(refusal.what),
                where=refusal.where,
                remedy=worded(refusal.remedy),
                problems=tuple(worded(one) for one in problems),
            ) from None


def _account(sign_in: str) -> "Account":
    from opennrm.access.queries import account_named

    found = account_named(sign_in)
    if found is None:
        raise SourceProblem("There is no active account with this sign-in name.", where="--account")
    return found


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SourceProblem("This is not a day.", where="--since", remedy="Write it as 2026-01-31.") from None
