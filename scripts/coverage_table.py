"""Prints a row for each package from coverage.py's JSON report on standard input."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

_COLUMNS = ("num_statements", "covered_lines", "num_branches", "covered_branches")


def rows(report: dict[str, Any]) -> Iterator[tuple[str, Counter[str]]]:
    """Each package with the sums of its files, sorted; last the whole program."""
    sums: dict[str, Counter[str]] = {}
    for path, file in report["files"].items():
        package = PurePath(path).parts[1]
        name = package if not package.endswith(".py") else "(modules)"
        sums.setdefault(name, Counter()).update({c: file["summary"][c] for c in _COLUMNS})
    yield from sorted(sums.items())
    yield "all", sum(sums.values(), Counter())


def _percent(part: int, whole: int) -> str:
    """Rounded down: 100 % means all."""
    return f"{int(1000 * part / whole) / 10:.1f} %" if whole else "-"


def main() -> None:
    """Print the table."""
    print("| package | lines | reached | branches | reached |\n| --- | ---: | ---: | ---: | ---: |")
    for name, sums in rows(json.load(sys.stdin)):
        lines, reached, branches, taken = (sums[column] for column in _COLUMNS)
        shares = _percent(reached, lines), _percent(taken, branches)
        print(f"| {name} | {lines} | {shares[0]} | {branches} | {shares[1]} |")


if __name__ == "__main__":
    main()
