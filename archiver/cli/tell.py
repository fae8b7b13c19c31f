"""What a command says to people, a line at a time. Objects for programs go through `click.echo`."""

from __future__ import annotations

import click

from archiver.redact import escape


def tell(line: str, *, err: bool = False) -> None:
    """Print *line* to stdout, or to stderr; it stays one line, and writes nothing else there.

    Names of files, URLs and messages of servers are others' words: what would move the cursor,
    recolour, reorder or end the line is shown as its code.
    """
    click.echo(escape(line), err=err)


def tell_lines(text: str, *, err: bool = False) -> None:
    """The same for several lines, where the line ends are ours."""
    for line in text.split("\n"):
        tell(line, err=err)
