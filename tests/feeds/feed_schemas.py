"""What a valid feed is: the Atom schema, and the rules of RSS and JSON Feed as sentences.

Atom: RFC 4287's RELAX NG, put into XML for the parts a feed of ours can have.
RSS 2.0, RSS 1.0: elements that must be there, those that may be there once, and of what.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from lxml import etree

_ATOM = etree.RelaxNG(etree.parse(str(Path(__file__).with_name("atom.rng"))))
_RSS1 = "{http://purl.org/rss/1.0/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"


def violations(kind: str, data: bytes) -> list[str]:
    """What is wrong with a feed, as sentences; empty for a valid one."""
    if kind.startswith("JSON"):
        return list(_json_violations(json.loads(data)))
    root = etree.fromstring(data, etree.XMLParser(no_network=True, load_dtd=False))
    if kind.startswith("Atom"):
        _ATOM.validate(root)
        ids = [element.text for element in root.iter("{http://www.w3.org/2005/Atom}id")]
        return [*map(str, _ATOM.error_log), *_twice("id", ids)]
    if kind in ("RSS 0.90", "RSS 1.0"):
        return list(_rdf_violations(root))
    return list(_rss_violations(root))


_CHANNEL_ONCE = (
    "title", "link", "description", "language", "pubDate", "lastBuildDate", "image", "ttl",
    "generator", "copyright", "docs", "managingEditor", "rating",
)  # fmt: skip
_CHANNEL_MORE = ("category", "cloud", "item", "skipDays", "skipHours")
_ITEM_ONCE = (
    "title", "link", "description", "author", "comments", "enclosure", "guid", "pubDate", "source",
)  # fmt: skip


def _rss_violations(root: etree._Element):
    """RSS 2.0, which holds 0.91 and 0.92."""
    if root.tag != "rss" or root.get("version") not in ("0.91", "0.92", "2.0"):
        yield "the root is no <rss version>"
    if [child.tag for child in root] != ["channel"]:
        yield "not one channel"
    (channel,) = root
    tags = Counter(child.tag for child in channel if "{" not in child.tag)
    yield from (f"no channel {n}" for n in ("title", "link", "description") if tags[n] != 1)
    yield from (f"channel {n} twice" for n in _CHANNEL_ONCE if tags[n] > 1)
    yield from (f"unknown {n}" for n in tags if n not in (*_CHANNEL_ONCE, *_CHANNEL_MORE))
    guids = []
    for item in channel.iterfind("item"):
        inside = Counter(child.tag for child in item if "{" not in child.tag)
        if not inside["title"] and not inside["description"]:
            yield "an item without title and description"
        yield from (f"item {n} twice" for n in _ITEM_ONCE if inside[n] > 1)
        yield from (f"unknown item {n}" for n in inside if n not in (*_ITEM_ONCE, "category"))
        yield from _item_violations(item)
        guids.append(item.findtext("guid") or item.findtext("link"))
    yield from _twice("guid", guids)


def _item_violations(item: etree._Element):
    date = item.findtext("pubDate")
    if date is not None and parsedate_to_datetime(date) is None:
        yield f"no date: {date}"
    for enclosure in item.iterfind("enclosure"):
        if set(enclosure.keys()) != {"url", "length", "type"}:
            yield "an enclosure without url, length and type"
        elif urlsplit(enclosure.get("url")).scheme not in ("http", "https"):
            yield f"an enclosure's URL is not absolute: {enclosure.get('url')}"
    link = item.findtext("link")
    if link is not None and not urlsplit(link).scheme:
        yield f"a link is not absolute: {link}"


def _rdf_violations(root: etree._Element):
    """RSS 1.0, and 0.90, whose items are listed nowhere."""
    if root.tag != f"{_RDF}RDF":
        yield "the root is no rdf:RDF"
    items = [child for child in root if etree.QName(child).localname == "item"]
    for item in items:
        names = Counter(etree.QName(child).localname for child in item)
        yield from (f"item without {n}" for n in ("title", "link") if names[n] != 1)
    abouts = [item.get(f"{_RDF}about") for item in items]
    yield from _twice("rdf:about", abouts)
    if root.find(f"{_RSS1}channel") is not None:
        listed = [li.get(f"{_RDF}resource") for li in root.iter(f"{_RDF}li")]
        if listed != abouts:
            yield "the list of items is not that of the items"


def _json_violations(feed: object):
    """JSON Feed 1.1."""
    if not isinstance(feed, dict) or not re.match(
        r"https://jsonfeed\.org/version/1(\.1)?$", feed.get("version", "")
    ):
        yield "no version"
        return
    if not isinstance(feed.get("title"), str) or not isinstance(feed.get("items"), list):
        yield "no title or no items"
        return
    for item in feed["items"]:
        if not isinstance(item.get("id"), str):
            yield "an item without id"
        if not isinstance(item.get("content_html", item.get("content_text")), str):
            yield "an item without content"
        for name in ("date_published", "date_modified"):
            if name in item and datetime.fromisoformat(item[name]).tzinfo is None:
                yield f"no RFC 3339 date: {item[name]}"
        for name in ("url", "image", "banner_image"):
            if name in item and urlsplit(item[name]).scheme not in ("http", "https"):
                yield f"{name} is not absolute"
    yield from _twice("id", [item.get("id") for item in feed["items"]])


def _twice(what: str, values: list[str | None]):
    counts = Counter(value for value in values if value is not None)
    yield from (f"{what} twice: {value}" for value, count in counts.items() if count > 1)
