"""`opennrm api-key`: credentials with which other systems send referrals."""

import sys
from datetime import date, datetime
from typing import Annotated

import typer

from opennrm.console.offices import agency_of, start
from opennrm.kernel.errors import SourceProblem

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="Credentials with which other systems of an agency send referrals: create, list, revoke.",
)


@app.command()
def create(
    agency: Annotated[str, typer.Option(help="Code of the agency; `list` shows them.")],
    label: Annotated[str, typer.Option(help="Which system it is, so that you know it again. No person's name.")],
    until: Annotated[str, typer.Option(help="Last day on which it holds, as 2027-06-30; at most two years away.")],
    role: Annotated[str, typer.Option(help="Role in which the system acts, where the agency has several.")] = "",
    scope: Annotated[list[str] | None, typer.Option(help="What it is good for; all unless given.")] = None,
) -> None:
    """Give a credential. Its secret is shown once, on standard output, and kept nowhere."""
    start()
    from opennrm.access.actor import SYSTEM
    from opennrm.access.credentials import Scope, give_credential

    found = agency_of(agency)
    try:
        scopes = [Scope(one) for one in scope] if scope else list(Scope)
    except ValueError:
        raise SourceProblem("There is no such scope.", where="--scope", remedy=f"One of: {', '.join(Scope)}.") from None
    end = _end_of(until)
    given, secret = give_credential(found, label=label, until=end, role=role, scopes=scopes, by=SYSTEM)
    sys.stderr.write(
        f"Credential {given.code} of {found}, for {given.scopes}, until {until}.\n"
        "The secret follows. It is shown only now: put it where the other system keeps its secrets.\n"
    )
    sys.stdout.write(f"{secret}\n")


@app.command(name="list")
def list_all() -> None:
    """Every credential that was given, without secrets: whose, for what, until when, last used on which day."""
    start()
    from opennrm.access.country import current_profile
    from opennrm.access.credentials import credentials, is_live
    from opennrm.access.offices import agencies

    lines = []
    for one in credentials():
        state = "live" if is_live(one) else ("revoked" if one.revoked_at else "over")
        used = one.last_used_on.isoformat() if one.last_used_on else "never"
        ends = current_profile().calendar.day(one.until)
        lines.append(
            f"{one.code}  {state:<8} until {ends}  last used {used:<10}  {one.agency.code} {one.agency}  {one.label}"
        )
    lines = lines or ["No credential was given yet."]
    lines += ["", "Agencies:", *(f"{one.code}  {one}" for one in agencies())]
    sys.stdout.write("\n".join(lines) + "\n")


@app.command()
def revoke(code: Annotated[str, typer.Argument(help="Code of the credential, as `list` shows it.")]) -> None:
    """End a credential at once. What was sent with it stays."""
    start()
    from opennrm.access.actor import SYSTEM
    from opennrm.access.credentials import revoke_credential

    ended = revoke_credential(code, by=SYSTEM)
    sys.stdout.write(f"Credential {ended.code} is revoked. Requests with it are answered with 401.\n")


def _end_of(day: str) -> datetime:
    from opennrm.access.country import current_profile

    try:
        return current_profile().calendar.end_of(date.fromisoformat(day))
    except (ValueError, OverflowError):
        raise SourceProblem("This is not a day.", where="--until", remedy="Write it as 2027-06-30.") from None
