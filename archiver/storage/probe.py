"""What a server does with conditions: tried out, never believed.

Of the servers that speak S3 some ignore ``If-None-Match`` or ``If-Match`` without a word, some
answer 400 or 501, and one knows its own ETag only without the quotes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from archiver.errors import RunError
from archiver.storage.bucket import Bucket, ObjectFacts, TagSpelling

_REFUSAL = re.compile(r"status code: (?:400|501)\b")
FOLDER = ".archiver-probe"
_SPELLINGS: tuple[TagSpelling, ...] = ("quoted", "bare")
_HEADERS = {"Content-Type": "text/plain"}


def honours_create(bucket: Bucket) -> bool:
    """Whether *bucket* refuses to create what is there; it is made twice and then removed."""
    with _trial(bucket) as facts:
        try:
            return not bucket.create(facts.path, b"second", _HEADERS)
        except RunError as error:
            if _REFUSAL.search(str(error.__cause__)):
                return False  # it was put without the condition a moment ago
            raise


def find_tag_spelling(bucket: Bucket) -> TagSpelling | None:
    """How *bucket* wants the ETag of an object that is to be replaced; None: it keeps no such
    condition, be it that it refuses the right one or takes a wrong one."""
    with _trial(bucket) as facts:
        for spelling in _SPELLINGS:
            if _is_kept(bucket, facts, spelling):
                return spelling
    return None


def _is_kept(bucket: Bucket, facts: ObjectFacts, spelling: TagSpelling) -> bool:
    try:
        took_wrong = bucket.replace(facts.path, b"wrong", _HEADERS, '"0"', spelling)
        now = bucket.head(facts.path)
        return (
            not took_wrong
            and now is not None
            and bucket.replace(facts.path, b"right", _HEADERS, now.tag, spelling)
        )
    except RunError:  # some answer 400 or 501
        return False


def server_time(bucket: Bucket) -> ObjectFacts:
    """The facts of an object made a moment ago and gone again: its time is the server's now."""
    with _trial(bucket) as facts:
        return facts


@contextmanager
def _trial(bucket: Bucket) -> Iterator[ObjectFacts]:
    path = f"{FOLDER}/{os.urandom(8).hex()}"
    bucket.put(path, b"first", _HEADERS)
    try:
        facts = bucket.head(path)
        if facts is None:
            raise RunError(f"{bucket.url}/{path}: was put, and is not there")
        yield facts
    finally:
        bucket.delete([path])
