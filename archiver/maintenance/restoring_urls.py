"""Original URLs put back into any document that links to the archive.

Also one that was never ours under its path: a copy on another machine, a text with a pasted link.
A digest in a link leads to the URL that gave it.
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from archiver import files
from archiver.catalog import Catalog
from archiver.config import Config
from archiver.errors import DocumentError
from archiver.formats import is_xhtml
from archiver.maintenance.broken_links import below_link, read_known
from archiver.maintenance.editing import Edit, Edited, edit_documents
from archiver.maintenance.finding import real_name
from archiver.maintenance.opening import open_for_edits
from archiver.model import DocumentRecord, Reading, Reference, Replacement
from archiver.pipeline.moved import Found, find_by_hash
from archiver.pipeline.places import Places
from archiver.redact import redact
from archiver.rewrite.spelling import spell_urls
from archiver.rewrite.splice import plan_splices, splice
from archiver.rewrite.unsplicing import difference, undo_rewrites
from archiver.storage.layout import key_of


def restore_urls(
    places: Places,
    config: Config,
    targets: Sequence[bytes],
    on_result: Callable[[Edited], None] = lambda result: None,
    *,
    is_waiting: bool = False,
) -> list[Edited]:
    """Put the original URLs back into the documents *targets* (absolute paths), each once.

    What a rewrite of ours is known to have done is undone first, as `restore` does; then every
    link that is left is replaced by its URL. `run` leaves the document alone until it changes.

    Raises:
        LockHeldError: another run works on the same archive.
        RunError: the disk is full or fails.
    """
    results, each_once = [], dict.fromkeys(map(real_name, targets))
    with open_for_edits(places, is_waiting) as (catalog, journal):
        plan = partial(_plan, places=places, catalog=catalog, config=config)
        for result in edit_documents(each_once, plan, places, catalog, journal):
            results.append(result)
            on_result(result)
    return results


def _plan(path: bytes, *, places: Places, catalog: Catalog, config: Config) -> Edit | Edited:
    relative = places.relative(path)
    data, snapshot = files.read_document(path, root=b"/")
    found = _find(path, snapshot.sha256, places, catalog)
    undone = _undo(data, found)
    reading = read_known(undone, path, config)
    if reading is None:
        raise DocumentError(files.shown(relative), "not a document of a known format")
    chosen, notes = _choose(reading, found, catalog)
    written, unfit = _spell(undone, reading, chosen, path, config)
    notes += [f"no spelling of {redact(chosen[reference])} fits its place" for reference in unfit]
    new = splice(undone, written)
    if new == data:
        return Edited(relative, "unchanged", "; ".join(notes) or "no link of ours is in it")
    changes: list[Replacement] = difference(data, new)
    record = DocumentRecord(
        relative,
        snapshot.sha256,
        hashlib.sha256(new).hexdigest(),
        plan_splices(data, changes, new),
        is_restore=True,
    )
    return Edit(record, snapshot, new, "restored", "; ".join(notes), len(written), found.moved_from)


def _spell(
    data: bytes, reading: Reading, chosen: Mapping[Reference, str], path: bytes, config: Config
) -> tuple[list[Replacement], list[Reference]]:
    """What writes the *chosen* URLs into the document at *path*, and what has no spelling there."""
    suffix = os.fsdecode(os.path.splitext(path)[1])
    return spell_urls(
        data,
        reading,
        chosen,
        lambda changed: read_known(changed, path, config),
        is_xhtml=reading.format == "html" and is_xhtml(data, suffix),
    )


def _find(path: bytes, sha256: str, places: Places, catalog: Catalog) -> Found:
    """The story of the document, where its path or its bytes prove it: one link of another document
    that was pasted says nothing of the rest."""
    relative = places.relative(path)
    rewrites = catalog.story(relative).rewrites
    if rewrites:
        return Found(relative, path, rewrites)
    return find_by_hash(path, sha256, places, catalog) or Found(relative, path, ())


def _undo(data: bytes, found: Found) -> bytes:
    """*data* without our rewrites, as far as it can be told; else with its links."""
    try:
        return splice(data, undo_rewrites(data, found.rewrites)) if found.rewrites else data
    except ValueError:
        return data


def _choose(
    reading: Reading, found: Found, catalog: Catalog
) -> tuple[dict[Reference, str], list[str]]:
    """The URL for each link of ours that has one, and what is to be said of the choice."""
    links = {r: key_of(below) for r in reading.references if (below := below_link(r))}
    known = _list_urls(set(links.values()), catalog)
    own = _list_own(found, known)
    chosen, notes = {}, []
    for reference, key in links.items():
        urls = own.get(key) or known.get(key) or []
        if not urls:
            notes.append(f"no URL is known for {files.shown(reference.raw)}")
            continue
        if len(urls) > 1:
            notes.append(f"{len(urls)} URLs gave {key}…: took {redact(urls[0])}")
        chosen[reference] = urls[0]
    return chosen, list(dict.fromkeys(notes))


def _list_urls(keys: set[str], catalog: Catalog) -> dict[str, list[str]]:
    """Key → the URLs that gave its picture, the first first."""
    found: dict[str, list[str]] = defaultdict(list)
    for record in catalog.holdings.of_keys(keys) if keys else ():
        if record.url.startswith(("http://", "https://")):
            found[key_of(record.path)].append(record.url)
    return found


def _list_own(found: Found, known: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Of the URLs of each key those that this document had."""
    had = [one.old for record in found.rewrites for one in record.splices]
    return {
        key: own
        for key, urls in known.items()
        if (own := [url for url in urls if any(_names(old, url) for old in had)])
    }


def _names(old: bytes, url: str) -> bool:
    """Whether the bytes that stood in a document are *url*, escaped or not."""
    text = old.replace(b"\0", b"").replace(b"&amp;", b"&")
    return bool(text) and (text in url.encode() and len(text) > len(url) - 8)
