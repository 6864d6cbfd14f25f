"""What was done lately with the own ways to sign in, in plain words: when, what, and by whom if not by oneself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from opennrm.access.signing_in.disowning import disowned_by
from opennrm.access.signing_in.lately import lately
from opennrm.access.signing_in.providers import providers
from opennrm.access.signing_in.rules import Factor
from opennrm.kernel.text import NOTHING, Sentence, say, say_n
from opennrm.workflow.pages import in_language
from opennrm.workflow.wording import worded

if TYPE_CHECKING:
    from opennrm.access.models import Account
    from opennrm.audit.models import Entry

# What a class of device is called.
KINDS = {"phone": say("Phone"), "tablet": say("Tablet"), "computer": say("Computer")}
NAMES = {
    "ios": "iOS",
    "android": "Android",
    "windows": "Windows",
    "macos": "macOS",
    "chromeos": "ChromeOS",
    "linux": "Linux",
    "firefox": "Firefox",
    "edge": "Edge",
    "samsung": "Samsung Internet",
    "chrome": "Chrome",
    "safari": "Safari",
}
DISOWN = "account.disown"
SAID: dict[str, Sentence] = {
    "account.password": say("A password was chosen"),
    "account.factors_reset": say("All second factors were removed"),
    "account.factors_renew": say("Second factors of before were removed: a new one took their place"),
    "account.recovery_codes": say("New recovery codes were made"),
    "account.recovery_code": say("A recovery code was used"),
    "account.passkey_copied": say("A copy of one of your passkeys was used elsewhere. It was refused"),
    DISOWN: say("You said: this was not me"),
}
ADDED = {
    Factor.PASSKEY: say("A passkey was added"),
    Factor.APP: say("An authenticator app was added"),
}
REMOVED = {
    Factor.PASSKEY: say("A passkey was removed"),
    Factor.APP: say("The authenticator app was removed"),
}


def lately_lines(account: Account) -> list[dict[str, Any]]:
    """The list for its own page: the latest first, each with the number by which one says that it was not oneself."""
    said = disowned_by(account)
    return [line_of(entry, account, is_said=entry.number in said) for entry in lately(account)]


def line_of(entry: Entry, account: Account, *, is_said: bool = False) -> dict[str, Any]:
    """One thing that was done."""
    return {
        "number": entry.number,
        "at": entry.at,
        "words": words_of(entry.verb, entry.facts),
        "by": _by(entry, account),
        "may_be_said": entry.verb != DISOWN and not is_said,
        "is_said": is_said,
    }


def words_of(verb: str, facts: dict[str, Any]) -> Sentence:
    """What was done, by the verb and the facts of the trail."""
    if verb in SAID:
        return SAID[verb]
    return _counted(verb, facts) or _named(verb, facts) or say("Something was changed")


def device_words(device: str) -> str:
    """A class of device in words: “Phone, Android, Firefox”."""
    kind, _dot, rest = device.partition(".")
    words = [worded(KINDS[kind])] if kind in KINDS else [_("A device")]
    return ", ".join([*words, *(NAMES[code] for code in rest.split(".") if code in NAMES)])


def _counted(verb: str, facts: dict[str, Any]) -> Sentence:
    count = int(facts.get("count") or 0)
    if verb == "account.after_pause":
        n = int(facts["days"])
        return say_n("Signed in after %(n)d day without", "Signed in after %(n)d days without", n)
    if verb == "account.after_failures":
        return say_n("Signed in after %(n)d wrong attempt", "Signed in after %(n)d wrong attempts", count)
    if verb == "account.attempts":
        one, many = "A wrong password was typed %(n)d time in a day", "A wrong password was typed %(n)d times in a day"
        return say_n(one, many, count)
    if verb == "account.half_way" and count:
        one = "The first step of signing in was right; the second was wrong %(n)d time, and nobody got in"
        many = "The first step of signing in was right; the second was wrong %(n)d times, and nobody got in"
        return say_n(one, many, count)
    if verb == "account.half_way":
        return say("The first step of signing in was right; the second was not shown, and nobody got in")
    return NOTHING


def _named(verb: str, facts: dict[str, Any]) -> Sentence:
    if verb in ("account.factor_add", "account.factor_remove"):
        words = ADDED if verb == "account.factor_add" else REMOVED
        return words.get(facts["factor"], NOTHING)
    if verb == "account.new_device":
        return say("First sign-in from another kind of device: %(device)s", device=device_words(facts["device"]))
    if verb == "account.address":
        is_set = say("The work address for messages was changed")
        return is_set if facts["is_set"] else say("The work address for messages was removed")
    if verb in ("account.link", "account.unlink"):
        known = providers().get(facts["provider"])
        agency = in_language(known.label) if known else facts["provider"]
        if verb == "account.link":
            return say("Signing in where you work was allowed: %(agency)s", agency=agency)
        return say("Signing in where you work was ended: %(agency)s", agency=agency)
    return NOTHING


def _by(entry: Entry, account: Account) -> Sentence:
    """By whom, where it was not she. Of attempts nobody knows by whom they were."""
    kind, _colon, _code = entry.by.partition(":")
    if entry.by == account.ref or entry.verb in ("account.attempts", "account.half_way", "account.passkey_copied"):
        return NOTHING
    return say("by an administrator") if kind == "account" else say("at the server")
