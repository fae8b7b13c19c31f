"""``archiver gc``: what nothing refers to any more goes."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import click

from archiver.cli.durations import parse_duration
from archiver.cli.log import set_up_logging
from archiver.cli.main import EXIT_CODES
from archiver.cli.nearest import places_of
from archiver.cli.options import config_options
from archiver.cli.tell import tell
from archiver.config import Config
from archiver.errors import UsageError
from archiver.maintenance.gc import GcAction, GcResult, GcSummary, collect_garbage
from archiver.report.json_lines import dump_json
from archiver.report.summary import format_size

_WOULD = {
    GcAction.TRASHED: "would go to the trash",
    GcAction.DELETED: "would be deleted",
    GcAction.BROUGHT_BACK: "would be brought back",
}
_DID = {
    GcAction.TRASHED: "went to the trash",
    GcAction.DELETED: "deleted",
    GcAction.BROUGHT_BACK: "brought back from the trash",
}


@click.command("gc", epilog=EXIT_CODES)
@click.argument("more", nargs=-1, metavar="[DOCUMENT|FOLDER]...")
@click.option("-o", "--output", metavar="DIR", help="The folder that `archive -o DIR` wrote.")
@click.option(
    "--grace",
    default="30d",
    metavar="TIME",
    help="How long files stay in the trash (12h, 30d, 8w); 0: not at all. Default: 30d.",
)
@click.option(
    "--dry-run", is_flag=True, help="Say what would go, and how many bytes; write nothing."
)
@click.option("--wait", is_flag=True, help="Wait for another run to end instead of giving up.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file, then a summary.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
@config_options
def command(
    more: tuple[str, ...],
    output: str | None,
    grace: str,
    dry_run: bool,
    wait: bool,
    as_json: bool,
    quiet: bool,
    load: Callable[[], Config],
) -> int:
    """Take out the pictures, thumbnails and other files that no document shows any more.

    Every text file below the base folder, the sources and their outputs is read for links; name
    DOCUMENT or FOLDER where others show pictures of the archive. What none of them shows goes to
    the trash, .archiver/trash, and is deleted there by a later call, when it has lain there for
    TIME. Until then a picture that is needed again comes back by itself.

    \b
    Examples:
      archiver gc --dry-run
      archiver gc
      archiver gc ../other-site/content --grace 8w
    """
    for path in more:
        if not os.path.lexists(path):
            raise UsageError(f"{path}: no such file or folder")
    set_up_logging()
    config = load()
    is_told = not as_json and not quiet
    summary = collect_garbage(
        places_of(output, config),
        config,
        grace=parse_duration(grace, "--grace"),
        more=[os.fsencode(os.path.abspath(path)) for path in more],
        is_dry_run=dry_run,
        is_waiting=wait,
        on_result=partial(_show, as_json=as_json) if as_json or is_told else lambda result: None,
    )
    if as_json:
        click.echo(dump_json({"summary": _object(summary) | {"dry_run": dry_run}}))
    elif is_told:
        _show_summary(summary, dry_run)
    return 0


def _show(result: GcResult, as_json: bool) -> None:
    if as_json:
        found = {"kind": "file", "file": result.name, "action": str(result.action)}
        click.echo(dump_json(found | {"bytes": result.size_bytes}))
    else:
        tell(f"{result.action:<14}{result.name} ({format_size(result.size_bytes)})")


def _show_summary(summary: GcSummary, is_dry_run: bool) -> None:
    for action, text in (_WOULD if is_dry_run else _DID).items():
        count, size_bytes = summary.total(action)
        if count:
            tell(f"{_files(count, size_bytes)} {text}")
    if not summary.results:
        tell("nothing to take out")
    tell(f"{_files(summary.kept_files, summary.kept_bytes)} in use")
    if summary.waiting_files:
        tell(f"{_files(summary.waiting_files, summary.waiting_bytes)} in the trash")


def _files(count: int, size_bytes: int) -> str:
    return f"{count:,} file{'' if count == 1 else 's'}, {format_size(size_bytes)},"


def _object(summary: GcSummary) -> dict[str, Any]:
    counts = {action.replace(" ", "_"): summary.total(action) for action in GcAction}
    return {
        **{name: {"files": n, "bytes": size} for name, (n, size) in counts.items()},
        "in_use": {"files": summary.kept_files, "bytes": summary.kept_bytes},
        "in_trash": {"files": summary.waiting_files, "bytes": summary.waiting_bytes},
    }
