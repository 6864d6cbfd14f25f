"""What offices write where they know nothing: NN, unknown, 000000. Read as nothing, or it would join strangers."""

from collections.abc import Mapping
from typing import Any

# Whole values, in small letters. "NN lice" is a person unknown to the police; two of them are not one person.
_NOBODY = (
    r"(?i)^(?:n[. ]*n[. ]*|н[. ]*н[. ]*|x+|х+)(?:lice|лице|osoba|особа)?$|^(?:lice|лице)$"
    r"|^(?:nepoznat|непознат|neidentifikovan|неидентификован|neutvrđen|неутврђен)\pL{0,3}"
    r"(?: (?:lice|лице|osoba|особа))?$"
    r"|^(?:unknown|anonymous|anoniman|anonimna|анониман|анонимна)$"
)
_ONE_DIGIT = "|".join(rf"^[\W_]*(?:{digit}[\W_]*){{5,}}$" for digit in range(10))
_PATTERNS = {
    "given_name": _NOBODY,
    "family_name": _NOBODY,
    "document_no": rf"^\D*$|^\D*(?:0\D*)+$|{_ONE_DIGIT}",
    "phone": rf"^\D*(?:\d\D*){{0,5}}$|{_ONE_DIGIT}",
}
_SAID = {
    "given_name": "names such as NN or unknown",
    "family_name": "family names such as NN or unknown",
    "document_no": "documents without a number, or of one digit",
    "phone": "telephones of fewer than six digits, or of one digit",
}


def without_placeholders(arrays: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The columns (Arrow arrays of text by name) with placeholders taken out, and a sentence for each kind found."""
    import pyarrow as pa
    import pyarrow.compute as pc

    result, said = dict(arrays), []
    for column, pattern in _PATTERNS.items():
        values = arrays[column]
        some = pc.unique(values) if column.endswith("_name") else values.drop_null()
        if pc.any(pc.match_substring_regex(some, pattern)).as_py():
            empty = pc.match_substring_regex(values, pattern).fill_null(False)
            result[column] = pc.if_else(empty, pa.scalar(None, pa.string()), values)
            said.append(f"{pc.sum(empty).as_py():,} {_SAID[column]} are read as nothing.")
    return result, said
