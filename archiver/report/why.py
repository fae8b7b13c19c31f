"""The story of an image in a few lines: what was tried, what answered, what was kept."""

from __future__ import annotations

from collections.abc import Iterator

from archiver.model import Candidate, ImageRecord, Refusal
from archiver.redact import redact
from archiver.report.summary import WHY, describe_retry, format_size

REASONS = {
    "known-bytes": "its bytes are those of a known stand-in",
    "known-path": "a redirect led to where stand-ins lie",
    "same-bytes": "the host gives the same bytes for other pictures",
    "tiny": "a few pixels, where the document states a real size",
    "smaller": "smaller than the document states",
    "no-larger": "no larger than the one that was kept",
    "other-picture": "not the picture that the URL as given shows",
    "no-capture": "the archive's answer is no capture",
    "html": "a page, not a picture",
    "badge": "left as it is: a badge, true for the moment only",
    "counter": "left as it is: a counter, another picture each time",
    "tracker": "left as it is: it counts readers and shows nothing",
    "pixel": "left as it is: it came as a single pixel",
    "stated-pixel": "left as it is: the document shows it as a single pixel",
    "host": "left as it is: the settings leave its host alone",
}
_FLAGS = {
    "watermarked": "it kept its watermark",
    "suspect": "suspect: perhaps a stand-in",
    "damaged": "the server's own file is incomplete",
    "undecoded": "no installed decoder reads it",
    "rescued": "from a web archive",
}


def why_lines(
    url: str, record: ImageRecord | None, candidates: tuple[Candidate, ...]
) -> Iterator[str]:
    """The story as lines; of a URL that no run has asked for, what would be asked for."""
    yield redact(url)
    yield from _unknown(candidates) if record is None else _known(record)


def _unknown(candidates: tuple[Candidate, ...]) -> Iterator[str]:
    yield "  no run has asked for it; it would ask for"
    for candidate in candidates:
        yield f"  {candidate.kind:<14}{redact(candidate.url)}{_rule(candidate.rule)}"


def _known(record: ImageRecord) -> Iterator[str]:
    for refusal in record.refused:
        yield from _refused(refusal)
    if not record.outcome.is_had:
        why = REASONS.get(record.reason) or WHY.get(record.outcome, "")
        yield f"  {record.outcome:<14}{why} ({record.reason}){describe_retry(record)}"
        yield f"  {'':<14}{_requests(record)}"
        return
    yield f"  {record.kind or 'kept':<14}{redact(record.requested_url)}{_rule(record.rule)}: kept"
    if record.final_url and record.final_url != redact(record.requested_url):
        yield f"  {'':<14}redirected to {record.final_url}"
    size = f"{record.width_px}×{record.height_px} px, " if record.width_px else ""
    yield f"  {'':<14}{record.path}"
    yield f"  {'':<14}{record.media_type}, {size}{format_size(record.size_bytes)}"
    if record.captured:
        yield f"  {'':<14}captured {record.captured}"
    for flag in record.flags:
        yield f"  {'':<14}{_FLAGS.get(flag, flag)}"
    yield f"  {'':<14}{_requests(record)}"


def _refused(refusal: Refusal) -> Iterator[str]:
    yield f"  {refusal.kind:<14}{refusal.url}{_rule(refusal.rule)}"
    why = REASONS.get(refusal.reason) or WHY.get(refusal.outcome, refusal.outcome)
    referer = f", Referer: {refusal.referer}" if refusal.referer else ""
    yield f"  {'':<14}not taken: {why} ({refusal.reason}{referer})"


def _rule(name: str) -> str:
    return f" by {name}" if name else ""


def _requests(record: ImageRecord) -> str:
    plural = "request" if record.attempts == 1 else "requests"
    return f"{record.attempts} {plural}, {record.when}"
