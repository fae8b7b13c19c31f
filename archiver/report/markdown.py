"""A run as Markdown: a table of counts, what is new, what was lost and why.

Names, URLs and messages come from strangers, so they stand in code spans only: nothing in them is
markup there, no ``@name`` calls a person, no ``#1`` links an issue.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from archiver.model import DocumentOutcome, ImageRecord, Kind, Outcome
from archiver.redact import PROCESSING, escape, redact
from archiver.report.recorder import RunReport
from archiver.report.summary import WHY, describe_retry, format_size, format_time_spent
from archiver.report.why import REASONS

MOST_CHARACTERS = 60_000  # GitHub takes 65,536 for a comment
_MOST_LINES = 100  # of a list; the JSON report has all
_MOST_DOCUMENTS = 3  # named for a picture
_UNSEEN = re.compile("[\u200b-\u200d\u2060-\u2065\ufeff]")
_NEEDS_A_PERSON = (DocumentOutcome.CONFLICT, DocumentOutcome.UNREADABLE)
_ENDINGS = {
    "failed": "**The run failed.** What it had done until then:",
    "stopped": "**The run was stopped.** The next one goes on. What it had done until then:",
}


def format_markdown(report: RunReport) -> str:
    """The report, short enough for a comment on a pull request."""
    lines: list[str] = []
    size = 0
    for line in _lines(report):
        if size + len(line) > MOST_CHARACTERS:
            lines += ["", "… cut here: the JSON report has all of it"]
            break
        lines.append(line)
        size += len(line) + 1
    return "\n".join(lines) + "\n"


def code(text: str) -> str:
    """*text* as a code span; control characters become visible.

    >>> code("a`b.md")
    '`` a`b.md ``'
    """
    shown = _UNSEEN.sub(lambda m: f"\\u{ord(m[0]):04x}", escape(text)) or " "
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest or shown.strip(" ") != shown else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def link(url: str) -> str:
    """*url* without what may be a secret; a link where nothing was taken out."""
    shown = redact(url, PROCESSING)
    if shown != url or not url.startswith(("http://", "https://")):
        return code(shown)
    target = quote(url, safe=_IN_LINK, errors="surrogatepass")  # JSON may name half a pair
    return f"[{code(shown)}](<{target}>)"


_IN_LINK = "%/?#[]@!$&()*+,;=:~-._"


def _lines(report: RunReport) -> Iterator[str]:
    yield f"# {_title(report)}"
    yield ""
    if report.ending in _ENDINGS:
        yield _ENDINGS[report.ending] + (f" {code(report.error)}" if report.error else "")
        yield ""
    yield from _table(report)
    yield from _section("Needs a person", _problems(report))
    yield from _section("Lost", _losses(report, is_new=True))
    yield from _section("Lost in earlier runs, still missing", _losses(report, is_new=False))
    yield from _section("New", _stored(report))


def _title(report: RunReport) -> str:
    summary = report.summary
    stored = summary.images.get(Outcome.STORED, 0)
    text = f"{stored:,} image{'' if stored == 1 else 's'} archived"
    return text + (f", {len(summary.lost):,} lost" if summary.lost else "")


def _table(report: RunReport) -> Iterator[str]:
    summary = report.summary
    yield "| | |\n|:--|--:|"
    for word, counts in (("Documents", summary.documents), ("Images", summary.images)):
        for outcome, count in sorted(counts.items()):
            yield f"| {word} {outcome.replace('_', ' ')} | {count:,} |"
    if summary.spent:
        yield f"| Documents left for the next run, after {summary.spent} | {summary.left:,} |"
    if summary.watermarked:
        yield f"| Images that kept a watermark | {summary.watermarked:,} |"
    yield f"| Stored | {format_size(summary.bytes)} |"
    yield f"| Requests | {summary.requests:,} |"
    yield f"| Time | {format_time_spent(summary.seconds)} |"
    yield f"| Began | {report.began[:16].replace('T', ' ')} UTC |"


def _section(title: str, items: Iterable[str]) -> Iterator[str]:
    found = list(items)
    if not found:
        return
    yield f"\n## {title} ({len(found):,})\n"
    yield from (f"- {item}" for item in found[:_MOST_LINES])
    if len(found) > _MOST_LINES:
        yield f"- … and {len(found) - _MOST_LINES:,} more"


def _problems(report: RunReport) -> Iterator[str]:
    for result in report.summary.problems:
        mark = "" if result.outcome in _NEEDS_A_PERSON else " (a note)"
        yield f"{code(result.task.name)}: {result.outcome}{mark}, {code(result.reason)}"


def _losses(report: RunReport, is_new: bool) -> Iterator[str]:
    for record, document in report.summary.lost:
        if (record.url in report.new) == is_new:
            why = REASONS.get(record.reason) or WHY.get(record.outcome, "")
            documents = _documents(report.uses.get(record.url, [document]))
            text = f"{link(record.url)}{documents}: {record.outcome.replace('_', ' ')}, {why}"
            yield f"{text} ({code(record.reason)}){describe_retry(record)}"


def _stored(report: RunReport) -> Iterator[str]:
    for record in report.images:
        if record.url in report.new and record.outcome is Outcome.STORED:
            documents = _documents(report.uses.get(record.url, ()))
            yield f"{link(record.url)}{documents}: {', '.join(_facts(record))}"


def _facts(record: ImageRecord) -> Iterator[str]:
    if record.width_px:
        yield f"{record.width_px} × {record.height_px} px"
    yield format_size(record.size_bytes)
    if record.kind and record.kind != Kind.AS_GIVEN:
        yield f"{record.kind}{f' by rule {code(record.rule)}' if record.rule else ''}"
    yield from record.flags


def _documents(names: Iterable[str]) -> str:
    found = list(dict.fromkeys(names))
    if not found:
        return ""
    more = f" and {len(found) - _MOST_DOCUMENTS:,} more" if len(found) > _MOST_DOCUMENTS else ""
    return f" in {', '.join(map(code, found[:_MOST_DOCUMENTS]))}{more}"
