"""`opennrm account`: who works in the mechanism, where, and how they sign in."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from opennrm.console.offices import account_of, agency_of, start
from opennrm.kernel.errors import SourceProblem

if TYPE_CHECKING:
    from opennrm.access.models import Account

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="Who works where, and how they sign in: add, list, end, post, address, password, reset, unlock, sessions, "
    "link, reports.",
)

SignIn = Annotated[str, typer.Argument(help="The name with which the person signs in.")]
Stdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input, one line.")]
Agency = Annotated[str, typer.Option(help="Code of the office; `opennrm agency list` shows them.")]
Role = Annotated[str, typer.Option(help="Role at the office, an id of roles.toml of the country.")]
Discipline = Annotated[str, typer.Option(help="Discipline, for a seat on the panel.")]


@app.command()
def add(
    sign_in: SignIn,
    name: Annotated[str, typer.Option(help="The person's name, as colleagues read it.")],
    agency: Agency,
    role: Role,
    language: Annotated[str, typer.Option(help="Language of the pages: en, sr or sr-latn.")] = "en",
    email: Annotated[str, typer.Option(help="Work address for neutral mail.")] = "",
    discipline: Discipline = "",
    password_stdin: Stdin = False,
) -> None:
    """Register somebody with a first post. The first password is printed once, or read from standard input."""
    start()
    from django.db import transaction

    from opennrm.access.actor import SYSTEM
    from opennrm.access.staffing import add_account, add_post

    office = agency_of(agency)
    with transaction.atomic():
        account = add_account(sign_in=sign_in, name=name, language=language, email=email, by=SYSTEM)
        add_post(account, office, role, discipline=discipline, by=SYSTEM)
        made = _set_password(account, from_stdin=password_stdin)
    sys.stderr.write(f"{account.sign_in}: {role} at {office}.\n")
    _show(made)


@app.command(name="list")
def list_all() -> None:
    """Everybody, with posts. Nobody's password, and nobody's address."""
    start()
    from opennrm.access.staffing import live_posts, members

    lines = []
    for account in members():
        held = "; ".join(f"{post.role} at {post.agency.code} {post.agency}" for post in live_posts(account))
        state = "" if account.is_active else " (ended)"
        mail = "mail" if account.email else "no mail"
        lines.append(f"{account.sign_in:<20} {account.name}{state}, {account.language}, {mail}: {held or 'no post'}")
    sys.stdout.write("\n".join(lines or ["There is no account yet."]) + "\n")


@app.command()
def end(sign_in: SignIn) -> None:
    """End an account at once: signing in, posts, access to every file. What was written by it stays."""
    start()
    from opennrm.access.actor import SYSTEM
    from opennrm.access.staffing import end_account

    led = end_account(account_of(sign_in), by=SYSTEM)
    sys.stderr.write(f"{sign_in} is ended, and cannot sign in any more.\n")
    if led:
        sys.stderr.write("Nobody leads these files now; tell the head of the office to hand them over:\n")
        sys.stdout.write("\n".join(led) + "\n")


@app.command()
def post(
    sign_in: SignIn,
    agency: Agency,
    role: Role,
    discipline: Discipline = "",
    end: Annotated[bool, typer.Option("--end", help="End this post instead.")] = False,
) -> None:
    """Give somebody another post, or end one."""
    start()
    from opennrm.access.actor import SYSTEM
    from opennrm.access.staffing import add_post, end_post, live_posts

    account, office = account_of(sign_in), agency_of(agency)
    if not end:
        add_post(account, office, role, discipline=discipline, by=SYSTEM)
        sys.stderr.write(f"{sign_in} is now {role} at {office}.\n")
        return
    held = live_posts(account)
    found = next((one for one in held if one.agency == office and one.role == role), None)
    if found is None:
        raise SourceProblem(
            "This person holds no such post.",
            where=sign_in,
            remedy="Held are:",
            problems=tuple(f"{one.role} at {one.agency.code} {one.agency}" for one in held) or ("no post",),
        )
    end_post(found, by=SYSTEM)
    sys.stderr.write(f"{sign_in} is no longer {role} at {office}.\n")


@app.command()
def address(
    sign_in: SignIn,
    email: Annotated[str, typer.Argument(help="Work address for neutral mail; empty ends it.")],
) -> None:
    """Set the work address to which neutral mail goes."""
    start()
    from opennrm.access.actions import set_work_address
    from opennrm.access.actor import SYSTEM

    set_work_address(account_of(sign_in), email, by=SYSTEM)
    sys.stderr.write(f"{sign_in}: {'mail goes to this address' if email.strip() else 'no mail any more'}.\n")


@app.command()
def password(sign_in: SignIn, password_stdin: Stdin = False) -> None:
    """Set a password that is good once, for three days. The second factor stays; sessions end."""
    start()
    account = account_of(sign_in)
    _show(_set_password(account, from_stdin=password_stdin))


@app.command()
def reset(sign_in: SignIn, password_stdin: Stdin = False) -> None:
    """For who lost the second factor: it is removed, a password is set that is good once, sessions end."""
    start()
    account = account_of(sign_in)
    _show(_set_password(account, from_stdin=password_stdin, with_factors=True))


@app.command()
def unlock(sign_in: SignIn) -> None:
    """Let somebody try again at once, after too many attempts."""
    start()
    from opennrm.access.actor import SYSTEM
    from opennrm.access.signing_in.lockout import unlock as forget_attempts

    forgotten = forget_attempts(account_of(sign_in), by=SYSTEM)
    sys.stderr.write(f"{sign_in} can try again. Attempts forgotten: {forgotten}.\n")


@app.command()
def sessions(
    sign_in: SignIn, end: Annotated[bool, typer.Option("--end", help="Sign the person out everywhere.")] = False
) -> None:
    """Where somebody is signed in: kind of device, since, last used. With --end nowhere any more."""
    start()
    from opennrm.access.actor import SYSTEM
    from opennrm.access.signing_in.sessions import end_sessions, sessions_of

    account = account_of(sign_in)
    if end:
        sys.stderr.write(f"Sessions ended: {end_sessions(account, by=SYSTEM)}.\n")
        return
    lines = [
        f"{one.device or 'a device':<28} since {one.since:%Y-%m-%d %H:%M} UTC, last used {one.last_used_at:%m-%d %H:%M}"
        for one in sessions_of(account)
    ]
    sys.stdout.write("\n".join(lines or [f"{sign_in} is signed in nowhere."]) + "\n")


@app.command()
def link(
    sign_in: SignIn,
    provider: Annotated[str, typer.Option(help="Id of the agency's sign-in, of the file OPENNRM_OIDC_FILE.")],
    subject: Annotated[str, typer.Option(help="Who the person is there: the value of the claim, usually `sub`.")] = "",
    end: Annotated[bool, typer.Option("--end", help="End the link instead.")] = False,
) -> None:
    """Link somebody with the sign-in of her agency, so that she can use it here; or end that."""
    start()
    from opennrm.access.actor import SYSTEM
    from opennrm.access.signing_in.outside import link as make_link
    from opennrm.access.signing_in.outside import unlink
    from opennrm.access.signing_in.providers import providers

    account, known = account_of(sign_in), providers()
    if end:
        if not unlink(account, provider, by=SYSTEM):
            raise SourceProblem("There is no such link.", where=f"{sign_in}, {provider[:40]}")
        sys.stderr.write(f"{sign_in} is no longer linked with {provider}.\n")
        return
    if provider not in known:
        raise SourceProblem(
            "There is no such sign-in of an agency.",
            where=provider[:40],
            remedy="OPENNRM_OIDC_FILE names these:",
            problems=tuple(known) or ("none",),
        )
    make_link(account, known[provider], subject, by=SYSTEM)
    sys.stderr.write(f"{sign_in} can sign in with {provider}.\n")


@app.command()
def reports(
    settled: Annotated[str, typer.Option("--settled", help="Code of a report that was looked into.")] = "",
) -> None:
    """Who said “this was not me” of what, and nobody looked into it yet. With --settled it is noted that you did."""
    start()
    from django.utils.translation import override

    from opennrm.access.actor import SYSTEM
    from opennrm.access.signing_in.disowning import open_reports, said_of, settle
    from opennrm.desk.signing_in.lately import words_of
    from opennrm.workflow.wording import worded

    waiting = open_reports()
    if settled:
        if settled not in {one.code for one in waiting}:
            raise SourceProblem(
                "There is no such report, or somebody looked into it already.",
                where=settled[:40],
                remedy="Open are:",
                problems=tuple(one.code for one in waiting) or ("none",),
            )
        settle(settled, by=SYSTEM)
        sys.stderr.write(f"{settled}: it is noted that somebody looked into it.\n")
        return
    with override("en"):
        said = [(one, worded(words_of(one.what, said_of(one)))) for one in waiting]
    lines = [f"{one.code}  {one.account.sign_in}, {one.at:%Y-%m-%d %H:%M} UTC: {words}" for one, words in said]
    sys.stdout.write("\n".join(lines or ["Nothing is to be looked into."]) + "\n")


def _set_password(account: "Account", *, from_stdin: bool, with_factors: bool = False) -> str:
    """Set it; returns the password if it was made here, and an empty text if it was read."""
    from opennrm.access.actor import SYSTEM
    from opennrm.access.staffing import give_password, new_password, reset_sign_in

    written = sys.stdin.readline().rstrip("\r\n") if from_stdin else new_password()
    (reset_sign_in if with_factors else give_password)(account, written, by=SYSTEM)
    return "" if from_stdin else written


def _show(made: str) -> None:
    if made:
        sys.stderr.write(
            "The password follows. It is shown only now, is good for three days, and must be exchanged at the first\n"
            "sign-in: hand it over in person.\n"
        )
        sys.stdout.write(f"{made}\n")
