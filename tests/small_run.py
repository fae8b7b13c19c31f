"""The writes of a run without its network: what crash, repair and restore tests start from."""

from __future__ import annotations

import hashlib
import os
import re

from archiver import files
from archiver.catalog import Catalog, DocumentState
from archiver.errors import DocumentError
from archiver.journal import Journal, Removed, new_run_id, read_facts
from archiver.model import DocumentRecord, ImageRecord, Outcome, Replacement, Span
from archiver.pipeline.places import Places
from archiver.pipeline.repair import finish_stories
from archiver.rewrite.links import relative_link
from archiver.rewrite.splice import plan_splices, splice
from archiver.storage.file import FileStore

URL = re.compile(rb"https://h/[a-z]+\.png")


def places_of(base):
    return Places.of(str(base), "archive", ".archiver")


def open_catalog(places):
    return Catalog(
        os.path.join(places.state, "catalog.sqlite"), os.path.join(places.state, "journal")
    )


def picture_of(url):
    return b"the picture at " + url


def archive(base, documents):
    """Archive *documents* (paths relative to *base*), whose images are `URL`s."""
    places = places_of(base)
    with (
        files.lock(os.path.join(places.state, "lock")),
        open_catalog(places) as catalog,
    ):
        if catalog.has_unfinished():
            finish_stories(places, catalog)
        spool = os.path.join(places.state, "tmp")
        files.clear_spool(spool)
        store = FileStore(places.archive_folder, spool)
        with Journal(os.path.join(places.state, "journal"), new_run_id(), store.flush) as journal:
            catalog.follow(journal.sync)
            for path in documents:
                try:
                    _archive_one(places, catalog, store, journal, os.fsencode(path))
                except DocumentError as error:
                    print(error)


def _archive_one(places, catalog, store, journal, path):
    data, snapshot = files.read_document(places.absolute(path))
    replacements = []
    for match in URL.finditer(data):
        copy = _have(places, catalog, store, journal, match[0])
        replacements.append(
            Replacement(
                Span(*match.span()), relative_link(places.absolute(path), _absolute(places, copy))
            )
        )
    if replacements:
        new = splice(data, replacements)
        after = hashlib.sha256(new).hexdigest()
        record = DocumentRecord(path, snapshot.sha256, after, plan_splices(data, replacements))
        journal.append_document(record)
        journal.sync()
        snapshot = files.rewrite_document(
            path, snapshot, new, run_id=journal.run_id,
            conflicts=os.path.join(places.state, "conflicts"),
        )  # fmt: skip
        journal.append_done(path, after)
        catalog.add_document(record)
    state = (snapshot.size_bytes, snapshot.mtime_ns, snapshot.inode, snapshot.sha256)
    catalog.set_document_state(path, DocumentState(*state))


def _absolute(places, path):
    return os.fsdecode(places.absolute(os.fsencode(path)))


def _have(places, catalog, store, journal, url):
    known = catalog.find_image(url.decode())
    if known is not None and os.path.exists(places.absolute(os.fsencode(known.path))):
        return known.path
    spool = files.open_spool(os.path.join(places.state, "tmp"))
    spool.write(picture_of(url))
    spool.close()
    digest = hashlib.sha256(picture_of(url)).hexdigest()
    stored = store.put(spool.path, digest, ".png")
    small = store.put_bytes(b"small " + picture_of(url), "320", digest, ".webp")
    record = ImageRecord(
        url.decode(),
        Outcome.STORED,
        digest=f"sha256:{digest}",
        path=f"archive/{stored}",
        size_bytes=len(picture_of(url)),
        thumbnails={"320": f"archive/{small}"},
    )
    journal.append_image(record)
    catalog.add_image(record)
    return record.path


def violations(base, originals, rewritten):
    """What is wrong: the invariants, as sentences; empty where all hold.

    Args:
        originals, rewritten: path → bytes, the only two a document may have.
    """
    now = {path: (base / path).read_bytes() for path in originals}
    links = [os.fsdecode(m) for d in now.values() for m in re.findall(rb"archive/assets/[^)]+", d)]
    facts = [fact for _, fact in read_facts(str(base / ".archiver" / "journal"))]
    named = set()
    for fact in facts:
        if isinstance(fact, ImageRecord):
            named.add(fact.path)
        elif isinstance(fact, Removed):
            named.discard(fact.path)
    blobs = list((base / "archive" / "assets").rglob("*.png"))
    return [
        *(
            f"{p} is neither old nor new"
            for p, d in now.items()
            if d not in (originals[p], rewritten[p])
        ),
        *(
            f"a document names a missing blob: {link}"
            for link in links
            if not (base / link).exists()
        ),
        *(
            f"the journal names a missing blob: {path}"
            for path in named
            if not (base / path).exists()
        ),
        *(f"not what its name says: {b}" for b in blobs if b.stem != _sha256(b.read_bytes())),
    ]


def _sha256(data):
    return hashlib.sha256(data).hexdigest()


def leftovers(base):
    """Temporary files of any kind."""
    return [
        str(file.relative_to(base))
        for file in base.rglob("*")
        if file.name.endswith(("~", ".part", "-journal"))
    ]
