"""``archiver clean-url``: what would be asked for instead of a URL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

import click

from archiver.cdn.settings import PlanningSettings
from archiver.cli.main import EXIT_CODES
from archiver.cli.tell import tell
from archiver.config import load_config
from archiver.model import Candidate
from archiver.planning import explain_candidate, plan_candidates
from archiver.report.json_lines import dump_json


@click.command("clean-url", epilog=EXIT_CODES)
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@click.option(
    "--quality",
    type=click.Choice(["clean", "original"]),
    help="clean: without the watermark; original: without any processing.",
)
@click.option("--config", "config_path", metavar="FILE", help="Settings with rules of your own.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a URL.")
def command(
    urls: tuple[str, ...],
    quality: Literal["clean", "original"] | None,
    config_path: str | None,
    as_json: bool,
) -> int:
    """Show the candidates of a URL, best first: the rule that gave each, how sure it is, and why.
    No network.

    \b
    Example:
      archiver clean-url 'https://img.example/a.png?x-oss-process=image/watermark,text_MQ'
    """
    settings = load_config(config_path).planning
    settings = replace(settings, quality=quality or settings.quality)
    for url in urls:
        candidates = plan_candidates(url, settings=settings)
        if as_json:
            click.echo(dump_json(_object(url, candidates, settings)))
            continue
        for line in _lines(url, candidates, settings):
            tell(line)
    return 0


def _lines(url: str, candidates: Sequence[Candidate], settings: PlanningSettings) -> Iterator[str]:
    for candidate in candidates:
        rule = f"{candidate.rule}, {candidate.confidence}" if candidate.rule else "-"
        yield f"{candidate.kind:<14}{rule:<26}{candidate.url}"
        yield f"{'':<14}{explain_candidate(candidate, url, settings)}"


def _object(
    url: str, candidates: Sequence[Candidate], settings: PlanningSettings
) -> dict[str, object]:
    rule = next((c.rule for c in candidates if c.rule), "")
    rows = [
        {
            "url": c.url,
            "kind": c.kind,
            "rule": c.rule,
            "confidence": c.confidence,
            "reason": explain_candidate(c, url, settings),
        }
        for c in candidates
    ]
    return {"url": url, "rule": rule, "candidates": rows}
