"""What the grammars share that edit one ``&`` part of the query."""

from __future__ import annotations

from collections.abc import Callable

from archiver.cdn.address import Address
from archiver.cdn.pieces import drop_parts
from archiver.cdn.rule import Finding


def edit_parts(
    address: Address, edit: Callable[[str], str | None], companion: str = ""
) -> Finding | None:
    """Put *edit* of each part in its place; the original has none of the parts it knows.

    Args:
        edit: the part without its watermark; "" where nothing is left, None where it is foreign.
        companion: a bare part that must stand beside, and goes when nothing is left.
    """
    query = address.query or ""
    parts = query.split("&")
    edits = {part: kept for part in parts if (kept := edit(part)) is not None}
    if not edits or (companion and companion not in parts):
        return None
    bare = drop_parts(query, lambda part: part in edits or part == (companion or None))
    clean = "&".join(edits.get(part, part) for part in parts if edits.get(part) != "")
    clean = clean if any(edits.values()) else bare
    is_marked = clean != query
    return Finding(
        clean=address.with_query(clean) if is_marked else None,
        originals=(address.with_query(bare),),
        is_marked=is_marked,
    )
