"""``archiver scan``: what documents name, and what would be asked for. No network, no writes."""

from __future__ import annotations

import os
from collections.abc import Callable

import click

from archiver.cli.main import EXIT_CODES
from archiver.cli.options import config_options
from archiver.cli.tell import tell
from archiver.config import Config
from archiver.errors import DocumentError
from archiver.model import Candidate, Reference
from archiver.report.json_lines import dump_json
from archiver.scanning import Scan, scan_documents
from archiver.syntax.lines import Lines


@click.command("scan", epilog=EXIT_CODES)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a reference.")
@config_options
def command(sources: tuple[str, ...], as_json: bool, load: Callable[[], Config]) -> int:
    """List every place in the documents that names an image, with its candidates.

    \b
    Examples:
      archiver scan post.md
      archiver scan posts --json | jq -r '.candidates[0].url'
    """
    config = load()
    code = 0
    for found in scan_documents(sources, config):
        if isinstance(found, DocumentError):
            tell(f"archiver: {found}", err=True)
            code = 3
            continue
        lines = Lines(found.data)
        for reference, candidates in zip(found.reading.references, found.candidates, strict=True):
            line, column = lines.find(reference.span.start)
            if as_json:
                click.echo(dump_json(_object(found, reference, candidates, line, column)))
            else:
                place = f"{found.name}:{line}:{column}"
                tell(f"{place}: {reference.role}: {candidates[0].url}")
    return code


def _object(
    found: Scan,
    reference: Reference,
    candidates: tuple[Candidate, ...],
    line: int,
    column: int,
) -> dict[str, object]:
    return {
        "document": found.name,
        "format": found.reading.format,
        "role": reference.role,
        "line": line,
        "column": column,
        "start": reference.span.start,
        "end": reference.span.end,
        "raw": os.fsdecode(reference.raw),
        "url": reference.url,
        "candidates": [
            {"url": c.url, "kind": c.kind, "rule": c.rule, "confidence": c.confidence}
            for c in candidates
        ],
    }
