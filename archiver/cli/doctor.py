"""``archiver doctor``: what could go wrong on this machine."""

from __future__ import annotations

import os
from collections.abc import Callable

import click

from archiver.cli.main import EXIT_CODES
from archiver.cli.options import config_options
from archiver.cli.tell import tell
from archiver.config import Config
from archiver.maintenance.checkup import check_machine
from archiver.maintenance.findings import Finding
from archiver.report.json_lines import dump_json

_MARKS = {"ok": " ", "note": "·", "warning": "!", "error": "✗"}


@click.command("doctor", epilog=EXIT_CODES)
@click.argument("hosts", nargs=-1, metavar="[HOST]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a finding.")
@config_options
def command(hosts: tuple[str, ...], as_json: bool, load: Callable[[], Config]) -> int:
    """Look at this machine: versions of codecs and libraries, folders, addresses, proxies.

    With a HOST, what its name resolves to, and whether that may be dialled. Nothing is dialled and
    nothing is written, but an object store of the configuration is tried out. Exit 1: a codec has a
    known hole, or a folder or object store cannot be used.

    \b
    Examples:
      archiver doctor
      archiver doctor img.example.com
    """
    findings = list(check_machine(load(), hosts, os.environ))
    if as_json:
        for line in map(_to_json, findings):
            click.echo(line)
    else:
        for line in _to_lines(findings):
            tell(line)
    return 1 if any(finding.level == "error" for finding in findings) else 0


def _to_json(finding: Finding) -> str:
    return dump_json({name: getattr(finding, name) for name in Finding.__slots__})


def _to_lines(findings: list[Finding]) -> list[str]:
    lines: list[str] = []
    topic = ""
    for finding in findings:
        if finding.topic != topic:
            topic = finding.topic
            lines.append(topic)
        lines.append(f"{_MARKS[finding.level]} {finding.name:<20} {finding.value}")
        if finding.advice:
            lines.append(f"  {'':<20} {finding.advice}")
    return lines
