"""What the signatures of a URL cover, and which edits they leave."""

from __future__ import annotations

import pytest

from archiver.cdn.address import parse_address
from archiver.cdn.rule import Signature
from archiver.cdn.signatures import Coverage, SignatureTable

ROWS = (
    Signature("whole", keys=("sig", "id")),
    Signature("path by a key", covers=("path",), keys=("t",)),
    Signature("path by its form", covers=("path",), match="^/[0-9a-f]{8}/"),
    Signature("path by another form", covers=("path",), match="/s--[a-z]+--/"),
    Signature("one of several keys", covers=(), any_of=("token", "sign")),
    Signature("by its value", keys=("auth", "e"), value="v1-"),
    Signature("of a host", hosts=("*.signed.example",), keys=("s",)),
    Signature("with a list", keys=("q",), unless_empty="list"),
    Signature("any of them in a path", any_of=("x",), match="~t-"),
)
H = "https://h.example"
COVERED = {
    "no query": (f"{H}/a.png", "", ""),
    "foreign keys": (f"{H}/a.png?v=1", "", ""),
    "all keys": (f"{H}/a.png?sig=1&v=1&id=2", "path query", "sig id"),
    "one key of two": (f"{H}/a.png?sig=1", "", ""),
    "encoded and in upper case": (f"{H}/a.png?S%49G=1&ID=2", "path query", "sig id"),
    "the path alone": (f"{H}/a.png?t=1", "path", "t"),
    "two signatures": (f"{H}/a.png?t=1&sig=1&id=2", "path query", "t sig id"),
    "the form of the path": (f"{H}/0123abcd/a.png?v=1", "path", ""),
    "another form of the path": (f"{H}/x/s--ab--/a.png", "path", ""),
    "not the form of the path": (f"{H}/x/0123abcd/a.png", "", ""),
    "a form of the path and a key": (f"{H}/0123abcd/a.png?token=1", "path", "token"),
    "one of several keys": (f"{H}/a.png?sign=", "", "sign"),
    "the value": (f"{H}/a.png?auth=V1%2Dx&e=1", "path query", "auth e"),
    "another value": (f"{H}/a.png?auth=v2-x&e=v1-", "", ""),
    "the first value counts": (f"{H}/a.png?auth=v1-&e=1&auth=v2-", "path query", "auth e"),
    "the host": ("https://a.signed.example/a.png?s=1", "path query", "s"),
    "another host": (f"{H}/a.png?s=1", "", ""),
    "a list of what is signed": (f"{H}/a.png?q=1&list=a", "path query", "q"),
    "an empty list": (f"{H}/a.png?q=1&list=", "path", "q"),
    "no list": (f"{H}/a.png?q=1", "path", "q"),
    "a key where the path has the form": (f"{H}/a~t-b.png?x=1", "path query", "x"),
    "a key where it has not": (f"{H}/a.png?x=1", "", ""),
}


@pytest.mark.parametrize(("url", "covers", "keys"), COVERED.values(), ids=COVERED.keys())
def test_what_signatures_cover(url: str, covers: str, keys: str) -> None:
    address = parse_address(url)
    assert address is not None
    assert SignatureTable(ROWS).find_coverage(address) == Coverage(
        "path" in covers, "query" in covers, frozenset(keys.split())
    )


PATH, QUERY = Coverage(path=True), Coverage(query=True)
KEYS = Coverage(keys=frozenset({"sig", "id"}))
EDITS = {
    "nothing covered": (Coverage(), "/a.png", f"{H}/b.png?w=2", True),
    "a covered path": (PATH, "/a.png", f"{H}/b.png", False),
    "the query beside a covered path": (PATH, "/a.png?w=1", f"{H}/a.png", True),
    "a covered query": (QUERY, "/a.png?w=1", f"{H}/a.png", False),
    "the path beside a covered query": (QUERY, "/a.png?w=1", f"{H}/b.png?w=1", True),
    "another origin": (Coverage(True, True), "/a.png?w=1", "https://o.example/b.png", True),
    "a key is lost": (KEYS, "/a.png?w=1&sig=1&id=2", f"{H}/a.png?sig=1", False),
    "the keys stay": (KEYS, "/a.png?w=1&sig=1&id=2", f"{H}/a.png?sig=1&id=2", True),
}


@pytest.mark.parametrize(
    ("coverage", "path", "edited", "is_allowed"), EDITS.values(), ids=EDITS.keys()
)
def test_which_edits_are_allowed(
    coverage: Coverage, path: str, edited: str, is_allowed: bool
) -> None:
    before, after = parse_address(H + path), parse_address(edited)
    assert before is not None and after is not None
    assert coverage.allows(before, after) is is_allowed
