"""``archive --dry-run``: what would be asked for, from which hosts, and for how long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import click

from archiver.cli.tell import tell
from archiver.config import Config
from archiver.errors import DocumentError, UsageError
from archiver.pipeline.dynamic import Skips
from archiver.redact import redact
from archiver.report.json_lines import dump_json
from archiver.scanning import Scan, scan_documents
from archiver.sources import is_url
from archiver.syntax.urls import resolve

TYPICAL_S = 0.5  # a request with its answer, where no pace is set: a guess that says so


def print_plan(sources: Sequence[str], config: Config, as_json: bool) -> int:
    """Print the plan; the exit code: 3 where a document cannot be read."""
    pages = {source: _page_url(source) for source in sources if is_url(source)}
    asked_pages = set(pages.values())
    wanted = set(asked_pages)
    skips = Skips(config.skip, config.network)
    documents = problems = 0
    for found in scan_documents([source for source in sources if source not in pages], config):
        if isinstance(found, DocumentError):
            problems += 1
            tell(f"archiver: {found}", err=True)
        else:
            documents += 1
            wanted |= set(_urls(found, skips))
    hosts = Counter(urlsplit(url).netloc.rpartition("@")[2] for url in wanted)
    if as_json:
        for line in _objects(hosts, config):
            click.echo(line)
    else:
        for line in _lines(hosts, documents, len(asked_pages), config):
            tell(line)
    return 3 if problems else 0


def _page_url(source: str) -> str:
    url = resolve(source, None)
    if url is None:
        raise UsageError(f"{redact(source)}: not a URL that can be asked for")
    return url


def _urls(found: Scan, skips: Skips) -> Iterator[str]:
    """What would be asked for first."""
    for reference, plan in zip(found.reading.references, found.candidates, strict=True):
        is_remote = plan[0].url.startswith("http")
        if is_remote and not skips.reason(reference.url, reference.attributes):
            yield plan[0].url


def estimate_s(count: int, host: str, config: Config) -> float:
    """Seconds that *count* requests to *host* take at the set pace."""
    settings = config.network.host(host)
    pace_s = config.network.pace_s if settings.pace_s is None else settings.pace_s
    in_flight = settings.in_flight or config.network.in_flight_per_host
    return count * max(pace_s, TYPICAL_S / in_flight)


def _objects(hosts: Counter[str], config: Config) -> Iterator[str]:
    for host, count in hosts.most_common():
        yield dump_json({"host": host, "images": count, "seconds": estimate_s(count, host, config)})


def _lines(hosts: Counter[str], documents: int, pages: int, config: Config) -> Iterator[str]:
    images = hosts.total() - pages
    yield f"{documents:,} documents name {images:,} images on {len(hosts):,} hosts"
    if pages:
        yield f"{pages:,} pages would be asked for first; what they show is not known before"
    for host, count in hosts.most_common():
        yield f"  {count:>7,}  {host}  about {estimate_s(count, host, config):,.0f} s"
    yield "nothing was asked for, nothing was written"
