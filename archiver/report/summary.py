"""The end of a run in a few lines: what was done, what was lost and why, where to look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from archiver.model import DocumentResult, ImageRecord, Outcome, Summary
from archiver.redact import escape, redact

MAX_LINES = 20  # of losses; the rest is counted, `--json` and the journal have them all
_FEWEST = 3  # losses shown of each outcome, however many there are

Segment = tuple[str, str]
"""Text, and its style in the words of rich; "" for none."""

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


_WELL = frozenset({"rewritten", "unchanged", "skipped"})
_STYLES = {
    "rewritten": "green", "stored": "green", "reused": "green", "unchanged": "", "skipped": "",
    "busy": "yellow", "conflict": "bold yellow", "unreadable": "bold yellow",
}  # fmt: skip
_MAY_BE_ARCHIVED = frozenset({Outcome.GONE, Outcome.PLACEHOLDER, Outcome.UNREACHABLE})
RESCUE_HINT = (
    "a web archive may have what is lost: set ARCHIVER_NETWORK__RESCUE='[\"memento\"]' and archive "
    "with --retry; the archive learns the URLs"
)


def format_summary(summary: Summary) -> str:
    """The summary as lines for a log or a file; no colour, no trailing newline."""
    return "\n".join("".join(text for text, _ in line) for line in summary_lines(summary))


def format_size(size_bytes: float) -> str:
    """*size_bytes* for a person, in powers of ten.

    >>> format_size(999), format_size(1_500_000), format_size(4.2e15)
    ('999 B', '1.5 MB', '4200.0 TB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if size_bytes < 1000:
            return f"{size_bytes:.0f} {unit}" if unit == "B" else f"{size_bytes:.1f} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:.1f} TB"


def format_time_spent(seconds: float) -> str:
    """*seconds* for a person.

    >>> format_time_spent(4.26), format_time_spent(724), format_time_spent(7500)
    ('4.3 s', '12 min 4 s', '2 h 5 min')
    """
    if seconds < 100:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def summary_lines(summary: Summary) -> Iterator[Sequence[Segment]]:
    """The summary as lines of styled text; the first two hold the counts."""
    yield _counted("document", summary.documents)
    spent = f"{summary.requests:,} requests, {format_time_spent(summary.seconds)}"
    yield (
        *_counted("image", summary.images),
        (f"; {format_size(summary.bytes)} stored, {spent}", "dim"),
    )
    if summary.spent:
        documents = "document is" if summary.left == 1 else "documents are"
        text = f"stopped after {summary.spent}: {summary.left:,} {documents} left for the next run"
        yield ((text, "yellow"),)
    if summary.watermarked:
        text = f"{summary.watermarked:,} kept a watermark: no clean copy could be had"
        yield ((text, "yellow"),)
    if summary.skipped:
        reasons = ", ".join(f"{n:,} {reason}" for reason, n in sorted(summary.skipped.items()))
        left = f"left as they are, not to be frozen: {reasons} (settings: [skip], [[hosts]] skip)"
        yield ((left, "dim"),)
    yield from _refreshed(summary)
    yield from _problems(summary.problems)
    yield from _losses(summary.lost)
    if any(record.outcome in _MAY_BE_ARCHIVED for record, _ in summary.lost):
        yield (("", ""),)
        yield ((RESCUE_HINT, "dim"),)


def _refreshed(summary: Summary) -> Iterator[Sequence[Segment]]:
    """Pictures that were asked for again, and those that are others upstream now."""
    if summary.refreshed:
        yield (("asked again: ", ""), *_counted("image", summary.refreshed))
    for record in summary.changed[:MAX_LINES]:
        yield (
            ("  changed upstream  ", "bold yellow"),
            (f"{redact(record.url)}; kept beside: {record.newer.path if record.newer else ''}", ""),
        )
    yield from _more(len(summary.changed) - MAX_LINES, "  ")


def _problems(problems: Sequence[DocumentResult]) -> Iterator[Sequence[Segment]]:
    """Documents that need a person, and those with a note."""
    if problems:
        yield (("", ""),)
    for result in problems[:MAX_LINES]:
        style = "" if result.outcome in _WELL else "bold yellow"
        yield (
            (f"  {result.outcome:<12}", style),
            (escape(result.task.name), "bold"),
            (f": {escape(result.reason)}" if result.reason else "", ""),
        )
    yield from _more(len(problems) - MAX_LINES, "  ")


def _losses(lost: Sequence[tuple[ImageRecord, str]]) -> Iterator[Sequence[Segment]]:
    """What was lost by outcome, the most frequent first, and a few of each."""
    groups: dict[str, list[tuple[ImageRecord, str]]] = defaultdict(list)
    for record, document in lost:
        groups[record.outcome].append((record, document))
    most = max(_FEWEST, MAX_LINES // max(1, len(groups)))
    for outcome, found in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])):
        yield (("", ""),)
        why = WHY.get(outcome, "")
        yield ((f"  {len(found):,} {outcome}", "bold red"), (f": {why}" if why else "", ""))
        for record, document in found[:most]:
            yield ((f"    {redact(record.url)}", ""),)
            retry = describe_retry(record)
            yield ((f"      in {escape(document)} ({escape(record.reason)}){retry}", "dim"),)
        yield from _more(len(found) - most, "    ")


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


def _more(count: int, indent: str) -> Iterator[Sequence[Segment]]:
    if count > 0:
        yield ((f"{indent}… and {count:,} more", "dim"),)


def _counted(word: str, counts: Mapping[str, int]) -> Sequence[Segment]:
    total = sum(counts.values())
    segments = [(f"{total:,} {word}{'' if total == 1 else 's'}", "bold")]
    for number, (outcome, count) in enumerate(sorted(counts.items())):
        segments.append((", " if number else ": ", ""))
        segments.append((f"{count:,} {outcome}", _STYLES.get(outcome, "red")))
    return segments
