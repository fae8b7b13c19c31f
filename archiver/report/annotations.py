"""Problems of documents as lines: for a person, for GitHub, for a program."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Literal

from archiver.checking import Problem, ProblemKind
from archiver.redact import PROCESSING, escape_controls, redact
from archiver.report.json_lines import dump_json

Format = Literal["text", "github", "json"]
FORMATS: tuple[Format, ...] = ("text", "github", "json")

# GitHub, "Workflow commands", as its runner undoes them: in a property ":" and "," end it.
_IN_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def describe_problem(problem: Problem) -> str:
    """The problem in a sentence, without what may be a secret; no control characters."""
    role = problem.reference.role
    if problem.kind is ProblemKind.REMOTE:
        return f"remote image, not archived: {_url(problem)} ({role})"
    return f"link to an image that is not there: {_link(problem)} ({role})"


def _url(problem: Problem) -> str:
    return redact(problem.reference.url, PROCESSING)


def _link(problem: Problem) -> str:
    """The link as the document has it; of a document in UTF-16 without its zero bytes."""
    raw = problem.reference.raw.replace(b"\0", b"")
    return redact(raw.decode("utf-8", "replace"), PROCESSING)


def format_problem(problem: Problem, name: bytes, format: Format) -> bytes:
    """The line of a problem, without line end.

    Args:
        name: the document as the reader of the line knows it.
    """
    return _FORMATS[format](problem, os.fsdecode(name)).encode("utf-8", "surrogateescape")


def _as_text(problem: Problem, name: str) -> str:
    place = f"{escape_controls(name)}:{problem.line}:{problem.column}"
    return f"{place}: {describe_problem(problem)}"


def _for_github(problem: Problem, name: str) -> str:
    place = f"file={name.translate(_IN_PROPERTY)},line={problem.line},col={problem.column}"
    return f"::error {place}::{describe_problem(problem).translate(_IN_MESSAGE)}"


def _as_json(problem: Problem, name: str) -> str:
    reference = problem.reference
    return dump_json(
        {
            "document": name,
            "line": problem.line,
            "column": problem.column,
            "start": reference.span.start,
            "end": reference.span.end,
            "role": reference.role,
            "problem": problem.kind,
            "link": _link(problem),
            "url": _url(problem) if problem.kind is ProblemKind.REMOTE else "",
            "message": describe_problem(problem),
        }
    )


_FORMATS: Mapping[Format, Callable[[Problem, str], str]] = {
    "text": _as_text,
    "github": _for_github,
    "json": _as_json,
}
