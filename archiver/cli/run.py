"""``archiver run``: the scheduled job."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import click

from archiver.cli.every import repeat
from archiver.cli.log import set_up_logging
from archiver.cli.main import EXIT_CODES
from archiver.cli.operating import operating
from archiver.cli.options import Telling, config_options, report_options
from archiver.cli.output import exit_code, told_run
from archiver.config import Config
from archiver.errors import UsageError
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
    telling: Telling,
    load: Callable[[], Config],
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
    load_again = partial(_load, load, every)
    run_once = partial(_run, telling=telling, retry=retry, wait=wait, strict=strict)
    config = load_again()
    if once or not config.run.every:
        return run_once(config)
    set_up_logging(telling.verbose, telling.quiet)
    first_s = read_duration_s(config.run.every)
    return repeat(
        config, load_again, run_once, lambda config: read_duration_s(config.run.every) or first_s
    )


def _load(load: Callable[[], Config], every: str | None) -> Config:
    config = load()
    if not config.sources:
        raise UsageError(SOURCES_TO_PASTE)
    return config if every is None else replace(config, run=replace(config.run, every=every))


def _report_path(telling: Telling, config: Config) -> str | None:
    """The option, else the setting, which counts from the configuration's folder."""
    if telling.report is not None or not config.run.report:
        return telling.report
    return os.path.join(config.base, config.run.report)


def _run(config: Config, telling: Telling, retry: bool, wait: bool, strict: bool) -> int:
    from archiver import jobs, orders

    code_of = partial(exit_code, is_new_only=not strict)
    with (
        operating(config, code_of) as watcher,
        told_run(telling, _report_path(telling, config), "run") as told,
    ):
        told.summary = jobs.archive(
            orders.orders_of(config),
            config,
            told.listener,
            is_retrying=retry,
            is_waiting=wait,
            watcher=watcher,
        )
        if config.run.take_changes and told.summary.changed:
            from archiver.maintenance.taking import take_changes

            take_changes(config.places(), config)
    code = code_of(told.summary)
    told.show(config.archive, is_quiet=telling.quiet and not code)
    return code
