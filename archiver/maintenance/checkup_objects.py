"""Whether the object stores of a configuration can be used, and what they can do; tried out."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata

from archiver.errors import ArchiverError
from archiver.maintenance.findings import Finding
from archiver.pipeline.places import Places
from archiver.storage.bucket import Bucket, open_bucket
from archiver.storage.probe import honours_create


def check_objects(places: Places) -> Iterator[Finding]:
    """Of the archive and the state, where they are on an object store: what an object that is put
    there and removed again shows."""
    urls = {"archive": places.archive_url, "state": places.state_url}
    for name, url in urls.items():
        if not url:
            continue
        try:
            bucket = open_bucket(url, places.objects)
            yield _describe(name, bucket, honours_create(bucket))
        except ArchiverError as error:
            yield Finding("objects", name, url, "error", str(error))
    if any(urls.values()):
        yield _describe_library()


def _describe(name: str, bucket: Bucket, is_kept: bool) -> Finding:
    if is_kept:
        return Finding("objects", name, f"{bucket.url}: can be written, keeps conditions")
    value = f"{bucket.url}: can be written, ignores conditions"
    if name == "state":
        advice = "there is no lock: see to it yourself that one run at a time works on it"
        return Finding("objects", name, value, "warning", advice)
    return Finding("objects", name, value, "note", "known pictures are sent again")


def _describe_library() -> Finding:
    try:
        return Finding("objects", "obstore", metadata.version("obstore"))
    except metadata.PackageNotFoundError:
        advice = "pip install 'image-asset-archiver[s3]'"
        return Finding("objects", "obstore", "not installed", "error", advice)
