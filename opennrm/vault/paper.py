"""A share on paper: seven numbered lines of four groups, each with two check characters, in letters hard to confuse.

The alphabet is Crockford's base 32 (no I, L, O, U). A line is ten bytes; its check characters are the line and its
number modulo 1021, a prime above 32²-4: any single wrong character, any exchange of two neighbouring characters and
any exchange of two lines that differ is noticed, and the line is named.
"""

from datetime import date
from hashlib import sha256
from uuid import UUID

from opennrm.kernel.errors import SourceProblem
from opennrm.vault.shares import CHECK_BYTES, NEEDED, SET_BYTES, SHARES, VALUE_BYTES, Share

LINES = 7
_LINE_BYTES = 10
_CHARACTERS = 16
_CHECKS = 2
_MODULUS = 1021
_VERSION = 1
_SUM_BYTES = 8
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PLACE = {character: place for place, character in enumerate(_ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_COMPARE = "Compare it with the paper, letter by letter."


def page(share: Share, *, made_on: date) -> str:
    """What is printed on one sheet."""
    lines = "\n".join(f"     {number}   {line}" for number, line in enumerate(lines_of(share), start=1))
    return f"""\
OpenNRM recovery share {share.number} of {SHARES}

Any {NEEDED} of the {SHARES} shares make the deployment key again. One alone tells nothing.
Keep the {SHARES} with {SHARES} people, in {SHARES} places, away from the database and its backups.

     Deployment key   {share.key_id}
     Set              {share.set_id.hex().upper()}   (only shares of one set fit together)
     Made on          {made_on.isoformat()}

{lines}

To use it: `opennrm keys recover`, with any two shares. Small letters and spaces do not
matter. There is no letter I, L, O or U. The last two characters of a line check the line.
"""


def lines_of(share: Share) -> list[str]:
    """The seven lines, without their numbers."""
    body = bytes([_VERSION, share.number]) + share.set_id + share.key_id.bytes + share.check + share.value
    body += _sum(body)
    return [
        _grouped(_written(int.from_bytes(part, "big"), _CHARACTERS), number)
        for number, part in enumerate(
            (body[start : start + _LINE_BYTES] for start in range(0, len(body), _LINE_BYTES)), start=1
        )
    ]


def read_line(number: int, text: str) -> bytes:
    """The ten bytes of one line; refuses a wrong one by its number, and never repeats what was written."""
    characters = [c for c in text.upper() if not c.isspace() and c not in "-–."]
    if len(characters) != _CHARACTERS + _CHECKS:
        raise SourceProblem(
            f"Line {number} has {len(characters)} characters; it should have {_CHARACTERS + _CHECKS}.", remedy=_COMPARE
        )
    if any(c not in _PLACE for c in characters):
        raise SourceProblem(f"Line {number} holds a character that no share has.", remedy=_COMPARE)
    value = _read(characters[:_CHARACTERS])
    if _read(characters[_CHARACTERS:]) != _check(value, number):
        raise SourceProblem(f"Line {number} does not agree with its two check characters.", remedy=_COMPARE)
    return value.to_bytes(_LINE_BYTES, "big")


def read(text: str, *, where: str = "") -> Share:
    """The share in a text: its lines that begin with a number from 1 to 7. Lists everything that is wrong with them."""
    parts: dict[int, bytes] = {}
    problems: list[str] = []
    for line in text.splitlines():
        first, _, rest = line.strip().partition(" ")
        number = first.rstrip(".)")
        if not (number.isascii() and number.isdigit() and rest):
            continue
        if not 1 <= int(number[:3]) <= LINES:
            problems.append(f"There is a line {number[:3]}; the lines of a share are numbered 1 to {LINES}.")
        elif int(number) in parts:
            problems.append(f"Line {number} stands there twice.")
        else:
            try:
                parts[int(number)] = read_line(int(number), rest)
            except SourceProblem as problem:
                parts[int(number)] = b""
                problems.append(str(problem.what))
    problems += [f"Line {number} is missing." for number in range(1, LINES + 1) if number not in parts]
    if problems:
        raise SourceProblem("This share cannot be read.", where=where, remedy=_COMPARE, problems=tuple(problems))
    return share_of([parts[number] for number in range(1, LINES + 1)], where=where)


def share_of(parts: list[bytes], *, where: str = "") -> Share:
    """The share whose seven lines these are; refuses lines that are each right and do not belong together."""
    whole = b"".join(parts)
    body, kept = whole[:-_SUM_BYTES], whole[-_SUM_BYTES:]
    if _sum(body) != kept:
        raise SourceProblem(
            "These lines are each right, and not of one share.", where=where, remedy="Read all seven from one sheet."
        )
    if body[0] != _VERSION or not 1 <= body[1] <= SHARES:
        raise SourceProblem(
            "This share was made by another version of OpenNRM.", where=where, remedy="Use the version that made it."
        )
    ends = [2, 2 + SET_BYTES]
    ends += [ends[-1] + 16, ends[-1] + 16 + CHECK_BYTES]
    return Share(
        number=body[1],
        set_id=body[ends[0] : ends[1]],
        key_id=UUID(bytes=body[ends[1] : ends[2]]),
        check=body[ends[2] : ends[3]],
        value=body[ends[3] : ends[3] + VALUE_BYTES],
    )


def _sum(body: bytes) -> bytes:
    return sha256(b"opennrm recovery share " + body).digest()[:_SUM_BYTES]


def _check(value: int, number: int) -> int:
    return (number << (8 * _LINE_BYTES) | value) % _MODULUS


def _grouped(characters: str, number: int) -> str:
    check = _written(_check(_read(characters), number), _CHECKS)
    groups = [characters[start : start + 4] for start in range(0, _CHARACTERS, 4)]
    return f"{' '.join(groups)}   {check}"


def _written(value: int, length: int) -> str:
    return "".join(_ALPHABET[value >> (5 * place) & 31] for place in reversed(range(length)))


def _read(characters: str | list[str]) -> int:
    value = 0
    for character in characters:
        value = value << 5 | _PLACE[character]
    return value
