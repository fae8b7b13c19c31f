"""RSS 1.0 lists its items once more, in the channel: ``<items><rdf:Seq><rdf:li resource=…/>``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archiver.feeds.spans import Feed, Item
from archiver.model import Replacement

_ENTRY = re.compile(
    rb"<(?P<name>(?:[^\s<>/:]++:)?li)\s[^<>]*?(?P<attribute>(?:[^\s<>/:=]++:)?resource)\s*=\s*"
    rb"(?:\"(?P<double>[^\"<>]*)\"|'(?P<single>[^'<>]*)')[^<>]*?(?:/>|>\s*</(?P=name)\s*>)"
)
_FORM = b"rdf:li", b"rdf:resource"


def plan_index(feed: Feed, items: Sequence[Item]) -> Iterator[Replacement]:
    """The list of *items* in the place of the list that *feed* has; nothing where it has none.

    Entries of the list that are of no item stay, behind the others.
    """
    if feed.index is None:
        return
    inside = feed.data[feed.index.start : feed.index.end]
    found = list(_ENTRY.finditer(inside))
    raws = {(m["double"] or m["single"] or b"").strip(): m[0] for m in found}
    name, attribute = (found[0]["name"], found[0]["attribute"]) if found else _FORM
    entries = []
    for item in items:
        about = item.about.strip().encode(feed.encoding, "xmlcharrefreplace")
        made = b'<%b %b="%b"/>' % (name, attribute, about.replace(b'"', b"&quot;"))
        if about:
            entries.append(raws.pop(about, made))
    entries += raws.values()
    before = inside[: found[0].start()] if found else b"\n"
    after = inside[found[-1].end() :] if found else b"\n"
    blank = before if before.isspace() else b"\n"
    yield Replacement(feed.index, before + blank.join(entries) + after)
