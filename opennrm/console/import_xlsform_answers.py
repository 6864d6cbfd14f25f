"""`opennrm import-xlsform-answers`: what was answered in Kobo or ODK, received as if a device had sent it."""

import os
from pathlib import Path
from typing import Annotated

import typer

from opennrm.kernel.errors import NrmError, SourceProblem

File = Annotated[
    Path, typer.Argument(help="An export of submissions: .csv or .xlsx, with XML values.", show_default=False)
]
By = Annotated[
    str, typer.Option("--by", help="Sign-in name of whoever asked; the notes become theirs.", show_default=False)
]


def import_xlsform_answers(file: File, by: By) -> None:
    """Receive every submission once, or none of them. A second run with the same file changes nothing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opennrm.desk.settings")
    import django

    django.setup()
    from django.db import transaction

    from opennrm.access.country import current_profile
    from opennrm.access.queries import account_named
    from opennrm.screening.actions import receive
    from opennrm.screening.submissions import read_submissions

    account = account_named(by)
    if account is None:
        raise SourceProblem("There is no active account of this name.", where="--by", remedy="Name another account.")
    submissions = read_submissions(file, current_profile())
    faults = []
    with transaction.atomic():
        for one in submissions:
            try:
                receive(one.payload, by=account)
            except NrmError as problem:
                faults.append(f"row {one.row}: {problem}")
        if faults:
            transaction.set_rollback(True)
    if faults:
        raise SourceProblem(
            f"{len(faults)} submissions were refused; nothing was saved.",
            where=file.name,
            remedy="Correct the rows that are named, and import the file again.",
            problems=tuple(faults),
        )
    typer.echo(f"{file.name}: {len(submissions)} submissions are with the service. Each waits in My notes, to be sent.")
