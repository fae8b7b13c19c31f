"""``archiver why``: what was tried for a picture, what answered, what was kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from archiver.cli.main import EXIT_CODES
from archiver.cli.nearest import nearest_base
from archiver.cli.options import config_options
from archiver.cli.tell import tell
from archiver.config import Config
from archiver.errors import UsageError
from archiver.maintenance.explaining import Explanation, explain_document, explain_url
from archiver.pipeline.state import open_catalog
from archiver.report.json_lines import dump_json, image_object
from archiver.report.why import why_lines
from archiver.storage.addresses import is_object_path, is_object_url, split_object_path


@click.command("why", epilog=EXIT_CODES)
@click.argument("subjects", nargs=-1, required=True, metavar="URL|DOCUMENT...")
@click.option("-o", "--output", metavar="DIR", help="The folder that `archive -o DIR` wrote.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an image.")
@config_options
def command(
    subjects: tuple[str, ...], output: str | None, as_json: bool, load: Callable[[], Config]
) -> int:
    """Tell the story of a picture, or of all pictures of a document: what was tried, what answered,
    what was kept. No network.

    The archive is the one that the document lies in (the nearest folder with .archiver in it), else
    that of the configuration, else the one in archived/.

    \b
    Examples:
      archiver why post.md
      archiver why s3://site/posts/a.md
      archiver why 'https://img.example/a.png?x-oss-process=image/watermark,text_MQ'
    """
    config = load()
    for subject in subjects:
        for found in _explain(subject, output, config):
            if as_json:
                record = image_object(found.record) if found.record else None
                click.echo(
                    dump_json({"url": found.url, "image": record, "removed": found.is_removed})
                )
            else:
                for line in why_lines(found.url, found.record, found.candidates):
                    tell(line)
                if found.is_removed:
                    tell(f"  {'removed':<14}taken out by gc; a run that needs it has it again")
    return 0


def _explain(subject: str, output: str | None, config: Config) -> Iterable[Explanation]:
    path = _document_path(subject)
    is_here = bool(path) and not is_object_path(path)
    base = output or nearest_base(Path(os.fsdecode(path)).parents if is_here else (), config)
    places = config.places(base)
    with open_catalog(places, read_only=True) as catalog:
        if path:
            return list(explain_document(path, places, catalog, config))
        return [explain_url(subject, catalog, config)]


def _document_path(subject: str) -> bytes:
    """The path of the document that *subject* names; b"": it is the URL of a picture.

    Raises:
        UsageError: it is no URL of an object, nor another one, or it is a folder.
    """
    if is_object_url(subject):
        if not split_object_path(os.fsencode(subject))[1]:
            raise UsageError(f"{subject}: expected the URL of an object, like s3://bucket/post.md")
        return os.fsencode(subject)
    if not os.path.lexists(subject):
        return b""
    if os.path.isdir(subject):
        raise UsageError(f"{subject}: is a folder; name a document, or the URL of a picture")
    return bytes(Path(subject).parent.resolve() / Path(subject).name)
