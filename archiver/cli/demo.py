"""``archiver demo``: the whole job on a built-in post and origin."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import click

from archiver.cli.log import set_up_logging
from archiver.cli.main import EXIT_CODES
from archiver.cli.tell import tell_lines
from archiver.demo.show import EXPECTED_IMAGES, Demo, run_demo
from archiver.model import ImageRecord, Kind
from archiver.report.json_lines import JsonLines, dump_json, summary_object
from archiver.report.summary import format_summary

_WIDTH = 92  # columns, so that a line fits a terminal of a hundred


@click.command("demo", epilog=EXIT_CODES)
@click.argument("folder", required=False, metavar="[DIR]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line on stdout.")
def command(folder: str | None, as_json: bool) -> int:
    """Archive a built-in post from a built-in server. No Internet needed.

    The post has the shape of a real one: front matter, a watermarked picture, a srcset, a picture
    whose server is busy at first and one that is gone. Everything lies in DIR afterwards; without
    DIR in archiver-demo. Exit code 0: the expected result came.

    \b
    Example:
      archiver demo
    """
    set_up_logging()
    listener = JsonLines(click.echo) if as_json else None
    demo = asyncio.run(run_demo(Path(folder) if folder else None, listener))
    if as_json:
        click.echo(dump_json({"summary": summary_object(demo.summary)}))
    else:
        tell_lines("\n".join(_lines(demo)))
    return 0 if dict(demo.summary.images) == EXPECTED_IMAGES else 1


def _lines(demo: Demo) -> Iterator[str]:
    yield f"{demo.post} shows six pictures of a server that marks, stumbles and forgets:\n"
    for record in demo.images:
        name = urlsplit(record.url).path.rpartition("/")[2]
        yield f"  {record.outcome:<8}{name:<17}{_remark(record)}"
    yield "\nIn the post only these URLs changed, to local copies:\n"
    for before, after in demo.changes:
        yield f"  - {_shorten(before)}\n  + {_shorten(after)}"
    yield f"\n{format_summary(demo.summary).splitlines()[1]}"
    yield f"look at {demo.rewritten} and {demo.archive}/"
    yield f"undo it with: archiver restore {demo.rewritten}"


def _remark(record: ImageRecord) -> str:
    if not record.outcome.is_had:
        return f"{record.reason}: the reference stays as it was"
    parts = [f"{record.width_px}x{record.height_px}"]
    if record.kind == Kind.CLEAN:
        parts.append(f"asked for without its watermark (rule {record.rule})")
    if record.attempts > 1:
        parts.append(f"the server was busy, try {record.attempts} had it")
    return ", ".join(parts)


def _shorten(line: str) -> str:
    """The first attribute or value that may hold a URL, its middle left out where it is long."""
    text = line.removeprefix("<img ").partition(" alt=")[0]
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 33]}…{text[-32:]}"
