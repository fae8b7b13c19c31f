"""``archiver gallery``: a page of all pictures, their sources and what was lost."""

from __future__ import annotations

import os
from collections.abc import Callable

import click

from archiver import files
from archiver.cli.log import set_up_logging
from archiver.cli.main import EXIT_CODES
from archiver.cli.options import config_options
from archiver.cli.tell import tell
from archiver.config import Config
from archiver.errors import UsageError
from archiver.pipeline.places import Places
from archiver.pipeline.state import open_catalog
from archiver.report.gallery import PAGE_NAME, Gallery, read_gallery, render_gallery
from archiver.report.gallery.entries import HELD, LOST
from archiver.report.json_lines import dump_json
from archiver.storage.addresses import is_object_url


@click.command("gallery", epilog=EXIT_CODES)
@click.argument("folder", required=False, metavar="[ARCHIVE]")
@click.option("-o", "--output", metavar="DIR", help="Where to write; default: .archiver/gallery.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@config_options
def command(
    folder: str | None, output: str | None, as_json: bool, load: Callable[[], Config]
) -> int:
    """Write a page that shows every picture: where it came from, which documents show it, which
    candidate was taken, what was lost and why, and which pictures look alike.

    The page is one file that works from the disk, without a server and without asking any host;
    thumbnails are linked from the archive, not copied. ARCHIVE is the folder that `archive -o`
    wrote; default: the one of the configuration, else archived/.

    \b
    Examples:
      archiver gallery
      archiver gallery archived -o ~/gallery
    """
    set_up_logging()
    config = load()
    places = _find_archive(folder, config)
    target = os.path.realpath(output or os.path.join(places.state, "gallery"))
    with open_catalog(places, read_only=True) as catalog:
        gallery = read_gallery(places, catalog, config)
    page = os.path.join(target, PAGE_NAME)
    files.write_new(page, render_gallery(gallery, target), replace=True)
    _say(gallery, page, as_json)
    return 0


def _find_archive(folder: str | None, config: Config) -> Places:
    """The archive that is meant.

    Raises:
        UsageError: there is none, or it is on an object store.
    """
    if is_object_url(config.archive):
        raise UsageError(f"{config.archive}: the page shows pictures of a folder, not of a bucket")
    bases = [folder] if folder else [config.base, os.path.join(config.base, "archived")]
    for base in bases:
        places = config.places(base)
        if os.path.isdir(os.path.join(places.state, "journal")):
            return places
    named = " or ".join(bases)
    raise UsageError(f"{named}: no archive there; name the folder that `archiver archive -o` wrote")


def _say(gallery: Gallery, page: str, as_json: bool) -> None:
    held, lost = gallery.count(HELD), gallery.count(LOST)
    if as_json:
        click.echo(dump_json({"gallery": page, "held": held, "lost": lost}))
    else:
        tell(f"{held:,} pictures, {lost:,} lost")
        tell(f"look at: {os.path.relpath(page)}")
