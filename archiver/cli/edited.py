"""What maintenance made of a document, on a line."""

from __future__ import annotations

import os

import click

from archiver.cli.tell import tell
from archiver.maintenance.editing import Edited
from archiver.maintenance.restore import RestoreResult
from archiver.report.json_lines import dump_json


def show_edited(result: Edited | RestoreResult, as_json: bool) -> None:
    """A document that maintenance looked at, on a line."""
    name = os.fsdecode(result.path)
    if as_json:
        found = {"kind": "document", "document": name, "outcome": result.outcome}
        links = {"links": result.links} if isinstance(result, Edited) else {}
        click.echo(dump_json(found | links | {"reason": result.reason}))
    else:
        reason = f": {result.reason}" if result.reason else ""
        tell(f"{result.outcome:<12}{name}{reason}")
