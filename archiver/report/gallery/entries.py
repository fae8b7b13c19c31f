"""What the gallery's page is told of a picture: plain values, no secret in any URL."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote, urlsplit

from archiver.model import ImageRecord, Kind, Outcome, Refusal
from archiver.pipeline.dynamic import MUST_NOT_BE_FROZEN
from archiver.pipeline.places import Places
from archiver.redact import PROCESSING, escape, redact
from archiver.report.summary import WHY
from archiver.report.why import REASONS

HELD, LOST, LEFT = "held", "lost", "left"
"""Of a picture: there is a copy; there is none; there is to be none."""


def state_of(record: ImageRecord) -> str:
    """Whether a picture is held, lost or left on purpose."""
    if record.outcome.is_had:
        return HELD
    is_left = record.outcome is Outcome.SKIPPED and record.reason in MUST_NOT_BE_FROZEN
    return LEFT if is_left else LOST


def picture_entry(
    record: ImageRecord, places: Places, use: int, group: int | None
) -> dict[str, Any]:
    """The entry of *record*; values that say nothing are left out.

    Args:
        use: the place of its documents in the page's list of such lists.
        group: the number of the pictures that look like it.
    """
    url = shown_url(record.url, places)
    entry = {
        "url": url,
        "link": url == record.url and url.startswith(("http://", "https://")),
        "host": host_of(record.url),
        "state": state_of(record),
        "outcome": Outcome.STORED if record.outcome.is_had else record.outcome,
        "reason": record.reason,
        "when": record.when,
        "flags": record.flags,
        "attempts": record.attempts,
        "refused": [_refusal(refusal) for refusal in record.refused],
    }
    entry |= _of_copy(record) if record.outcome.is_had else _of_loss(record)
    said = {key: v for key, v in entry.items() if v not in ("", (), [], None, 0, False)}
    return said | {"use": use} | ({} if group is None else {"group": group})


def _of_copy(record: ImageRecord) -> dict[str, Any]:
    requested = redact(record.requested_url, PROCESSING)
    return {
        "path": quote(record.shown_path),
        "thumbnail": quote(_thumbnail(record)),
        "digest": record.digest,
        "type": record.media_type,
        "bytes": record.size_bytes,
        "width": record.width_px,
        "height": record.height_px,
        "frames": record.frames if record.frames > 1 else 0,
        "candidate": record.kind,
        "rule": record.rule,
        "requested": requested if record.kind != Kind.LOCAL else "",
        "final": record.final_url if record.final_url != redact(record.requested_url) else "",
        "captured": record.captured,
    }


def _of_loss(record: ImageRecord) -> dict[str, Any]:
    is_final = record.not_before.startswith("9999")
    return {
        "why": REASONS.get(record.reason) or WHY.get(record.outcome, ""),
        "again": "" if is_final else record.not_before,
        "never": is_final,
    }


def _thumbnail(record: ImageRecord) -> str:
    """The smallest picture that shows it; a drawing only in its harmless form."""
    smaller = {name: path for name, path in record.thumbnails.items() if path != record.path}
    widths = record.thumbnail_widths
    smallest = min(smaller, key=lambda name: (widths.get(name, 0), name), default=None)
    return record.shown_path if smallest is None else smaller[smallest]


def _refusal(refusal: Refusal) -> dict[str, str]:
    why = REASONS.get(refusal.reason) or WHY.get(refusal.outcome, refusal.outcome)
    return {
        "url": refusal.url,
        "candidate": refusal.kind,
        "rule": refusal.rule,
        "why": f"{why} ({refusal.reason})",
    }


def shown_url(url: str, places: Places) -> str:
    """*url* without what may be a secret; a local picture by its path in the base folder."""
    if url.startswith("file:"):
        path = unquote(urlsplit(url).path, errors="surrogateescape")
        return escape(path.removeprefix(places.base_text + "/"))
    return redact(url, PROCESSING)


def host_of(url: str) -> str:
    """The host, with its port; a word in its place for what comes from none.

    >>> host_of("https://me:pw@img.example/a.png"), host_of("file:///posts/a.png")
    ('img.example', '(local file)')
    """
    if url.startswith("file:"):
        return "(local file)"
    if url.startswith("data:"):
        return "(inside a document)"
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""
