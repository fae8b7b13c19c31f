"""``archiver check``: what a change adds that is not archived, for CI and commit hooks."""

from __future__ import annotations

import os

import click

from archiver.checking import check_documents
from archiver.cli.log import set_up_logging
from archiver.cli.options import load_with_options
from archiver.cli.tell import tell
from archiver.errors import DocumentError
from archiver.report.annotations import FORMATS, Format, format_problem
from archiver.sources.git import find_repository

EXIT_CODES = """\b
Exit codes:
  0  nothing found
  1  the check failed
  2  usage or configuration
  3  remote images, links without a target, or documents that cannot be read
"""


@click.command("check", epilog=EXIT_CODES)
@click.argument("sources", nargs=-1, metavar="[FILE]...")
@click.option("--since", metavar="REF", help="Only what the change since this commit adds.")
@click.option("--format", "format_", type=click.Choice(FORMATS), help="Default: text.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("-q", "--quiet", is_flag=True, help="No closing line.")
@click.option("--config", "config_path", metavar="FILE", help="Settings; they need not be there.")
@click.option("--link-prefix", metavar="URL", help="What links to the archive begin with.")
def command(
    sources: tuple[str, ...],
    since: str | None,
    format_: Format | None,
    as_json: bool,
    quiet: bool,
    config_path: str | None,
    link_prefix: str | None,
) -> int:
    """Find remote images that are not archived, and links to local images that are not there.

    FILE is a document, a folder or a quoted glob; default: this folder. With --since only what the
    working tree adds counts, compared with where it parted from REF: images that were there before
    do not, even in a changed file. Pictures that the archiver leaves on purpose (badges, counters,
    hosts of [[hosts]] skip) are no problem. No network, no configuration needed, nothing written.

    A line is FILE:LINE:COLUMN: MESSAGE, columns counted in bytes; --format github makes annotations
    of a pull request.

    \b
    Examples:
      archiver check
      archiver check --since origin/main --format github
      archiver check posts/new.md --json
    """
    set_up_logging()
    config = load_with_options(config_path, (), None, link_prefix, None)
    format_ = format_ or ("json" if as_json else "text")
    documents: set[bytes] = set()
    problems = unreadable = 0
    for found in check_documents(sources or (".",), config, since):
        if isinstance(found, DocumentError):
            unreadable += 1
            tell(f"archiver: {found}", err=True)
            continue
        problems += 1
        documents.add(found.document)
        click.echo(format_problem(found, _name(found.document, format_), format_))
    if problems and not quiet:
        tell(_closing(problems, len(documents)), err=True)
    return 3 if problems or unreadable else 0


def _name(document: bytes, format_: Format) -> bytes:
    """The document as a person here knows it; for GitHub, as the checked-out repository does."""
    here = os.path.realpath(os.getcwdb())
    if format_ == "github":
        named = os.environ.get("GITHUB_WORKSPACE")
        here = os.fsencode(os.path.realpath(named)) if named else find_repository(here) or here
    inside = os.path.join(here, b"")
    return document.removeprefix(inside)


def _closing(problems: int, documents: int) -> str:
    plural = "" if problems == 1 else "s"
    documents_plural = "" if documents == 1 else "s"
    return (
        f"{problems:,} problem{plural} in {documents:,} document{documents_plural}; "
        "`archiver archive` archives remote images"
    )
