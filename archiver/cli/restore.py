"""``archiver restore``: the original bytes of rewritten documents."""

from __future__ import annotations

import os
from collections.abc import Callable

import click

from archiver.cli.edited import show_edited
from archiver.cli.log import set_up_logging
from archiver.cli.main import EXIT_CODES
from archiver.cli.nearest import by_archive
from archiver.cli.options import config_options
from archiver.config import Config
from archiver.errors import UsageError
from archiver.maintenance.restore import RestoreOutcome, RestoreResult, restore
from archiver.pipeline.places import Places

_GOOD = (RestoreOutcome.RESTORED, RestoreOutcome.UNCHANGED)


@click.command("restore", epilog=EXIT_CODES)
@click.argument("paths", nargs=-1, metavar="[DOCUMENT|FOLDER]...")
@click.option("--all", "is_all", is_flag=True, help="Every document of the archive.")
@click.option("--urls", is_flag=True, help="Original URLs for every link to the archive.")
@click.option("--wait", is_flag=True, help="Wait for another run to end instead of giving up.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a document.")
@config_options
def command(
    paths: tuple[str, ...],
    is_all: bool,
    urls: bool,
    wait: bool,
    as_json: bool,
    load: Callable[[], Config],
) -> int:
    """Give documents their original bytes back.

    A document that was edited since keeps the edits; only the links are put back. Where that
    cannot be told apart, it is left as it is and reported (exit 3). The archive is the one that
    the document lies in (the nearest folder with .archiver in it), else that of the configuration.

    With --urls also documents that the archive does not know: copies from another machine, pasted
    links. Each link to the archive becomes the URL that its picture came from; of several the one
    that this document used, else the first, which is said.

    \b
    Examples:
      archiver restore post.md
      archiver restore archived/post.md
      archiver restore --all
      archiver restore --urls pasted.md
    """
    if bool(paths) == is_all:
        raise UsageError("name documents or folders, or --all")
    if urls and (is_all or any(map(os.path.isdir, paths))):
        raise UsageError("--urls: name documents, not folders or --all")
    set_up_logging()
    config = load()
    if urls:
        return _restore_urls(by_archive(paths, config), config, wait, as_json)
    results: list[RestoreResult] = []
    for places, targets in by_archive(paths, config).items():
        results += restore(
            places,
            None if is_all else targets,
            lambda result: show_edited(result, as_json),
            is_waiting=wait,
        )
    return 0 if all(result.outcome in _GOOD for result in results) else 3


def _restore_urls(
    groups: dict[Places, list[bytes]], config: Config, is_waiting: bool, as_json: bool
) -> int:
    from archiver.maintenance.restoring_urls import restore_urls  # it loads every format

    found = [
        result
        for places, targets in groups.items()
        for result in restore_urls(
            places,
            config,
            targets,
            lambda result: show_edited(result, as_json),
            is_waiting=is_waiting,
        )
    ]
    return 0 if all(result.outcome in ("restored", "unchanged") for result in found) else 3
