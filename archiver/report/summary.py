"""The end of a run in a few lines: what was done, what was lost and why, where to look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archiver.model import ImageRecord, Outcome, Summary
from archiver.redact import redact

MAX_LINES = 20  # of losses; the rest is counted, `--json` and the journal have them all

WHY: Mapping[str, str] = {
    Outcome.GONE: "the server has it no more",
    Outcome.BLOCKED: "the server refuses it",
    Outcome.PLACEHOLDER: "the server gave a stand-in",
    Outcome.NOT_IMAGE: "what came is no image",
    Outcome.DAMAGED: "it never came whole",
    Outcome.TOO_BIG: "larger than the limit",
    Outcome.UNSAFE: "not asked for: unsafe",
    Outcome.UNREACHABLE: "the server cannot be reached",
    Outcome.TRANSIENT: "the server was busy",
    Outcome.MISSING: "no such file",
    Outcome.SKIPPED: "kept, but it cannot be shown safely",
}


_MAY_BE_ARCHIVED = frozenset({Outcome.GONE, Outcome.PLACEHOLDER, Outcome.UNREACHABLE})
RESCUE_HINT = (
    "a web archive may have what is lost: set ARCHIVER_NETWORK__RESCUE='[\"memento\"]' and archive "
    "with --retry; the archive learns the URLs"
)


def format_summary(summary: Summary) -> str:
    """The summary as lines for a terminal or a log; no colour, no trailing newline."""
    return "\n".join(_lines(summary))


def format_size(size_bytes: float) -> str:
    """*size_bytes* for a person, in powers of ten.

    >>> format_size(999), format_size(1_500_000)
    ('999 B', '1.5 MB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if size_bytes < 1000:
            return f"{size_bytes:.0f} {unit}" if unit == "B" else f"{size_bytes:.1f} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:.1f} TB"


def _lines(summary: Summary) -> Iterator[str]:
    yield _counted("document", summary.documents)
    yield (
        f"{_counted('image', summary.images)}; "
        f"{format_size(summary.bytes)} stored, {summary.requests} requests, {summary.seconds:.1f} s"
    )
    if summary.watermarked:
        yield f"{summary.watermarked} kept a watermark: no clean copy could be had"
    if summary.skipped:
        reasons = ", ".join(f"{n:,} {reason}" for reason, n in sorted(summary.skipped.items()))
        yield f"left as they are, not to be frozen: {reasons} (settings: [skip], [[hosts]] skip)"
    for result in summary.problems[:MAX_LINES]:
        yield f"  {result.outcome:<12}{result.task.name}: {result.reason}"
    yield from _more(len(summary.problems))
    for record, document in summary.lost[:MAX_LINES]:
        yield from _lost(record, document)
    yield from _more(len(summary.lost))
    if any(record.outcome in _MAY_BE_ARCHIVED for record, _ in summary.lost):
        yield RESCUE_HINT


def _lost(record: ImageRecord, document: str) -> Iterator[str]:
    yield f"  {record.outcome:<12}{redact(record.url)}"
    why = WHY.get(record.outcome, "")
    yield f"  {'':<12}in {document}: {why} ({record.reason}){describe_retry(record)}"


def describe_retry(record: ImageRecord) -> str:
    """When a lost image is asked for again, to be written behind its reason."""
    if not record.not_before or record.not_before.startswith("9999"):
        return ""
    return f", again from {_moment(record.not_before)}"


def _moment(text: str) -> str:
    """An RFC 3339 time to the minute, for a person.

    >>> _moment("2026-01-02T03:04:05Z")
    '2026-01-02 03:04 UTC'
    """
    return f"{text[:10]} {text[11:16]} UTC"


def _more(count: int) -> Iterator[str]:
    if count > MAX_LINES:
        yield f"  … and {count - MAX_LINES} more"


def _counted(word: str, counts: Mapping[str, int]) -> str:
    total = sum(counts.values())
    parts = ", ".join(f"{n:,} {outcome}" for outcome, n in sorted(counts.items()))
    plural = word if total == 1 else f"{word}s"
    return f"{total:,} {plural}" + (f": {parts}" if parts else "")
