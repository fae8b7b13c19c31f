"""The summary on a terminal, in colour; where ``NO_COLOR`` is set, without."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.text import Text

from archiver.model import Summary
from archiver.redact import escape
from archiver.report.summary import summary_lines


def print_summary(summary: Summary, look: str, stream: TextIO) -> None:
    """Print *summary* and where to look; long lines are left to the terminal, so that a URL can be
    copied whole."""
    console = Console(file=stream, highlight=False)
    for line in summary_lines(summary):
        console.print(Text.assemble(*line), soft_wrap=True)
    console.print(Text.assemble(("look at: ", "bold"), escape(look)), soft_wrap=True)
