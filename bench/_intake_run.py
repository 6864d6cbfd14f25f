"""One database's part of `bench intake`: `python -m bench._intake_run postgresql`."""

import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any
from uuid import uuid4

from bench._house import ROWS, Browser, house

PAGE_FAR = 2000
ROUNDS = 40
POSTS = 100
WRITERS = 8
POSTS_EACH = 40
TWICE = 500
INBOX, FAR, GATE, GOAL, TAIL = 0.20, 1.3, 0.35, 0.5, 5.0


def main(vendor: str) -> None:
    with house(vendor):
        office = Office()
        office.fill(ROWS)
        inbox(vendor, office)
        posts(vendor, office)
        at_once(vendor, office)
        twice(vendor, office)


class Office:
    """Inspectors who send, eight of them at once, and a duty officer who receives."""

    def __init__(self) -> None:
        from tests import factories

        self.make = factories
        self.senders = [factories.staff("labour_inspector", f"inspector{n}") for n in range(WRITERS + 3)]
        self.duty = factories.staff("centre_intake_officer", "duty")
        for kind in ("centre", "csw"):
            factories.an_agency(kind)

    def fill(self, count: int) -> None:
        """Referrals that wait, the first sent the longest ago; and what sending one writes, for the peer."""
        from bench._copies import Pattern, Written, picture

        empty = picture()
        noticed = self.make.a_screening(
            self.senders[0], yes=(7, 8, 9), note="Seen on the site.", notes="Two workers without papers."
        )
        noticed_only = picture()
        self.send(self.senders[0], noticed)
        sent = picture()
        self.writes = Pattern(Written.between(noticed_only, sent), given=list(self.names(noticed)))
        self.pattern, self.noticed = noticed, Written.between(empty, noticed_only)
        vary: dict[str, Callable[[int], Any]] = {
            "age_band": lambda n: "child" if n % 10 == 0 else "adult",
            "is_safe_tonight": lambda n: "no" if n % 20 == 0 else "yes",
            "needs_doctor": lambda n: "yes" if n % 25 == 0 else "no",
        }
        started = time.perf_counter()
        Pattern(Written.between(empty, sent), vary=vary).copies(count, apart=timedelta(minutes=1))
        print(f"{count:,} referrals written in {time.perf_counter() - started:.0f} s", flush=True)

    def screenings(self, by: Any, count: int) -> list[Any]:
        """Conversations that were not sent yet."""
        from bench._copies import Pattern
        from opennrm.screening.models import Screening

        Pattern(self.noticed, vary={"sender_id": lambda n: by.pk}).copies(count, apart=timedelta(seconds=1))
        unsent = Screening.unscoped.filter(sender=by, referral=None).order_by("-started_at")
        return list(unsent.select_related("person")[:count])

    def send(self, by: Any, noticed: Any, key: str = "") -> str:
        """Send it as the page does. Returns where the page leads."""
        return Browser(by).post(f"/referrals/from/{noticed.code}", self.form(key))

    def form(self, key: str = "") -> dict[str, str | list[str]]:
        """What a sender fills in: a person who agrees to all, and may be reached."""
        from opennrm.access.country import current_profile

        return {
            "key": key or uuid4().hex, "is_safe_tonight": "yes", "needs_doctor": "no", "basis": "consent",
            "agreed": [p for p in current_profile().purposes if p != "referral"], "consent_how": "spoken",
            "name": "Primer Primerović", "contact": "000 000", "channel": "through_sender", "hours": "18:00 to 19:00",
            "never": "Do not call the employer.",
        }  # fmt: skip

    def names(self, noticed: Any) -> dict[str, str]:
        """What a screening is called in rows, by what the pattern's is called."""
        pattern = getattr(self, "pattern", noticed)
        pairs = [(pattern.person.id.hex, noticed.person.id.hex), (pattern.id.hex, noticed.id.hex)]
        pairs += [(pattern.person.code, noticed.person.code), (pattern.code, noticed.code)]
        pairs += [(pattern.file_code, noticed.file_code)]
        return dict(pairs)

    def prepare(self, noticed: Any) -> str:
        """Make ready, in SQL, all that sending this screening writes. Returns the name under which it waits."""
        from bench._sql import statements
        from bench._urls import PREPARED
        from opennrm.audit.models import Head
        from opennrm.vault.keys import key_for

        names = self.names(noticed)
        key, copy = uuid4().hex, self.writes.begin(0, timedelta(hours=-1), names)  # later than the screening
        copy.secrets = {name: key_for(name) for name in [noticed.person.code]}
        heads = Head.objects.filter(subject__in=[noticed.ref, noticed.person.ref])
        copy.chains = {head.subject: (head.number, head.digest) for head in heads}
        PREPARED[key] = statements(self.writes, copy)
        return key


def inbox(vendor: str, office: Office) -> None:
    """The duty officer's worklist against a bare page, and its last page against its first."""
    from opennrm.desk.worklist import PAGE

    browser = Browser(office.duty)
    pages = [0, min(PAGE_FAR, ROWS // PAGE) - 1]
    addresses = ["/page", "/bare", *(address(page, PAGE) for page in pages)]
    page, answer, first, far = in_turns([lambda a=a: browser.get(a) for a in addresses], ROUNDS)
    report(vendor, "worklist of a duty officer: share of a bare page's rate", page / first, INBOX, at_least=True)
    report(vendor, "the same, of a bare answer's rate", answer / first)
    report(vendor, f"page {pages[1] + 1}: times page 1", far / first, FAR)


def address(page: int, lines: int) -> str:
    """The address of a page of the worklist, counted from 0: where the page before it ended."""
    from urllib.parse import quote

    from opennrm.referral.models import Referral

    if page == 0:
        return "/worklist"
    last = Referral.unscoped.order_by("received_at", "id")[page * lines - 1]
    return f"/worklist?after={quote(f'{last.received_at.isoformat()}_{last.id}')}"


def posts(vendor: str, office: Office) -> None:
    """Sending a referral against writing the same rows in SQL, both as one signed-in POST after the other."""
    from django.db import connection, transaction

    from bench._urls import PREPARED

    sender = office.senders[0]
    browser = Browser(sender)
    ready = [(noticed, office.form()) for noticed in office.screenings(sender, POSTS)]
    prepared = [office.prepare(noticed) for noticed in office.screenings(office.senders[1], 2 * POSTS)]

    def send() -> None:
        noticed, form = ready.pop()
        browser.post(f"/referrals/from/{noticed.code}", form)

    def alone() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for text, values in PREPARED[prepared.pop()]:
                cursor.execute(text, values)

    ours, theirs, bare = in_turns([send, lambda: browser.post("/written", {"key": prepared.pop()}), alone], POSTS)
    report(vendor, "sending a referral: share of the rate of its rows in SQL", theirs / ours, GATE, at_least=True)
    report(vendor, "the same, goal", theirs / ours, GOAL, at_least=True)
    report(vendor, "the same, of the SQL with neither page nor session around it", bare / ours)


def at_once(vendor: str, office: Office) -> None:
    """Eight writers at the same time: how much longer the slowest wait."""
    ready = [office.screenings(sender, POSTS_EACH) for sender in office.senders[2:-1]]
    browsers = [Browser(sender) for sender in office.senders[2:-1]]
    took: list[float] = []

    def work(number: int) -> None:
        for noticed in ready[number]:
            form = office.form()
            started = time.perf_counter()
            browsers[number].post(f"/referrals/from/{noticed.code}", form)
            took.append(time.perf_counter() - started)

    together([lambda n=n: work(n) for n in range(WRITERS)])
    took.sort()
    p50, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
    report(vendor, f"{WRITERS} writers: p99, times p50", p99 / p50, TAIL)


def twice(vendor: str, office: Office) -> None:
    """Each of many referrals sent twice at the same moment."""
    from opennrm.referral.models import Referral

    before = Referral.unscoped.count()
    sender = office.senders[-1]
    browser = Browser(sender)
    led_to: list[set[str]] = []
    for noticed in office.screenings(sender, TWICE):
        form, said = office.form(), set()
        send = lambda: said.add(browser.post(f"/referrals/from/{noticed.code}", form))  # noqa: B023, E731 - used at once
        together([send, send])
        led_to.append(said)
    once = sum(len(said) == 1 for said in led_to)
    arrived = Referral.unscoped.count() - before
    report(vendor, f"{TWICE} referrals, each sent twice at the same moment: arrived", arrived, TWICE, at_least=True)
    assert arrived == once == len(set.union(*led_to)) == TWICE, "a referral was lost or doubled"


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds on the clock, and seconds of this process alone: what other programs and the disk do is not in these."""

    clock: float
    own: float

    def __truediv__(self, other: "Took") -> "Took":
        return Took(self.clock / other.clock, self.own / other.own)


def in_turns(acts: Sequence[Callable[[], object]], rounds: int) -> list[Took]:
    """The medians of each act; they take turns, so that what else the machine does meets all alike."""
    took: list[list[Took]] = [[] for _ in acts]
    for act in acts:
        act()
    for _ in range(rounds - 1):
        for act, times in zip(acts, took, strict=True):
            clock, own = time.perf_counter(), time.process_time()
            act()
            times.append(Took(time.perf_counter() - clock, time.process_time() - own))
    return [Took(median(t.clock for t in times), median(t.own for t in times)) for times in took]


def together(acts: Sequence[Callable[[], object]]) -> None:
    """Run the acts in threads that start at the same moment; what one of them raises ends the benchmark."""
    from django.db import connection

    barrier, raised = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            act()
        except BaseException as problem:
            raised.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]


def report(vendor: str, what: str, found: float | Took, limit: float | None = None, *, at_least: bool = False) -> None:
    """One line: what was measured, its limit, and whether it was met. Time of the process alone stands at its end."""
    number, own = (found.clock, f"  (processor {found.own:.2f})") if isinstance(found, Took) else (found, "")
    if limit is None:
        verdict = ""
    else:
        met = number >= limit if at_least else number <= limit
        verdict = f"{'at least' if at_least else 'at most':<9}{limit:>7.2f}  {'met' if met else 'MISSED'}"
    print(f"{vendor:<11}{what:<64}{number:>8.2f}  {verdict:<24}{own}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
