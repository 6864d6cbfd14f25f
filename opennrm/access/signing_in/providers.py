"""The sign-ins of agencies (OpenID Connect), as the operator names them in a file outside the database."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from opennrm.kernel.errors import SourceProblem
from opennrm.kernel.label import Label
from opennrm.kernel.public_code import is_valid

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,38}")
NEEDED = ("id", "label", "issuer", "client_id", "client_secret_file", "agency")
OPTIONAL = ("subject_claim", "second_factor", "acr", "amr")
# RFC 8176: what says that more than a password was asked.
USUAL_AMR = ("mfa", "otp", "hwk", "swk", "fpt", "face", "iris", "pop", "sc")


@dataclass(frozen=True, slots=True)
class Provider:
    """One agency's sign-in. second_factor: `agency` (it must have asked for one) or `here` (it is asked here)."""

    id: str
    label: Label
    issuer: str
    client_id: str
    secret: str
    agency: str
    subject_claim: str = "sub"
    second_factor: str = "agency"
    acr: tuple[str, ...] = ()
    amr: tuple[str, ...] = USUAL_AMR

    def __repr__(self) -> str:
        return f"<Provider {self.id}>"


def providers() -> dict[str, Provider]:
    """Every sign-in of an agency, by its id. Raises SourceProblem naming every fault of the file."""
    return _read(settings.OPENNRM_OIDC_FILE) if settings.OPENNRM_OIDC_FILE else {}


@cache
def _read(path: str) -> dict[str, Provider]:
    try:
        entries = tomllib.loads(Path(path).read_text()).get("provider", [])
    except OSError:
        raise SourceProblem(
            "The file of the agencies’ sign-ins cannot be read.", where=path, remedy="OPENNRM_OIDC_FILE names it."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SourceProblem(f"This is no TOML: {fault}", where=path) from None
    if not isinstance(entries, list) or not entries:
        raise SourceProblem("The file names no [[provider]].", where=path, remedy="docs/operator.md has an example.")
    problems = [f"provider {number}: {fault}" for number, one in enumerate(entries, 1) for fault in _faults(one)]
    ids = [one.get("id") for one in entries if isinstance(one, dict)]
    problems += [f"two providers are called {one}" for one in sorted({str(i) for i in ids if ids.count(i) > 1})]
    if problems:
        raise SourceProblem(
            "The sign-ins of agencies cannot be used.", where=path, remedy="Mend these:", problems=tuple(problems)
        )
    made = [_provider(one) for one in entries]
    return {one.id: one for one in made}


def _provider(entry: dict[str, Any]) -> Provider:
    given = {name: value for name, value in entry.items() if name not in {"client_secret_file", "label"}}
    for name in ("acr", "amr"):
        if name in given:
            given[name] = tuple(given[name])
    secret = Path(entry["client_secret_file"]).read_text().strip()
    return Provider(**given, label=Label(entry["label"]), secret=secret)


def _faults(entry: object) -> list[str]:
    if not isinstance(entry, dict):
        return ["write it as [[provider]]"]
    found = [f"`{name}` is missing" for name in NEEDED if not entry.get(name)]
    found += [f"`{name}` is unknown" for name in entry if name not in NEEDED + OPTIONAL]
    texts = [name for name in (*NEEDED, "subject_claim", "second_factor") if name != "label"]
    found += [f"`{name}` is no text" for name in texts if not isinstance(entry.get(name, ""), str)]
    if found:
        return found
    if not ID.fullmatch(entry["id"]):
        found.append("`id` has small letters, digits and dashes")
    label = entry["label"]
    if not isinstance(label, dict) or not all(isinstance(text, str) for text in label.values()):
        found.append('`label` is a text in each language, as {en = "…", sr-Cyrl = "…"}')
    if not _is_safe(entry["issuer"]):
        found.append("`issuer` is an address that begins with https://")
    if not is_valid(entry["agency"]):
        found.append("`agency` is the code of an office; `opennrm agency list` shows them")
    if entry.get("second_factor", "agency") not in {"agency", "here"}:
        found.append("`second_factor` is `agency` or `here`")
    for name in ("acr", "amr"):
        values = entry.get(name, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            found.append(f"`{name}` is a list of texts")
    return found + _secret_faults(Path(entry["client_secret_file"]))


def _secret_faults(path: Path) -> list[str]:
    try:
        mode = path.stat().st_mode
        if not path.read_text().strip():
            return [f"the secret in {path} is empty"]
    except (OSError, UnicodeDecodeError):
        return [f"the secret in {path} cannot be read"]
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        return [f"the secret in {path} can be read by others: chmod 600"]
    return []


def _is_safe(issuer: str) -> bool:
    """Whether it is https; plain http only to this very machine."""
    parts = urlsplit(issuer)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"})
