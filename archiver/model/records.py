"""The facts of the journal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from archiver.model.empty import nothing
from archiver.model.outcomes import Outcome


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
    thumbnails: Mapping[str, str] = field(default_factory=nothing, hash=False)
    flags: tuple[str, ...] = ()
    etag: str = ""
    final_url: str = ""
    attempts: int = 0
    not_before: str = ""
    when: str = ""
    refused: tuple[Refusal, ...] = ()
    captured: str = ""
    sanitized: str = ""
    thumbnail_widths: Mapping[str, int] = field(default_factory=nothing, hash=False)
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
    splices: Collection[Splice]
    when: str = ""
    is_restore: bool = False
    is_copy: bool = False


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
        sha256: hex digest of the post as it was written from the item; those bytes are kept;
            "" where they are gone.
        content: hash of the item; another one is a changed item.
        url: of the item's page, which its picture's servers may want to hear of.
        date: RFC 3339; the item's, or when it was first seen.
        settled: why the post was not written, and will not be: ``edited``, ``removed``, ``lost``.
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
