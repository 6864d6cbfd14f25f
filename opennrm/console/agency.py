"""`opennrm agency`: the offices of the mechanism, and the districts they serve."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from opennrm.console.offices import account_of, agency_of, start
from opennrm.kernel.errors import SourceProblem

if TYPE_CHECKING:
    from opennrm.access.models import Agency

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="The offices of the mechanism, and the districts they serve: add, list, change.",
)

Districts = Annotated[list[str] | None, typer.Option("--district", help="District served; may be given several times.")]


@app.command()
def add(
    kind: Annotated[str, typer.Option(help="Kind of office, an id of agencies.toml of the country.")],
    name: Annotated[str, typer.Option(help="Its name; without one it is called what its kind is.")] = "",
    place: Annotated[str, typer.Option(help="Where it is.")] = "",
    district: Districts = None,
    duty_contact: Annotated[str, typer.Option(help="How its duty is reached at any hour.")] = "",
) -> None:
    """Register an office. Without a district it serves the whole country."""
    start()
    from opennrm.access.actor import SYSTEM
    from opennrm.access.staffing import add_agency

    made = add_agency(kind=kind, name=name, place=place, districts=district or (), duty_contact=duty_contact, by=SYSTEM)
    sys.stdout.write(f"{made.code}\n")
    sys.stderr.write(f"Registered: {made}, for {_served(made)}.\n")


@app.command(name="list")
def list_all() -> None:
    """Every office: code, kind, name, place, head, the districts it serves."""
    start()
    from opennrm.access.offices import agencies

    lines = [
        f"{one.code}  {one.kind:<22} {one}{f', {one.place}' if one.place else ''}; "
        f"head: {one.head.sign_in if one.head else 'none'}; serves {_served(one)}"
        for one in agencies()
    ]
    sys.stdout.write("\n".join(lines or ["No office is registered yet."]) + "\n")


@app.command()
def change(
    code: Annotated[str, typer.Argument(help="Code of the office, as `list` shows it.")],
    name: Annotated[str | None, typer.Option(help="Its new name.")] = None,
    place: Annotated[str | None, typer.Option(help="Where it is now.")] = None,
    district: Districts = None,
    whole_country: Annotated[bool, typer.Option("--whole-country", help="It serves every district.")] = False,
    head: Annotated[str | None, typer.Option(help="Sign-in name of who answers for it; empty for nobody.")] = None,
    duty_contact: Annotated[str | None, typer.Option(help="How its duty is reached at any hour.")] = None,
) -> None:
    """Change what is given, and leave the rest. The districts given replace the earlier ones."""
    start()
    from django.db import transaction

    from opennrm.access.actor import SYSTEM
    from opennrm.access.staffing import change_agency, choose_head

    found = agency_of(code)
    if whole_country and district:
        raise SourceProblem("Give districts or --whole-country, not both.")
    if (name, place, district, head, duty_contact) == (None,) * 5 and not whole_country:
        raise SourceProblem("Nothing to change was given.", remedy="`opennrm agency change --help` lists what can be.")
    with transaction.atomic():
        served = () if whole_country else district
        change_agency(found, name=name, place=place, districts=served, duty_contact=duty_contact, by=SYSTEM)
        if head is not None:
            choose_head(found, account_of(head) if head else None, by=SYSTEM)
    sys.stderr.write(f"Changed: {found}, for {_served(found)}.\n")


def _served(agency: "Agency") -> str:
    served = sorted(one.district for one in agency.districts.all())
    return ", ".join(served) or "the whole country"
