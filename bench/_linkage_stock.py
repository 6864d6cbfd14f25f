"""The generator's stock of names, read from `linkage_stock.txt`."""

from pathlib import Path


def _read() -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    key = ""
    for line in (Path(__file__).parent / "linkage_stock.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("  "):
            lists[key] += line.split()
        elif line and not line.startswith("#"):
            key = line.strip()
            lists[key] = []
    return lists


STOCK = _read()
HANZI = dict(entry.split("=") for entry in STOCK["HANZI"])
