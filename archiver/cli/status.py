"""``archiver status``: how an archive stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import click

from archiver.cli.main import EXIT_CODES
from archiver.cli.nearest import places_of
from archiver.cli.options import config_options
from archiver.cli.tell import tell
from archiver.config import Config
from archiver.maintenance.status import Status, Upkeep, read_status, read_upkeep
from archiver.model import ImageRecord
from archiver.pipeline.state import open_catalog
from archiver.redact import redact
from archiver.report.json_lines import dump_json, image_object
from archiver.report.summary import MAX_LINES, describe_retry, format_size

WORDS = {
    "watermarked": "kept a watermark: no clean copy could be had",
    "suspect": "may be a stand-in: several URLs gave the same bytes",
    "damaged": "are incomplete on their own server",
    "rescued": "came from a web archive",
}


@click.command("status", epilog=EXIT_CODES)
@click.option("-o", "--output", metavar="DIR", help="The folder that `archive -o DIR` wrote.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@config_options
def command(output: str | None, as_json: bool, load: Callable[[], Config]) -> int:
    """Say how the archive stands: what it holds, what kept a watermark or may be a stand-in, what
    was lost and when it is asked for again. No network, nothing is written.

    \b
    Examples:
      archiver status
      archiver status -o archived --json
    """
    config = load()
    places = places_of(output, config)
    with open_catalog(places, read_only=True) as catalog:
        status = read_status(catalog)
    upkeep = read_upkeep(places)
    if as_json:
        click.echo(dump_json(_object(status) | _upkeep_object(upkeep)))
    else:
        for line in (*_lines(status), *_upkeep_lines(upkeep)):
            tell(line)
    return 0


def _object(status: Status) -> dict[str, object]:
    return {
        "documents": status.documents,
        "images": dict(status.images),
        "bytes": status.bytes,
        "marked": {mark: [image_object(r) for r in found] for mark, found in status.marked.items()},
        "lost": [image_object(record) for record in status.lost],
    }


def _upkeep_object(upkeep: Upkeep) -> dict[str, object]:
    verified = upkeep.verified
    return {
        "trash": {"files": upkeep.trash_files, "bytes": upkeep.trash_bytes},
        "conflicts": upkeep.conflicts,
        "verified": verified
        and {name: getattr(verified, name) for name in verified.__struct_fields__},
    }


def _upkeep_lines(upkeep: Upkeep) -> Iterator[str]:
    if upkeep.trash_files:
        yield f"{upkeep.trash_files:,} files, {format_size(upkeep.trash_bytes)}, in the trash"
    if upkeep.conflicts:
        yield f"{upkeep.conflicts:,} files that someone saved at the wrong moment, in conflicts/"
    last = upkeep.verified
    if last is None:
        yield "never verified (archiver verify)"
        return
    how = "every byte" if last.is_reading else "names and sizes"
    left = (
        f"{last.left:,} of its files were wrong" if last.left else "all of its {} files were right"
    )
    yield f"verified {last.when[:16].replace('T', ' ')} UTC, {how}: {left.format(last.files)}"


def _lines(status: Status) -> Iterator[str]:
    """The lines of a status; long lists are cut, `--json` has them whole."""
    counts = ", ".join(f"{n:,} {outcome}" for outcome, n in sorted(status.images.items()))
    yield f"{status.documents:,} documents rewritten"
    yield f"{sum(status.images.values()):,} images{f': {counts}' if counts else ''}"
    yield f"{format_size(status.bytes)} held"
    for mark, records in status.marked.items():
        yield f"{len(records):,} {WORDS[mark]}"
        yield from _listed(records, lambda record: redact(record.url))
    if status.lost:
        yield f"{len(status.lost):,} not had"
        yield from _listed(status.lost, _loss)


def _listed(records: Sequence[ImageRecord], text: Callable[[ImageRecord], str]) -> Iterator[str]:
    for record in records[:MAX_LINES]:
        yield f"  {text(record)}"
    if len(records) > MAX_LINES:
        yield f"  … and {len(records) - MAX_LINES:,} more"


def _loss(record: ImageRecord) -> str:
    return f"{record.outcome:<12}{redact(record.url)} ({record.reason}{describe_retry(record)})"
