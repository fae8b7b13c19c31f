"""``archiver restore``: the original bytes of rewritten documents."""

from __future__ import annotations

from typing import Any

import click

from archiver.cli.main import EXIT_CODES
from archiver.cli.options import config_options, load_with_options
from archiver.report.json_lines import dump_json


@click.command("restore", epilog=EXIT_CODES)
@click.argument("paths", nargs=-1, metavar="[DOCUMENT|FOLDER]...")
@click.option("--all", "is_all", is_flag=True, help="Every document of the archive.")
@click.option("-o", "--output", metavar="DIR", help="The folder that `archive -o DIR` wrote.")
@click.option("--wait", is_flag=True, help="Wait for another run to end instead of giving up.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a document.")
@config_options
def command(
    paths: tuple[str, ...],
    is_all: bool,
    output: str | None,
    wait: bool,
    as_json: bool,
    **config_values: Any,
) -> int:
    """Give documents their original bytes back.

    A document that was edited since keeps the edits; only the links are put back. Where that
    cannot be told apart, it is left as it is and reported (exit 3).

    \b
    Examples:
      archiver restore post.md
      archiver restore archived/post.md
      archiver restore --all
    """
    return 0
