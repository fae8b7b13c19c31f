"""``archiver verify``: whether the archive is what the journal says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from archiver.cli.log import set_up_logging
from archiver.cli.main import EXIT_CODES
from archiver.cli.nearest import places_of
from archiver.cli.options import config_options
from archiver.cli.tell import tell
from archiver.config import Config
from archiver.maintenance.damage import Damage
from archiver.maintenance.verify import VerifySummary, Wish, verify
from archiver.redact import redact
from archiver.report.json_lines import dump_json

DAMAGE_FOUND = 4
_CODES = EXIT_CODES.replace("  5  ", "  4  verify found damage, or could not mend all of it\n  5  ")


@click.command("verify", epilog=_CODES)
@click.option("-o", "--output", metavar="DIR", help="The folder that `archive -o DIR` wrote.")
@click.option("--read-data", is_flag=True, help="Read every file; compare it with its digest.")
@click.option("--documents", is_flag=True, help="Follow the links of every rewritten document.")
@click.option("--repair", is_flag=True, help="Mend what is found: fetch again, make anew, relink.")
@click.option("--wait", is_flag=True, help="Wait for another run to end instead of giving up.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a damage, then a summary.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
@config_options
def command(
    output: str | None,
    read_data: bool,
    documents: bool,
    repair: bool,
    wait: bool,
    as_json: bool,
    quiet: bool,
    load: Callable[[], Config],
) -> int:
    """Compare the archive with its journal: every picture and thumbnail is there, with its size.

    With --repair, what is missing or damaged comes back from the trash, is fetched again, or is
    made anew; damaged bytes are kept in .archiver/quarantine. Without it no network is used.

    \b
    Examples:
      archiver verify
      archiver verify --read-data --documents
      archiver verify --read-data --repair
    """
    set_up_logging()
    config = load()
    show = _silent if quiet and not as_json else _teller(as_json)
    wish = Wish(read_data, documents, repair)
    places = places_of(output, config)
    summary = verify(places, config, wish, is_waiting=wait, on_damage=show)
    if as_json:
        click.echo(dump_json({"summary": _object(summary)}))
    elif not quiet:
        _show_summary(summary, repair)
    return DAMAGE_FOUND if summary.left else 0


def _silent(damage: Damage) -> None:
    return


def _teller(as_json: bool) -> Callable[[Damage], None]:
    def show(damage: Damage) -> None:
        if as_json:
            click.echo(dump_json(_damage_object(damage)))
            return
        reason = f": {damage.reason}" if damage.reason else ""
        tell(f"{damage.kind:<13}{damage.name}{reason}")
        for record in damage.records[:3]:
            tell(f"{'':<13}from {redact(record.url)}")

    return show


def _damage_object(damage: Damage) -> dict[str, Any]:
    return {
        "kind": "damage",
        "damage": str(damage.kind),
        "file": f"archive/{damage.path}",
        "document": damage.document,
        "reason": damage.reason,
        "urls": [redact(record.url) for record in damage.records],
    }


def _show_summary(summary: VerifySummary, is_repairing: bool) -> None:
    for note in summary.notes:
        tell(f"{'note':<13}{note.document}: {note.text}")
    if not summary.found:
        tell(f"{summary.files:,} files are as the journal says")
        return
    tell(f"{len(summary.found):,} wrong, of {summary.files:,} files and their links")
    if is_repairing:
        tell(f"{summary.mended:,} mended, {len(summary.left):,} left")
        for damage in summary.left:
            tell(f"{'left':<13}{damage.name}{f': {damage.reason}' if damage.reason else ''}")
    else:
        tell("archiver verify --repair mends what can be mended")


def _object(summary: VerifySummary) -> dict[str, Any]:
    return {
        "files": summary.files,
        "found": len(summary.found),
        "mended": summary.mended,
        "left": len(summary.left),
        "notes": [{"document": note.document, "note": note.text} for note in summary.notes],
    }
