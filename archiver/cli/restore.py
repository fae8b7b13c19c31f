"""``archiver restore``: the original bytes of rewritten documents."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from archiver.cli.log import set_up_logging
from archiver.cli.main import EXIT_CODES
from archiver.cli.options import config_options, load_with_options
from archiver.config import Config
from archiver.errors import UsageError
from archiver.maintenance.restore import RestoreOutcome, RestoreResult, restore
from archiver.pipeline.places import Places, local_state
from archiver.report.json_lines import dump_json

_GOOD = (RestoreOutcome.RESTORED, RestoreOutcome.UNCHANGED)


@click.command("restore", epilog=EXIT_CODES)
@click.argument("paths", nargs=-1, metavar="[DOCUMENT|FOLDER]...")
@click.option("--all", "is_all", is_flag=True, help="Every document of the archive.")
@click.option("--wait", is_flag=True, help="Wait for another run to end instead of giving up.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a document.")
@config_options
def command(
    paths: tuple[str, ...],
    is_all: bool,
    wait: bool,
    as_json: bool,
    **config_values: Any,
) -> int:
    """Give documents their original bytes back.

    A document that was edited since keeps the edits; only the links are put back. Where that
    cannot be told apart, it is left as it is and reported (exit 3). The archive is the one that
    the document lies in (the nearest folder with .archiver in it), else that of the configuration.

    \b
    Examples:
      archiver restore post.md
      archiver restore archived/post.md
      archiver restore --all
    """
    if bool(paths) == is_all:
        raise UsageError("name documents or folders, or --all")
    set_up_logging()
    config = load_with_options(**config_values)
    results: list[RestoreResult] = []
    for places, targets in _by_archive(paths, config).items():
        results += restore(
            places,
            None if is_all else targets,
            lambda result: _show(result, as_json),
            is_waiting=wait,
        )
    return 0 if all(result.outcome in _GOOD for result in results) else 3


def _by_archive(paths: Iterable[str], config: Config) -> dict[Places, list[bytes]]:
    """The archive that holds the record of each path; of none: that of the configuration."""
    found: dict[Places, list[bytes]] = {}
    state = local_state(config.state)
    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"{path}: no such file or folder")
        target = _absolute(path)
        base = next(
            (f for f in (target, *target.parents) if (f / state / "journal").is_dir()),
            Path(config.base),
        )
        places = Places.of(str(base), config.archive, config.state, config.objects)
        found.setdefault(places, []).append(bytes(target))
    return found or {Places.of(config.base, config.archive, config.state, config.objects): []}


def _absolute(path: str) -> Path:
    """Absolute, links in its folders resolved; the name of a document may itself be a link."""
    if os.path.isdir(path) and not os.path.islink(path):
        return Path(path).resolve()
    return Path(path).parent.resolve() / Path(path).name


def _show(result: RestoreResult, as_json: bool) -> None:
    name = os.fsdecode(result.path)
    if as_json:
        click.echo(
            dump_json(
                {
                    "kind": "document",
                    "document": name,
                    "outcome": result.outcome,
                    "reason": result.reason,
                }
            )
        )
    else:
        click.echo(f"{result.outcome:<12}{name}{f': {result.reason}' if result.reason else ''}")
