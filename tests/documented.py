"""The examples of README, docs/ and the help of commands, and where each of them stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(
    r"(?:^<!-- not run: (?P<reason>[^\n]+) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.M | re.S,
)
_HELP = re.compile(r"^  (?:Examples?|Try it):\n((?:    .+\n)+)", re.M)


@dataclass(frozen=True, slots=True)
class Example:
    """A fenced block of a page, or a line of a command's help.

    Attributes:
        place: page and line.
        language: what the fence says.
        reason: why it cannot be run, as the comment before it says; "" where it can.
    """

    place: str
    language: str
    text: str
    reason: str


def blocks() -> Iterator[Example]:
    """Every fenced block, page after page.

    A comment before a block excuses it: ``<!-- not run: why -->``.
    """
    for page in PAGES:
        text = page.read_text()
        found = list(_BLOCK.finditer(text))
        assert len(re.findall(r"^ *```", text, re.M)) == 2 * len(found), f"{page}: a fence unread"
        for match in found:
            line = text.count("\n", 0, match.start("text"))
            yield Example(
                f"{page.name}:{line}", match["language"], match["text"], match["reason"] or ""
            )


def commands_of_help() -> list[str]:
    """The lines to paste that the program's help has, each once; docs/cli.md holds all of it."""
    text = (ROOT / "docs" / "cli.md").read_text()
    lines = "".join(_HELP.findall(text)).splitlines()
    return list(dict.fromkeys(re.split(r" {3,}", line.strip())[0] for line in lines))
