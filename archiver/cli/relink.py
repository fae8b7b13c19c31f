"""``archiver relink``: links point at where the archive lies now."""

from __future__ import annotations

from collections.abc import Callable

import click

from archiver.cli.edited import show_edited
from archiver.cli.log import set_up_logging
from archiver.cli.main import EXIT_CODES
from archiver.cli.nearest import absolute, by_archive, places_of
from archiver.cli.options import config_options
from archiver.cli.tell import tell
from archiver.config import Config
from archiver.errors import UsageError
from archiver.maintenance import taking
from archiver.maintenance.editing import Edited
from archiver.maintenance.relinking import relink


@click.command("relink", epilog=EXIT_CODES)
@click.argument("paths", nargs=-1, metavar="[DOCUMENT|FOLDER]...")
@click.option("-o", "--output", metavar="DIR", help="The folder that `archive -o DIR` wrote.")
@click.option("--take-changes", is_flag=True, help="Show what pictures became upstream (refresh).")
@click.option("--wait", is_flag=True, help="Wait for another run to end instead of giving up.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a document.")
@config_options
def command(
    paths: tuple[str, ...],
    output: str | None,
    take_changes: bool,
    wait: bool,
    as_json: bool,
    load: Callable[[], Config],
) -> int:
    """Point the links of documents at where the files of the archive lie now: after link_prefix
    changed, the archive folder or the documents were moved. Default: every document below the base
    folder, and every one that the journal knows.

    Nothing else in a document changes, and `archiver restore` still gives its original bytes.

    \b
    Examples:
      archiver relink
      archiver relink posts/moved --link-prefix /archive/
      archiver relink --take-changes
    """
    if take_changes and paths:
        raise UsageError("--take-changes is for all documents of an archive; name none")
    set_up_logging()
    config = load()
    results: list[Edited] = []
    if paths and output is None:
        groups = by_archive(paths, config)
    else:
        groups = {places_of(output, config): [bytes(absolute(path)) for path in paths]}

    def show(result: Edited) -> None:
        results.append(result)
        show_edited(result, as_json)

    for places, targets in groups.items():
        if take_changes:
            taking.take_changes(places, config, show, is_waiting=wait)
        else:
            relink(places, config, targets or None, show, is_waiting=wait)
    if not results and not as_json:
        tell("no document links to the archive")
    return 0 if all(result.outcome in ("relinked", "unchanged") for result in results) else 3
