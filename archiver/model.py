"""The values that pass between the stages. All are frozen; no stage changes what it got.

document → `Reading` (`Reference`, `Adjustment`) → `Candidate` → `Download` → `Picture`
→ `ImageRecord` → `Replacement` → `DocumentRecord`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})  # a factory: dataclasses refuse it as a default, it has no hash


class Outcome(StrEnum):
    """What became of an image; the journal's and the report's word for it."""

    STORED = "stored"
    REUSED = "reused"
    GONE = "gone"
    BLOCKED = "blocked"
    PLACEHOLDER = "placeholder"
    NOT_IMAGE = "not_image"
    DAMAGED = "damaged"
    TOO_BIG = "too_big"
    UNSAFE = "unsafe"
    UNREACHABLE = "unreachable"
    TRANSIENT = "transient"
    MISSING = "missing"
    SKIPPED = "skipped"

    @property
    def is_had(self) -> bool:
        """Whether a local copy exists."""
        return self in (Outcome.STORED, Outcome.REUSED)


class DocumentOutcome(StrEnum):
    """What became of a document."""

    REWRITTEN = "rewritten"
    UNCHANGED = "unchanged"
    BUSY = "busy"
    CONFLICT = "conflict"
    UNREADABLE = "unreadable"
    SKIPPED = "skipped"


class Kind(StrEnum):
    """Why a candidate is asked for."""

    CLEAN = "clean"
    ORIGINAL = "original"
    AS_GIVEN = "as given"
    NESTED_SOURCE = "nested source"
    HTTPS = "https"
    RESCUE = "rescue"
    LOCAL = "local"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open byte range ``[start, end)`` of a file."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Replacement:
    """New bytes for a span of a document."""

    span: Span
    new: bytes


@dataclass(frozen=True, slots=True)
class Reference:
    """A place in a document that names an image.

    Attributes:
        span: the bytes of the URL in the file, without outer white space and without ``#fragment``.
        raw: those bytes.
        url: absolute, as a browser would request it, without fragment.
        role: where it stands: ``img src``, ``img srcset``, ``css url``, ``front matter``,
            ``markdown image``, …
        attributes: what else the element says and a later stage needs: ``width``,
            ``data-original-token``, ``referrerpolicy``; ``field`` for a front matter key.
    """

    span: Span
    raw: bytes
    url: str
    role: str
    attributes: Mapping[str, str] = field(default_factory=_nothing, hash=False)


SRCSET_ADDED, SIZES_ADDED, LINK_ADDED = "srcset added", "sizes added", "link added"
"""Reasons of adjustments that offer a place; they are made only where the pipeline fills it."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A change beside a link, without which the local copy would not show.

    It is applied when every reference of `needs` is rewritten to a local copy. Adjustments don't
    overlap, but several may have one span: the first that applies is taken.

    Attributes:
        span: the bytes it replaces; empty for an insertion. It may cover references: where the
            adjustment is applied, it stands in the place of their links.
        before, after: new bytes, around the link of reference `link` where one is named.
        link: index into the reading's references whose link stands between; None: no link.
        needs: indices of the references that must have been rewritten; empty: any one of them.
        unless: index of the reference that must not have been rewritten (a relative URL that is
            made absolute because the document's base changes).
        over: index of the reference in whose place it stands: applied only where its picture is far
            smaller than that of `link`.
        reason: ``lazy``, ``base``, ``csp``, ``crossorigin``, ``integrity``; ``moved`` for one that
            is applied even where no reference is rewritten.
    """

    span: Span
    before: bytes
    after: bytes = b""
    link: int | None = None
    needs: tuple[int, ...] = ()
    unless: int | None = None
    reason: str = ""
    over: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a document: references in file order, their spans sorted and disjoint.

    Attributes:
        is_opted_out: the document asks to be left alone (``archiver: false``); no references then.
        sheets: the style sheets of a document that is saved elsewhere than it was; in adjustments
            their indices come after those of the references.
        notes: what a person should know of the document, a sentence each: a front matter that does
            not parse, an image whose place could not be told.
    """

    format: str
    encoding: str
    references: tuple[Reference, ...]
    adjustments: tuple[Adjustment, ...] = ()
    base_url: str | None = None
    is_opted_out: bool = False
    notes: tuple[str, ...] = ()
    sheets: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A URL worth asking for.

    Attributes:
        kind: why it is asked for.
        rule: the name of the CDN rule it comes from; "" for the URL as given.
        confidence: ``high``, ``medium`` or ``low``: how sure the rule is.
    """

    url: str
    kind: Kind = Kind.AS_GIVEN
    rule: str = ""
    confidence: str = "high"


@dataclass(frozen=True, slots=True)
class Download:
    """One answer, its body in a temporary file.

    Attributes:
        path: the temporary file; whoever accepts the download moves or removes it.
        sha256: hex digest of the decoded body.
        is_framed: whether Content-Length or the last chunk proved the body complete.
        final_url: the URL that answered, after redirects.
        attempts: requests made for it, redirects and retries included.
        is_repeated: whether the same bytes came before, judged incomplete, and the server has now
            proved twice that they are all it has.
    """

    path: str
    sha256: str
    size_bytes: int
    final_url: str
    is_framed: bool = True
    media_type: str = ""
    etag: str = ""
    last_modified: str = ""
    attempts: int = 1
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Rendition:
    """An image derived from a blob, encoded and ready to be stored."""

    name: str
    media_type: str
    extension: str
    width_px: int
    height_px: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Picture:
    """Verified facts of an image file, and its renditions.

    Attributes:
        extension: from the bytes, with its dot (``.png``).
        renditions: one for each configured thumbnail that is smaller than the picture; a
            thumbnail that is missing here is the picture itself.
        width_px, height_px: as a browser shows it, turned as EXIF asks; 0 where nothing tells.
        flags: ``damaged`` for a picture the server itself holds incomplete, ``undecoded`` for one
            that no installed decoder reads.
        difference_hash: 16 hex digits, alike for pictures that look alike; "" where not decoded.
        exif: pairs of name and text (``make``, ``model``, ``taken``, …); no place.
        color_profile: the name of the embedded profile.
    """

    media_type: str
    extension: str
    width_px: int
    height_px: int
    frames: int = 1
    renditions: tuple[Rendition, ...] = ()
    flags: tuple[str, ...] = ()
    difference_hash: str = ""
    exif: tuple[tuple[str, str], ...] = ()
    color_profile: str = ""


@dataclass(frozen=True, slots=True)
class Sanitized:
    """A drawing's harmless form.

    Attributes:
        data: SVG in UTF-8.
        renditions: as a `Picture`'s, made from the harmless form.
    """

    data: bytes = field(repr=False)
    renditions: tuple[Rendition, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """One answer that was not taken, or one failure to get an answer; for the journal.

    Attributes:
        url: asked for, redacted.
        kind, rule: of the candidate.
        reason: refines the outcome: ``status-403``, ``known-path``, ``smaller``, ``same-bytes``, …
        outcome: a value of `Outcome`.
        referer: the kind of Referer it was asked for with; "" for none.
    """

    url: str
    kind: str
    rule: str
    reason: str
    outcome: str = ""
    referer: str = ""


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """The journal's ``image`` line: what became of a URL.

    Attributes:
        url: the key: the reference's URL.
        requested_url: the candidate that answered; its `kind` and `rule` say which it was.
        final_url: where redirects ended, redacted.
        digest: ``sha256:<hex>``, "" when nothing was stored.
        path: of the blob, relative to the base folder, with ``/``.
        thumbnails: name → path; the picture's own path where it is its own thumbnail.
        flags: of the `Picture`; ``watermarked`` where the URL that answered asks for a mark,
            ``suspect`` where the host gives the same bytes for other URLs, ``rescued`` for an
            archive's capture, ``incomplete`` for a drawing whose harmless form lacks pictures.
        attempts: requests made, redirects and retries included.
        not_before: RFC 3339 time before which it is not asked for again; "" for none.
        when: RFC 3339 time of the fact.
        refused: what was asked for before and not taken, in order.
        captured: RFC 3339 time of the capture, for a rescued picture.
        sanitized: path of a drawing's harmless form; "" for other pictures.
        thumbnail_widths: name → width in pixels, of the thumbnails that are smaller than it.
        last_modified: of the answer, as `etag`.
        difference_hash, exif, color_profile: of the `Picture`.
        newer: the record of the picture that the URL gives now, where a refresh brought another;
            documents show this one until that is taken.
    """

    url: str
    outcome: Outcome
    reason: str = ""
    requested_url: str = ""
    kind: str = ""
    rule: str = ""
    digest: str = ""
    path: str = ""
    media_type: str = ""
    size_bytes: int = 0
    width_px: int = 0
    height_px: int = 0
    frames: int = 0
    thumbnails: Mapping[str, str] = field(default_factory=_nothing, hash=False)
    flags: tuple[str, ...] = ()
    etag: str = ""
    final_url: str = ""
    attempts: int = 0
    not_before: str = ""
    when: str = ""
    refused: tuple[Refusal, ...] = ()
    captured: str = ""
    sanitized: str = ""
    thumbnail_widths: Mapping[str, int] = field(default_factory=_nothing, hash=False)
    last_modified: str = ""
    difference_hash: str = ""
    exif: tuple[tuple[str, str], ...] = ()
    color_profile: str = ""
    newer: ImageRecord | None = None

    @property
    def shown_path(self) -> str:
        """What documents show."""
        return self.sanitized or self.path


@dataclass(frozen=True, slots=True)
class Splice:
    """One replacement that was made: `old` stood at `start` of the original, `new` stands there.

    `before` and `after` are a few bytes of the rewritten document on each side of `new`: they
    find the place again after a person edited the document elsewhere.
    """

    start: int
    old: bytes
    new: bytes
    before: bytes = b""
    after: bytes = b""


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """The journal's ``document`` line: the intent to rewrite a file.

    Attributes:
        path: of the rewritten file, relative to the base folder, with ``/``, as bytes.
        sha256_before, sha256_after: hex digests of the whole file.
        splices: sorted by `start`; their inverse gives back the original bytes.
        is_restore: whether the rewrite gives a document its original bytes back.
        is_copy: whether it is of bytes from elsewhere: earlier rewrites of the path stand no more.
    """

    path: bytes
    sha256_before: str
    sha256_after: str
    splices: tuple[Splice, ...]
    when: str = ""
    is_restore: bool = False
    is_copy: bool = False


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
class Visit:
    """The journal's ``page`` line: bytes that were fetched for a document.

    Attributes:
        url: asked for.
        path: where the document is saved, relative to the base folder, with ``/``.
        sha256: hex digest of the fetched bytes, which are kept.
        final_url: where redirects ended; what relative URLs resolve against; "" for a file.
        format: a name of `archiver.formats`.
        charset: label of the answer's Content-Type; "" for none.
        etag, last_modified: of the answer.
        grown: hex digest of the bytes that are saved where they are others than the fetched ones:
            a feed with the items of earlier visits; kept as well.
        earlier: hex digest of a feed whose items are not in the saved one though they should be,
            because they could not be told apart in what was fetched; "" for none.
        note: what a person should know of it.
    """

    url: str
    path: bytes
    sha256: str
    final_url: str
    format: str
    charset: str = ""
    etag: str = ""
    last_modified: str = ""
    when: str = ""
    grown: str = ""
    earlier: str = ""
    note: str = ""

    @property
    def saved(self) -> str:
        """The hex digest of the bytes that the saved document is made from."""
        return self.grown or self.sha256

    @property
    def grows_from(self) -> str:
        """The hex digest of the feed with the items of all visits so far."""
        return self.earlier or self.saved


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """The journal's ``item`` line: an item of a feed is to be the post at `path`, for good.

    Attributes:
        feed: the feed's URL without its scheme, or its path relative to the base folder.
        folder: of the feed's posts, relative to the base folder, with ``/``.
        key: which item it is, of those of the feed.
        path: of its post, relative to the base folder, with ``/``.
        sha256: hex digest of the post as it was written from the item; those bytes are kept.
        content: hash of the item; another one is a changed item.
        url: of the item's page, which its picture's servers may want to hear of.
        date: RFC 3339; the item's, or when it was first seen.
        settled: why the post was not written, and will not be: ``edited``, ``removed``.
    """

    feed: str
    folder: bytes
    key: str
    path: bytes
    sha256: str
    content: str
    url: str = ""
    date: str = ""
    settled: str = ""
    when: str = ""


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
    sheets: Mapping[str, bytes] = field(default_factory=_nothing, hash=False)
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


class Freshness(StrEnum):
    """What a host says of a picture that we have."""

    SAME = "same"
    CHANGED = "changed"
    UNKNOWN = "unknown"  # it did not give a picture this time


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

    documents: Mapping[str, int] = field(default_factory=_nothing, hash=False)
    images: Mapping[str, int] = field(default_factory=_nothing, hash=False)
    references: int = 0
    watermarked: int = 0
    bytes: int = 0
    requests: int = 0
    seconds: float = 0.0
    lost: tuple[tuple[ImageRecord, str], ...] = ()
    problems: tuple[DocumentResult, ...] = ()
    is_new_loss: bool = False
    skipped: Mapping[str, int] = field(default_factory=_nothing, hash=False)
    left: int = 0
    spent: str = ""
    refreshed: Mapping[str, int] = field(default_factory=_nothing, hash=False)
    changed: tuple[ImageRecord, ...] = ()
