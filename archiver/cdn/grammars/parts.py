"""What the grammars share that edit one ``&`` part of the query."""

from __future__ import annotations

from collections.abc import Callable

from archiver.cdn.address import Address
from archiver.cdn.rule import Finding


def edit_parts(
    address: Address, edit: Callable[[str], str | None], companion: str = ""
) -> Finding | None:
    """Put *edit* of each part in its place; the original has none of the parts it knows.

    Args:
        edit: the part without its watermark; "" where nothing is left, None where it is foreign.
        companion: a bare part that must stand beside, and goes when nothing is left.
    """
    parts = (address.query or "").split("&")
    edits = {part: kept for part in parts if (kept := edit(part)) is not None}
    if not edits or (companion and companion not in parts):
        return None
    foreign = [part for part in parts if part not in edits and part != (companion or None)]
    original = address.with_query("&".join(foreign))
    if not any(edits.values()):
        return Finding(original, (original,), is_marked=True)
    clean = "&".join(edits.get(part, part) for part in parts if edits.get(part) != "")
    is_marked = clean != address.query
    return Finding(
        address.with_query(clean) if is_marked else None, (original,), is_marked=is_marked
    )
