"""Options that several commands share, and what they become: a `Config`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial, wraps
from typing import Any

import click

from archiver.cli.log import choose_format
from archiver.config import Config, load_config

_CONFIG_OPTIONS = (
    click.option(
        "--config",
        "config_path",
        metavar="FILE",
        help="Settings; default: archiver.toml, then config.toml in this folder.",
    ),
    click.option(
        "--connect-to",
        multiple=True,
        metavar="HOST:PORT:TO_HOST:TO_PORT",
        help="Connect to another place for HOST:PORT, as curl does; empty parts match all.",
    ),
    click.option("--ca-file", metavar="FILE", help="Certificates to trust beside the system's."),
    click.option("--link-prefix", metavar="URL", help="Written before each path, e.g. /archive/."),
    click.option("--base-url", metavar="URL", help="The address the documents were taken from."),
)

_REPORT_OPTIONS = (
    click.option("--json", "as_json", is_flag=True, help="One JSON object a line on stdout."),
    click.option("--report", metavar="FILE", help="Write a report: FILE.json or FILE.md."),
    click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors."),
    click.option("-v", "--verbose", count=True, help="Log each image; twice: each attempt."),
    click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        expose_value=False,
        callback=choose_format,
        help="Log lines on stderr: text, or one JSON object each.",
    ),
)


@dataclass(frozen=True, slots=True)
class Telling:
    """How a run tells what it does.

    Attributes:
        as_json: as JSON lines on stdout.
        report: the file to write a report to; None: the option was not given.
        quiet: nothing but errors.
        verbose: 1: log each image; 2: each attempt.
    """

    as_json: bool
    report: str | None
    quiet: bool
    verbose: int


def config_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options that `load_with_options` takes; *command* gets `load`, which calls it."""

    @wraps(command)
    def call(
        config_path: str | None,
        connect_to: tuple[str, ...],
        ca_file: str | None,
        link_prefix: str | None,
        base_url: str | None,
        **others: Any,
    ) -> int:
        given = (config_path, connect_to, ca_file, link_prefix, base_url)
        return command(load=partial(load_with_options, *given), **others)

    return _add(call, _CONFIG_OPTIONS)


def report_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add --json, --report, --quiet and -v; *command* gets them as `telling`."""

    @wraps(command)
    def call(as_json: bool, report: str | None, quiet: bool, verbose: int, **others: Any) -> int:
        return command(telling=Telling(as_json, report, quiet, verbose), **others)

    return _add(call, _REPORT_OPTIONS)


def load_with_options(
    config_path: str | None,
    connect_to: tuple[str, ...],
    ca_file: str | None,
    link_prefix: str | None,
    base_url: str | None,
) -> Config:
    """The configuration: options over the environment over the file over the defaults."""
    overrides: dict[str, Any] = {
        "network.connect_to": list(connect_to) or None,
        "network.ca_file": ca_file,
        "link_prefix": link_prefix,
    }
    given = {key: value for key, value in overrides.items() if value is not None}
    return replace(load_config(config_path, given), base_url=base_url or "")


def _add(
    command: Callable[..., int],
    options: tuple[Callable[[Callable[..., int]], Callable[..., int]], ...],
) -> Callable[..., int]:
    for option in reversed(options):
        command = option(command)
    return command
