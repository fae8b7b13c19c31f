"""``archiver demo``: the whole job on a built-in post and origin."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from archiver.cli.output import set_up_logging
from archiver.demo.show import EXPECTED_IMAGES, run_demo
from archiver.report.json_lines import JsonLines, dump_json, summary_object
from archiver.report.summary import format_summary


@click.command("demo")
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
        click.echo(f"The post {demo.post} names six pictures. After archiving:\n")
        click.echo(format_summary(demo.summary))
        click.echo("\nWhat changed in the post, all else is the same byte for byte:\n")
        for before, after in demo.changes:
            click.echo(f"  - {before}\n  + {after}")
        click.echo(f"\nThe first picture was asked for without its watermark:\n  {demo.clean}")
        click.echo(f"\nlook at: {demo.rewritten} and {demo.archive}")
        click.echo(f"undo it: archiver restore {demo.rewritten}")
    return 0 if dict(demo.summary.images) == EXPECTED_IMAGES else 1
