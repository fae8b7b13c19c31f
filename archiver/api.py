"""The functions of the public API; `archiver` exports them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

from archiver import jobs, orders
from archiver.config import Config
from archiver.errors import UsageError
from archiver.formats import read_document
from archiver.listeners import Silent
from archiver.model import Candidate, Reference, Summary
from archiver.planning import PlanningSettings, plan_candidates

Source = str | os.PathLike[str]

_NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})


def find_references(
    data: bytes, *, format: str | None = None, base_url: str | None = None
) -> list[Reference]:
    """Every place in *data* that names an image, in file order.

    Args:
        data: the document, undecoded.
        format: ``html``, ``markdown``, ``feed``, ``stylesheet`` or ``svg``; None: told from the
            bytes.
        base_url: the document's URL; None: only absolute and scheme-relative URLs are references.

    Raises:
        ValueError: the format is not known, or cannot be told.
    """
    return list(read_document(data, format=format, base_url=base_url).references)


def clean_url(
    url: str,
    *,
    quality: Literal["clean", "original"] = "clean",
    attributes: Mapping[str, str] = _NO_ATTRIBUTES,
) -> list[Candidate]:
    """The URLs worth asking for instead of *url*, best first; *url* itself is among them.

    Args:
        quality: ``clean``: without the watermark; ``original``: without any processing.
        attributes: of the element that names it; some hold a better URL.
    """
    if quality not in ("clean", "original"):
        raise ValueError(f'quality = {quality!r}: expected "clean" or "original"')
    return list(plan_candidates(url, attributes, PlanningSettings(quality=quality)))


def archive(
    sources: Source | Iterable[Source],
    config: Config,
    *,
    output: Source | None = None,
    in_place: bool = False,
) -> Summary:
    """Archive the images of documents and point the documents at them.

    Args:
        sources: files, folders and globs, and URLs of pages and feeds.
        output: the folder for copies; None without *in_place*: ``archived``.
        in_place: rewrite the documents where they are.

    Raises:
        UsageError: a source or a setting cannot be used.
        RunError: the run could not go on.
    """
    order, settings = _order(sources, config, output, in_place)
    return jobs.archive([order], settings, Silent())


async def archive_async(
    sources: Source | Iterable[Source],
    config: Config,
    *,
    output: Source | None = None,
    in_place: bool = False,
) -> Summary:
    """`archive` for a program that has an event loop."""
    order, settings = _order(sources, config, output, in_place)
    return await jobs.archive_async([order], settings, Silent())


def _order(
    sources: Source | Iterable[Source], config: Config, output: Source | None, in_place: bool
) -> tuple[orders.Order, Config]:
    if output is not None and in_place:
        raise UsageError("output and in_place: name one of them")
    named = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    paths = tuple(os.fspath(source) for source in named)
    if in_place:
        return orders.Order(paths, None), config
    folder = os.fspath(output) if output is not None else "archived"
    return orders.Order(paths, folder), replace(config, base=folder)
