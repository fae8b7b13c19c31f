"""``archiver archive``: documents and their images, now."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace

import click

from archiver.cli.main import EXIT_CODES
from archiver.cli.options import Telling, config_options, report_options
from archiver.cli.output import exit_code, told_run
from archiver.config import Config
from archiver.errors import DocumentError, UsageError
from archiver.files import MAX_DOCUMENT_BYTES
from archiver.orders import STREAM, Order


@click.command("archive", epilog=EXIT_CODES)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("-o", "--output", metavar="DIR", help="Write copies to DIR; default: archived.")
@click.option("--in-place", is_flag=True, help="Rewrite the documents where they are.")
@click.option("--retry", is_flag=True, help="Ask again for lost images before their time.")
@click.option("--wait", is_flag=True, help="Wait for another run to end instead of giving up.")
@click.option("--dry-run", is_flag=True, help="Say what would be asked for; write nothing.")
@config_options
@report_options
def command(
    sources: tuple[str, ...],
    output: str | None,
    in_place: bool,
    retry: bool,
    wait: bool,
    dry_run: bool,
    telling: Telling,
    load: Callable[[], Config],
) -> int:
    """Archive the images of documents and point the documents at them.

    SOURCE is a file, a folder, a quoted glob, or the URL of a page or a feed. Copies go to DIR,
    each at its path below the SOURCE that named it, a page at DIR/host/path/index.html with its
    style sheets, and the pictures to DIR/archive; with --in-place the documents themselves are
    rewritten and the pictures lie in archive/. `archiver restore` undoes it.

    SOURCE - is one document from standard input, which goes to standard output; its pictures lie in
    archive/, with -o in DIR/archive, and the summary goes to standard error. Nothing is kept of the
    document itself, so `restore` does not know it.

    \b
    Examples:
      archiver archive post.md
      archiver archive posts -o site/content
      archiver archive https://example.com/post/1
      archiver archive 'posts/**/*.md' --in-place --link-prefix /archive/
      archiver archive - < post.md > local.md
    """
    if output and in_place:
        raise UsageError("-o and --in-place: name one of them")
    config = load()
    if STREAM in sources:
        if len(sources) > 1 or in_place or dry_run:
            raise UsageError(
                f"{STREAM}: standard input goes alone, without --in-place or --dry-run"
            )
        return _archive_stream(replace(config, base=output or "."), telling, retry, wait)
    target = None if in_place else output or "archived"
    if target is not None:
        config = replace(config, base=target)
    if dry_run:
        from archiver.cli.dry_run import print_plan

        return print_plan(sources, config, telling.as_json)
    return _archive(Order(sources, target), config, telling, retry, wait)


def _archive(order: Order, config: Config, telling: Telling, retry: bool, wait: bool) -> int:
    from archiver import jobs

    with told_run(telling, telling.report, "archive") as told:
        told.summary = jobs.archive(
            [order], config, told.listener, is_retrying=retry, is_waiting=wait
        )
    told.show(order.output)
    return exit_code(told.summary)


def _archive_stream(config: Config, telling: Telling, retry: bool, wait: bool) -> int:
    """Archive the pictures of standard input; the document goes to standard output."""
    from archiver import jobs

    with told_run(telling, telling.report, "archive", is_stdout_taken=True) as told:
        data = sys.stdin.buffer.read(MAX_DOCUMENT_BYTES + 1)
        if len(data) > MAX_DOCUMENT_BYTES:
            raise DocumentError(STREAM, f"larger than {MAX_DOCUMENT_BYTES} bytes")
        new, told.summary = jobs.archive_bytes(
            data, config, told.listener, is_retrying=retry, is_waiting=wait
        )
        sys.stdout.buffer.write(new)
        sys.stdout.buffer.flush()
        sys.stdout.buffer.flush()
    told.show(config.base)
    return exit_code(told.summary)
