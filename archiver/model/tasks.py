"""What is to be done, and what was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from archiver.model.empty import nothing
from archiver.model.outcomes import DocumentOutcome
from archiver.model.records import ImageRecord


@dataclass(frozen=True, slots=True)
class FeedCaps:
    """How much of earlier visits a saved feed keeps; what the source still has always stays.

    Attributes:
        keep_items: items it has at most; None: as many as there are.
        keep_days: age of an item in days, by its date; None: any.
    """

    keep_items: int | None = None
    keep_days: int | None = None


@dataclass(frozen=True, slots=True)
class PageTask:
    """A page or feed to fetch and archive.

    Attributes:
        url: as it was named.
        folder: the folder it is saved below; absolute, real.
        is_feed: whether a feed is expected.
        is_scheduled: whether nobody named it just now: robots.txt counts, and so does what is known
            of the last visit.
        profile: see `DocumentTask`.
        caps: of a feed.
        file: absolute path of a feed that is a file; b"" for one of the web. `url` is then its
            path relative to the base folder: ``file:feeds/a.xml``.
    """

    url: str
    folder: bytes
    is_feed: bool = False
    is_scheduled: bool = False
    caps: FeedCaps = field(default_factory=FeedCaps)
    file: bytes = b""
    profile: int = 0


@dataclass(frozen=True, slots=True)
class DocumentTask:
    """A document to archive: read at `source`, written at `target` (the same path in place).

    Attributes:
        source, target: absolute paths as bytes.
        root: the folder of the SOURCE that named it; local images are taken from below it only.
        name: the path as the user knows it, for reports.
        is_scheduled: whether nobody named it just now: a document that was restored is then left
            alone until it changes.
        url, format, charset: of a fetched document: see `Visit`; "" for a file.
        sheets: URL → where its style sheets are saved (absolute), for a fetched document.
        profile: whose settings count: 0 those of all, n those of the n-th source.
        replaces: of a post made from a feed's item, which from then on is a document like any
            other: hex digest of the bytes of ours at `target` that it replaces, "" where nothing
            may stand there; None: it is no such post.
        place: the file that the bytes at `source` were read from, below `root`: relative links
            count from there; b"" where that is `source`.
    """

    source: bytes
    target: bytes
    root: bytes
    name: str
    is_scheduled: bool = False
    url: str = ""
    format: str = ""
    charset: str = ""
    sheets: Mapping[str, bytes] = field(default_factory=nothing, hash=False)
    replaces: str | None = None
    place: bytes = b""
    profile: int = 0

    @property
    def is_in_place(self) -> bool:
        return self.source == self.target


@dataclass(frozen=True, slots=True)
class DocumentResult:
    """What became of a document.

    Attributes:
        reason: refines the outcome, or names what a person should know (a front matter that does
            not parse).
        images: what became of each URL it names, one record a URL, in file order.
        references: how many places in it name an image.
    """

    task: DocumentTask
    outcome: DocumentOutcome
    reason: str = ""
    images: tuple[ImageRecord, ...] = ()
    references: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did.

    Attributes:
        documents, images: outcome → count.
        lost: the images that were not had, and the name of a document that shows each.
        is_new_loss: whether a loss was found by this run (not known from an earlier one).
        problems: documents that need a person, with the reason.
        watermarked: how many stored pictures kept their mark.
        skipped: reason → count of the pictures that must not be frozen.
        refreshed: freshness → count of the pictures that were asked for again.
        changed: those of them that are others upstream now.
        bytes: stored by this run.
        requests: made by this run.
        left: documents that were not reached because the run's budget came to its end; due again.
        spent: what of the budget was used up, for a person; "" where all was reached.
    """

    documents: Mapping[str, int] = field(default_factory=nothing, hash=False)
    images: Mapping[str, int] = field(default_factory=nothing, hash=False)
    references: int = 0
    watermarked: int = 0
    bytes: int = 0
    requests: int = 0
    seconds: float = 0.0
    lost: tuple[tuple[ImageRecord, str], ...] = ()
    problems: tuple[DocumentResult, ...] = ()
    is_new_loss: bool = False
    skipped: Mapping[str, int] = field(default_factory=nothing, hash=False)
    left: int = 0
    spent: str = ""
    refreshed: Mapping[str, int] = field(default_factory=nothing, hash=False)
    changed: tuple[ImageRecord, ...] = ()
