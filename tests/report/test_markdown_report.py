"""The Markdown report: what strangers named is code and nothing else."""

from __future__ import annotations

import re
from dataclasses import replace

import pyromark
import pytest
from archives import lost
from hypothesis import example, given, settings
from hypothesis import strategies as st
from samples import examples

from archiver.model import (
    DocumentOutcome,
    DocumentResult,
    DocumentTask,
    ImageRecord,
    Kind,
    Outcome,
    Summary,
)
from archiver.report.markdown import MOST_CHARACTERS, code, format_markdown, link
from archiver.report.recorder import RunReport

URL = "https://img.example/a.png"
STORED = ImageRecord(
    URL, Outcome.STORED, size_bytes=1500, width_px=80, height_px=60, kind=Kind.CLEAN, rule="x-rule"
)
HOSTILE = "a`b``c</code><script>|@someone #1 ![](x) [l](y)\n# title\n- item\x1b[31m\u202egnp"
OPTIONS = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH


def report(**values: object) -> RunReport:
    base = RunReport("run", "2026-11-25T10:00:00Z", "2026-11-25T10:01:00Z", "done", "",
                     Summary(), (), (), frozenset(), {})  # fmt: skip
    return replace(base, **values)  # type: ignore[arg-type]


def codes(text: str) -> list[str]:
    """The code spans of a Markdown text, by another parser."""
    return [event["Code"] for event in pyromark.events(text, options=OPTIONS) if "Code" in event]


def result(name: str, reason: str = "") -> DocumentResult:
    return DocumentResult(DocumentTask(b"", b"", b"", name), DocumentOutcome.CONFLICT, reason)


def test_a_whole_report() -> None:
    gone, old = lost("https://img.example/b.png?token=x"), lost("https://img.example/c.png", 2)
    summary = Summary(
        {"rewritten": 2, "conflict": 1}, {"stored": 1, "gone": 2}, watermarked=1, bytes=1500,
        requests=4, seconds=2.5, lost=((gone, "b.md"), (old, "c.md")),
        problems=(result("d.md", "saved by someone"),),
    )  # fmt: skip
    names = ["a.md", "b.md", "c.md", "d.md", "a.md"]
    text = format_markdown(
        report(
            summary=summary,
            images=(STORED, gone, old),
            new=frozenset({URL, gone.url}),
            uses={URL: names, gone.url: ["b.md"]},
        )
    )
    assert text == EXPECTED


EXPECTED = """\
# 1 image archived, 2 lost

| | |
|:--|--:|
| Documents conflict | 1 |
| Documents rewritten | 2 |
| Images gone | 2 |
| Images stored | 1 |
| Images that kept a watermark | 1 |
| Stored | 1.5 kB |
| Requests | 4 |
| Time | 2.5 s |
| Began | 2026-11-25 10:00 UTC |

## Needs a person (1)

- `d.md`: conflict, `saved by someone`

## Lost (1)

- `https://img.example/b.png?token=…` in `b.md`: gone, the server has it no more (`status-404`), \
again from 2026-12-02 09:00 UTC

## Lost in earlier runs, still missing (1)

- [`https://img.example/c.png`](<https://img.example/c.png>) in `c.md`: gone, the server has it no \
more (`status-410`)

## New (1)

- [`https://img.example/a.png`](<https://img.example/a.png>) in `a.md`, `b.md`, `c.md` and 1 more: \
80 × 60 px, 1.5 kB, clean by rule `x-rule`
"""
FURTHER = {
    "a budget that was spent": (
        report(summary=Summary(spent="budget_time", left=1200)),
        "| Documents left for the next run, after budget_time | 1,200 |",
    ),
    "a picture without a size, of no document": (
        report(
            images=(replace(STORED, width_px=0, kind=Kind.AS_GIVEN, flags=("damaged",)),),
            new=frozenset({URL}),
        ),
        f"- [`{URL}`](<{URL}>): 1.5 kB, damaged\n",
    ),
}


@pytest.mark.parametrize(("told", "expected"), FURTHER.values(), ids=FURTHER.keys())
def test_what_else_it_says(told: RunReport, expected: str) -> None:
    assert expected in format_markdown(told)


ENDINGS = {
    "failed": (report(ending="failed", error=f"disk {HOSTILE}"), "**The run failed.**"),
    "stopped": (report(ending="stopped"), "**The run was stopped.**"),
}


@pytest.mark.parametrize(("ended", "expected"), ENDINGS.values(), ids=ENDINGS.keys())
def test_a_run_that_did_not_come_to_its_end(ended: RunReport, expected: str) -> None:
    assert expected in format_markdown(ended)


def test_names_and_messages_are_code() -> None:
    url = f"https://h.example/{HOSTILE}"
    hostile = replace(lost(url), reason=HOSTILE)
    summary = Summary(lost=((hostile, HOSTILE),), problems=(result(HOSTILE, HOSTILE),))
    text = format_markdown(report(summary=summary, ending="failed", error=HOSTILE))
    events = pyromark.events(text, options=OPTIONS)
    said = "".join(event["Text"] for event in events if "Text" in event)
    for word in ("@someone", "script", "#1", "title", "item"):
        assert word not in said, word
    assert not any("InlineHtml" in e or "Html" in e for e in events if isinstance(e, dict))
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert [re.sub(r"\d+", "n", line) for line in headings] == [
        "# n images archived, n lost",
        "## Needs a person (n)",
        "## Lost in earlier runs, still missing (n)",
    ]
    assert "\x1b" not in text and "\u202e" not in text


TEXTS = st.text(st.sampled_from("`ab |*_<>[]()\\\n\t@#&;é") | st.characters(), max_size=30)


@given(TEXTS)
@settings(max_examples=examples(300))
def test_a_code_span_holds_all_of_its_text(text: str) -> None:
    found = codes(f"x {code(text)} y")
    assert len(found) == 1
    if text.isprintable() and text.strip():
        assert found[0].strip() == text.strip()


@given(TEXTS)
@example("\ud800")
@settings(max_examples=examples(300))
def test_a_link_is_one_link_or_none(text: str) -> None:
    shown = f"- {link(f'https://h.example/{text}')} x"
    events = pyromark.events(shown, options=OPTIONS)
    links = [e for e in events if "Start" in e and "Link" in str(e["Start"])]
    assert len(links) == shown.startswith("- [")
    assert len(codes(shown)) == 1


def test_a_long_report_fits_a_comment() -> None:
    losses = tuple((lost(f"https://h.example/{'x' * 900}/{n}"), f"{n}.md") for n in range(300))
    text = format_markdown(
        report(summary=Summary(lost=losses), new=frozenset(r.url for r, _ in losses))
    )
    assert len(text) < MOST_CHARACTERS + 100
    assert text.endswith("… cut here: the JSON report has all of it\n")
    short = tuple((lost(f"https://h.example/{n}"), f"{n}.md") for n in range(300))
    assert "- … and 200 more\n" in format_markdown(report(summary=Summary(lost=short)))
