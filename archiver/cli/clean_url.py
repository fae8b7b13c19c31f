"""``archiver clean-url``: what would be asked for instead of a URL."""

from __future__ import annotations

from typing import Literal

import click

from archiver.model import Candidate
from archiver.report.json_lines import dump_json


@click.command("clean-url")
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@click.option(
    "--quality",
    type=click.Choice(["clean", "original"]),
    default="clean",
    help="clean: without the watermark; original: without any processing.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a URL.")
def command(urls: tuple[str, ...], quality: Literal["clean", "original"], as_json: bool) -> int:
    """Show the candidates of a URL, best first, and the rule that gave each. No network.

    \b
    Example:
      archiver clean-url 'https://img.example/a.png?x-oss-process=image/watermark,text_MQ'
    """
    from archiver import clean_url

    for url in urls:
        candidates = clean_url(url, quality=quality)
        if as_json:
            click.echo(dump_json(_object(url, candidates)))
            continue
        for candidate in candidates:
            rule = f"{candidate.rule}, {candidate.confidence}" if candidate.rule else "-"
            click.echo(f"{candidate.kind:<14}{rule:<26}{candidate.url}")
    return 0


def _object(url: str, candidates: list[Candidate]) -> dict[str, object]:
    rule = next((c.rule for c in candidates if c.rule), "")
    rows = [
        {"url": c.url, "kind": c.kind, "rule": c.rule, "confidence": c.confidence}
        for c in candidates
    ]
    return {"url": url, "rule": rule, "candidates": rows}
