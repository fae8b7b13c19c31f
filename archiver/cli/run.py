"""``archiver run``: the scheduled job."""

from __future__ import annotations

from typing import Any

import click

from archiver.cli.main import EXIT_CODES
from archiver.cli.options import config_options, load_with_options, report_options
from archiver.cli.output import exit_code, listening, show
from archiver.cli.reporting import report_path, reporting
from archiver.errors import UsageError

SOURCES_TO_PASTE = """no [[sources]] in the configuration; for example:

[[sources]]
path = "posts"
in_place = true
"""


@click.command("run", epilog=EXIT_CODES)
@click.option("--retry", is_flag=True, help="Ask again for lost images before their time.")
@click.option("--wait", is_flag=True, help="Wait for another run to end instead of giving up.")
@click.option("--strict", is_flag=True, help="Exit 3 for losses of earlier runs too.")
@config_options
@report_options
def command(
    retry: bool,
    wait: bool,
    strict: bool,
    as_json: bool,
    report: str | None,
    quiet: bool,
    verbose: int,
    **config_values: Any,
) -> int:
    """Archive what is new or changed in the sources of the configuration.

    A document that did not change since the last run is not opened, an image that was lost is
    asked for again when its time has come. Made for cron and systemd timers: nothing is printed
    to a terminal that is none, and the exit code tells what is new.

    \b
    Examples:
      archiver run
      archiver run --config /etc/archiver.toml --quiet
    """
    config = load_with_options(**config_values)
    if not config.sources:
        raise UsageError(SOURCES_TO_PASTE)
    from archiver import jobs, orders

    with (
        listening(as_json, quiet, verbose) as listener,
        reporting(report_path(report, config), listener, "run") as (told, note),
    ):
        summary = jobs.archive(
            orders.orders_of(config), config, told, is_retrying=retry, is_waiting=wait
        )
        note(summary)
    show(summary, listener, config.archive, quiet)
    return exit_code(summary, is_new_only=not strict)
