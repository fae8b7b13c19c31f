"""``archiver run``: the scheduled job."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from archiver.cli.every import repeat
from archiver.cli.log import set_up_logging
from archiver.cli.main import EXIT_CODES
from archiver.cli.operating import operating
from archiver.cli.options import config_options, load_with_options, report_options
from archiver.cli.output import exit_code, listening, show
from archiver.cli.reporting import report_path, reporting
from archiver.config import Config
from archiver.errors import UsageError
from archiver.model import Summary
from archiver.pipeline.run_settings import RunSettings
from archiver.settings import convert, field_types, read_duration_s

SOURCES_TO_PASTE = """no [[sources]] in the configuration; for example:

[[sources]]
path = "posts"
in_place = true
"""


@click.command("run", epilog=EXIT_CODES)
@click.option("--every", metavar="TIME", help="Run again and again, e.g. every 1h, till stopped.")
@click.option("--once", is_flag=True, help="One run, whatever run.every says.")
@click.option("--retry", is_flag=True, help="Ask again for lost images before their time.")
@click.option("--wait", is_flag=True, help="Wait for another run to end instead of giving up.")
@click.option("--strict", is_flag=True, help="Exit 3 for losses of earlier runs too.")
@config_options
@report_options
def command(
    every: str | None,
    once: bool,
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
    asked for again when its time has come. Made for cron and systemd timers: with --quiet nothing
    is printed unless something is wrong or newly lost, and the exit code tells which.

    \b
    Examples:
      archiver run
      archiver run --config /etc/archiver.toml --quiet
      archiver run --every 1h --log-format json -v
    """
    if every is not None and once:
        raise UsageError("--every and --once: name one of them")
    if every is not None:
        every = convert(every, field_types(RunSettings)["every"], "--every")

    def load() -> Config:
        config = load_with_options(**config_values)
        if not config.sources:
            raise UsageError(SOURCES_TO_PASTE)
        return config if every is None else replace(config, run=replace(config.run, every=every))

    def run(config: Config) -> int:
        return _run(config, retry, wait, strict, as_json, report, quiet, verbose)

    config = load()
    if once or not config.run.every:
        return run(config)
    set_up_logging(verbose, quiet)
    first_s = read_duration_s(config.run.every)
    return repeat(config, load, run, lambda config: read_duration_s(config.run.every) or first_s)


def _run(
    config: Config,
    retry: bool,
    wait: bool,
    strict: bool,
    as_json: bool,
    report: str | None,
    quiet: bool,
    verbose: int,
) -> int:
    from archiver import jobs, orders

    def code_of(summary: Summary) -> int:
        return exit_code(summary, is_new_only=not strict)

    with (
        operating(config, code_of) as watcher,
        listening(as_json, quiet, verbose) as listener,
        reporting(report_path(report, config), listener, "run") as (told, note),
    ):
        summary = jobs.archive(
            orders.orders_of(config),
            config,
            told,
            is_retrying=retry,
            is_waiting=wait,
            watcher=watcher,
        )
        note(summary)
        if config.run.take_changes and summary.changed:
            from archiver.maintenance.taking import take_changes
            from archiver.pipeline.places import Places

            places = Places.of(config.base, config.archive, config.state, config.objects)
            take_changes(places, config)
    is_well = not code_of(summary)
    show(summary, listener, config.archive, quiet and is_well)
    return code_of(summary)
