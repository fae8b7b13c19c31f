"""Every document of ``tests/cases``: what is found in it, and what it becomes."""

import json
from pathlib import Path

import pytest

from archiver.formats import detect_format, read_document
from archiver.rewrite.edits import plan_edits
from archiver.rewrite.splice import splice

DOCUMENTS = Path(__file__).parent / "cases" / "documents"
CASES = sorted(path.name for path in DOCUMENTS.iterdir())


@pytest.mark.parametrize("name", CASES)
def test_case(name):
    assert find_problems(name) == []


def test_the_cases_are_there():
    assert len(CASES) == 64


def find_problems(name):
    """What is wrong with our answer to a case; empty: nothing."""
    expected = json.loads((DOCUMENTS / name / "expect.json").read_text("utf-8"))
    path = next((DOCUMENTS / name).glob("input.*"))
    document = path.read_bytes()
    format_name = detect_format(document, path.suffix)
    reading = read_document(document, format=format_name, base_url=expected["base_url"])
    rewritten = rewrite(document, reading, expected)
    return [
        *compare_references(document, reading, expected),
        *compare_bytes(document, rewritten, expected),
    ]


def compare_references(document, reading, expected):
    """References that are missing, wrong, or too many."""
    found = {(one.span.start, one.span.end): one for one in reading.references}
    encoding = expected.get("encoding", "utf-8")
    for wanted in expected["references"]:
        one = found.pop(tuple(wanted["span"]), None)
        if one is None:
            yield f"missing: {wanted}"
        elif one.url != wanted["url"]:
            yield f"{one.url} is not {wanted['url']}"
        elif one.raw.decode(encoding, "surrogateescape") != wanted["raw"]:
            yield f"{one.raw!r} is not {wanted['raw']}"
        elif one.raw != document[one.span.start : one.span.end]:
            yield f"{one.raw!r} does not stand at {one.span}"
    for optional in expected.get("optional_references", ()):
        one = found.pop(tuple(optional["span"]), None)
        if one is not None and one.url != optional["url"]:
            yield f"{one.url} is not {optional['url']}"
    yield from (f"too many: {one}" for one in found.values())
    forbidden = {one.url for one in reading.references} & set(expected.get("not_references", ()))
    yield from (f"not to be requested: {url}" for url in forbidden)


def rewrite(document, reading, expected):
    """The document with ``{local:URL}`` as every link, but for images the origin won't give."""
    refused = {one["url"] for one in expected["references"] if "expect" in one}
    links = [
        None if one.url in refused else f"{{local:{one.url}}}".encode(reading.encoding)
        for one in reading.references
    ]
    return splice(document, plan_edits(reading, links))


def compare_bytes(document, rewritten, expected):
    """Strings that changed, and those that did not come."""
    encoding = expected.get("encoding", "utf-8")
    untouched = [text.encode(encoding, "surrogateescape") for text in expected["untouched"]]
    untouched += [bytes.fromhex(digits) for digits in expected.get("untouched_hex", ())]
    for piece in untouched:
        assert piece in document
        if rewritten.count(piece) < document.count(piece):
            yield f"changed: {piece!r}"
    for text in expected.get("rewritten_contains", ()):
        if text.encode(encoding) not in rewritten:
            yield f"not in the rewritten document: {text}"
