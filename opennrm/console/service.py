"""Setting up, starting and demonstrating the service."""

import os
import secrets
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from opennrm.kernel.errors import NrmError


def setup() -> None:
    """Make what a new installation needs: keys, tables, static files. Safe to run again; nothing is overwritten."""
    _prepare()
    sys.stdout.write("Ready. Start with `opennrm serve`; docs/operator.md says how to deploy it.\n")


def serve(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Start the service. Refuses while something is missing that protects people, and says what."""
    _django()
    _refuse_unready()
    _listen(host, port)


def tick(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen. Nothing is written.")] = False,
    at: Annotated[str, typer.Option(help="With --dry-run: as of this moment, as 2026-11-17T14:00+01:00.")] = "",
) -> None:
    """Let time act once, for a timer of the system: missed clocks, notices, neutral mail, a signed checkpoint."""
    moment = _moment(at, dry_run=dry_run)
    _django()
    if dry_run:
        _say_what_waits(moment)
        return
    from opennrm.access.signing_in.disowning import open_reports
    from opennrm.audit.actions import checkpoint
    from opennrm.desk.ticking import act

    brought = act()
    _say(f"Clocks missed since the last time: {brought.missed}. People told: {brought.told}.")
    mail = brought.mail
    _say(
        f"Mail sent: {mail.sent}. Not sent, tried again later: {mail.failed}. No work address: {mail.without_address}."
    )
    if waiting := len(open_reports()):
        _say(f"Said “this was not me”, and nobody looked into it yet: {waiting}. See `opennrm account reports`.")
    _say(f"Checkpoint {checkpoint().number} signed.")


def _moment(at: str, *, dry_run: bool) -> datetime | None:
    if not at:
        return None
    if not dry_run:
        raise NrmError("Time cannot be set: what is noted as missed stays.", remedy="Use --at only with --dry-run.")
    try:
        moment: datetime | None = datetime.fromisoformat(at)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise NrmError(f"“{at[:40]}” is no moment with a time zone.", remedy="Write it like 2026-11-17T14:00+01:00.")
    return moment


def _say_what_waits(at: datetime | None) -> None:
    """Codes of accounts and deadlines; no names, no addresses, no codes of files."""
    from opennrm.duty.queries import to_tell, waiting_for_mail
    from opennrm.kernel.clock import now
    from opennrm.workflow.queries import to_be_noted

    moment = at or now()
    _say(f"As of {moment.isoformat(timespec='minutes')}. Nothing is written.")
    _say(f"Clocks to note as missed: {to_be_noted(moment)}.")
    told = to_tell(moment)
    _say(f"People to tell: {len(told)}.")
    for one in told:
        mail = "notice and mail" if one.account.email else "notice only, no work address"
        due = one.clock.due_at.isoformat(timespec="minutes")
        _say(f"  {one.stage.id}: account {one.account.code} as {one.audience}, due {due}, {mail}")
    _say(f"Messages waiting in the box already: {waiting_for_mail()}.")


def demo(
    start: Annotated[bool, typer.Option("--serve", help="Start the server afterwards.")] = False,
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
) -> None:
    """Fill an own database with demonstration data: invented persons in different stages, and an account a role."""
    _own_home()
    os.environ["OPENNRM_MODE"] = "demonstration"
    os.environ.setdefault("OPENNRM_SESSION_MINUTES", "480")
    _prepare()
    from opennrm.console.progress import stages
    from opennrm.desk.demonstration.filling import accounts, fill, new_passwords
    from opennrm.desk.demonstration.own import new_own_access

    if not accounts():
        _say("Writing demonstration data: two years of it, which takes about a minute …")
        with stages() as stage:
            fill(history=True, watch=lambda done, total: stage("persons written", done, total))
    _say("")
    _say(f"OpenNRM demonstration: http://127.0.0.1:{port}")
    _say("Every person in it is invented. Sign in as one of:")
    for account, role, password in new_passwords():
        _say(f"  {account.sign_in:<14} {password:<24} {account.name}, {role}")
    code, secret = new_own_access()
    _say(f"One of the persons reads their own page at http://127.0.0.1:{port}/my with code {code} and number {secret}")
    _say("")
    if start:
        _refuse_unready()
        _listen("127.0.0.1", port)


def _own_home() -> None:
    """Settle the folder of the demonstration, marked as such. Never one that holds something else."""
    home = Path(os.environ.setdefault("OPENNRM_HOME", "var/demonstration"))
    if "DATABASE_URL" in os.environ:
        raise NrmError(
            "The demonstration brings its own database, and DATABASE_URL names another one.",
            remedy="Unset DATABASE_URL for this command.",
        )
    mark = home / "demonstration.txt"
    if not mark.exists():
        if home.exists() and any(home.iterdir()):
            raise NrmError(
                "This folder holds something else than a demonstration; nothing was changed in it.",
                where=str(home),
                remedy="Unset OPENNRM_HOME, or let it name a new folder.",
            )
        home.mkdir(parents=True, exist_ok=True)
        mark.write_text("Demonstration data only. Delete this folder to begin anew.\n")


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opennrm.desk.settings")
    import django

    django.setup()


def _prepare() -> None:
    os.umask(0o077)
    secret = Path(os.environ.get("OPENNRM_SECRET_FILE", _home() / "keys" / "session.key"))
    if not secret.exists():
        secret.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(50))
    _django()
    from django.core.management import call_command

    from opennrm.access.guarding import put_up
    from opennrm.desk.readiness import check_profile
    from opennrm.vault.keys import ensure

    check_profile()
    call_command("migrate", verbosity=0, interactive=False)
    put_up()
    ensure()
    _begin_ledger()
    call_command("collectstatic", verbosity=0, interactive=False)


def _begin_ledger() -> None:
    """A new installation, or one from before there was a ledger, begins it: from then on a missing one is noticed."""
    from opennrm.vault import ledger

    if not ledger.path().exists():
        ledger.keep_up()


def _home() -> Path:
    return Path(os.environ.get("OPENNRM_HOME", "var"))


def _refuse_unready() -> None:
    from opennrm.desk.readiness import problems

    found = problems()
    if found:
        listed = "\n".join(f"  - {problem}" for problem in found)
        raise NrmError(f"OpenNRM does not start:\n{listed}")


def _listen(host: str, port: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    from opennrm.desk.ticking import keep_ticking

    keep_ticking()
    _say(f"Listening on http://{host}:{port} (stop with Ctrl+C)")
    Granian(
        "opennrm.desk.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=8,
        log_access=False,
    ).serve()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
