"""A long feed is read in parts: with the answers that it gives as a whole."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_feeds import KINDS, make
from samples import examples
from test_reading_feeds import FEEDS, JSON

from archiver.errors import DocumentError
from archiver.feeds.identity import with_keys
from archiver.feeds.items import ItemsAnew
from archiver.feeds.parts import FeedParts
from archiver.feeds.reading import read_feed
from archiver.feeds.xml_items import find_xml_places

URL = "https://feed.example/blog/rss.xml"
ALL = 10**9
ITEM = (
    "<item><title>{0}</title><link>p/{0}</link>"
    "<description>&lt;img src=a.png>{1}</description></item>"
)
ITEMS = [ITEM.format(n, f"Text {n}") for n in range(5)]
RSS = (
    '<rss version="2.0" {}><channel><title>é</title><link>https://s.example/</link>'
    "{}</channel></rss>"
)
ENTRY = (
    '<entry xml:base="e/"><title>{0}</title><id>{0}</id><link href="{0}"/>'
    "<updated>2022-01-0{0}</updated>"
    '<content type="html" xml:base="c/">&lt;img src="a.png"&gt;</content></entry>'
)
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom" {}><title>A</title>{}</feed>'


def between(items: list[str], *gaps: str) -> str:
    return "".join(
        item + gap for item, gap in zip(items, [*gaps, *[""] * len(items)], strict=False)
    )


def rss(items: str = "".join(ITEMS), names: str = "", head: str = "") -> bytes:
    return (head + RSS.format(names, items)).encode()


ENTRIES = "".join(map(ENTRY.format, range(1, 6)))
(ITEM_OF_JSON, _) = JSON["items"]
OTHERS = {name: value for name, value in JSON.items() if name != "items"}
IN_PARTS = {
    "white space and comments between": rss(between(ITEMS, "\n", "<!-- <item> -->", "\n\n")),
    "the feed's own facts behind the items": rss(
        "".join(ITEMS) + "<title>later</title><image><url>i.png</url><title>t</title></image>"
    ),
    "the feed's own facts between items": rss(
        between(ITEMS, "", "<link>https://t.example/</link>")
    ),
    "the base of all": ATOM.format('xml:base="https://b.example/x/"', ENTRIES).encode(),
    "no base, a language": ATOM.format('xml:lang="de"', ENTRIES).encode(),
    "prefixes of the root": rss(
        "".join(
            f'<item><title>{n}</title><m:content url="{n}.jpg" medium="image"/><c:encoded>'
            f"<![CDATA[<p>]] {n}</p>]]></c:encoded><d:creator>W {n}</d:creator></item>"
            for n in range(5)
        ),
        'xmlns:m="http://search.yahoo.com/mrss/" xmlns:d="http://purl.org/dc/elements/1.1/" '
        'xmlns:c="http://purl.org/rss/1.0/modules/content/"',
    ),
    "prefixes of the items": rss(
        "".join(
            f'<item xmlns:x="http://purl.org/dc/elements/1.1/"><x:creator>{n}</x:creator></item>'
            for n in range(5)
        )
    ),
    "one id for all": rss(
        "".join(f"<item><guid>1</guid><link>/{n}</link></item>" for n in range(5))
    ),
    "empty items": rss("<item/>" * 5),
    "JSON": json.dumps({**OTHERS, "items": [ITEM_OF_JSON] * 5}).encode(),
    "JSON, the list before all else": json.dumps(
        {"items": [{"id": n, "url": f"{n}"} for n in range(5)], **OTHERS}
    ).encode("utf-8-sig"),
}
AS_A_WHOLE = {
    "a bare ampersand": rss(between([*ITEMS[:4], ITEM.format(5, "R&D")])),
    "an entity of HTML": rss(between([*ITEMS[:4], ITEM.format(5, "&nbsp;x")])),
    "an end that is missing": rss(between([*ITEMS[:4], ITEMS[4].replace("</title>", "")])),
    "an entity of its own": rss(
        between([ITEM.format(n, "&own;") for n in range(5)]),
        head='<!DOCTYPE rss [<!ENTITY own "me">]>',
    ),
    "cut off": rss()[:-60],
    "an item in an item": rss(between([*ITEMS[:4], "<item>" + ITEMS[4] + "</item>"])),
    "items in two places": rss(between(ITEMS, "<image>" + ITEMS[0] + "</image>")),
    "an entry among items": rss(between(ITEMS, "<entry><title>e</title></entry>")),
    "an item that is none": rss(
        between(ITEMS, '<x:item xmlns:x="urn:x"><title>e</title></x:item>')
    ),
    "not the encoding it says": rss().replace("é".encode(), b"\xe9"),
    "bytes of another encoding in one item": rss(between([*ITEMS, ITEM.format(6, "§")])).replace(
        "§".encode(), b"\xa7"
    ),
    "JSON, something that is no item": json.dumps(
        {**JSON, "items": [{"id": 1}, 2, {"id": 3}]}
    ).encode(),
    "JSON, two lists": b'{"version": "https://jsonfeed.org/version/1", "items": [{}, {}, {}],'
    b'"items": [{"id": 3}, {"id": 4}]}',
}


def all_of(data: bytes, part_items: int, charset: str = "") -> tuple[object, ...]:
    try:
        feed = read_feed(data, URL, charset, part_items)
    except DocumentError as error:
        return (str(error),)
    items = list(feed.items)
    assert list(feed.items) == items, "the same each time"
    return feed.title, feed.link, feed.author, items, list(with_keys(feed))


@pytest.mark.parametrize("data", IN_PARTS.values(), ids=IN_PARTS.keys())
@pytest.mark.parametrize("part_items", [1, 2, 4])
def test_the_parts_are_the_whole(data: bytes, part_items: int) -> None:
    assert isinstance(read_feed(data, URL, "", part_items).items, ItemsAnew)
    assert all_of(data, part_items) == all_of(data, ALL)


@pytest.mark.parametrize("data", AS_A_WHOLE.values(), ids=AS_A_WHOLE.keys())
def test_what_parts_could_tell_otherwise_is_read_as_a_whole(data: bytes) -> None:
    assert not isinstance(read_feed(data, URL, "", 2).items, ItemsAnew)
    assert all_of(data, 2) == all_of(data, ALL)


@pytest.mark.parametrize("data", [data for data, _ in FEEDS.values()], ids=FEEDS.keys())
def test_every_feed_that_is_read_elsewhere(data: str | bytes) -> None:
    data = data.encode() if isinstance(data, str) else data
    for name in (b"item", b"entry"):
        start, end = data.find(b"<" + name), data.rfind(b"</%b>" % name)
        if 0 <= start < end:
            end += len(name) + 3
            data = data[:start] + data[start:end] * 3 + data[end:]
    assert all_of(data, 1) == all_of(data, ALL)


ENCODINGS = [
    "utf-8", "utf-16", "utf-16-le", "utf-8-sig", "windows-1252", "gb18030", "gb2312", "shift_jis",
    "iso-2022-jp", "euc-jp", "big5", "koi8-r",
]  # fmt: skip


@settings(max_examples=examples(120), deadline=None)
@given(
    st.sampled_from(sorted(KINDS)),
    st.integers(0, 7),
    st.sampled_from(ENCODINGS),
    st.sampled_from(["", "utf-8", "windows-1252"]),
    st.integers(1, 4),
    st.text("aé表ソ]>&<'", max_size=4),
)
def test_every_kind_in_every_encoding(
    kind: str, count: int, encoding: str, charset: str, part_items: int, text: str
) -> None:
    text = text.encode(encoding, "ignore").decode(encoding, "ignore").replace("\ufeff", "")
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace("]]>", "")
    try:
        data = make(kind, range(count), encoding, text=text)
    except UnicodeEncodeError:  # it has no é
        data = make(kind, range(count), "utf-8", text=text)
    assert all_of(data, part_items, charset) == all_of(data, ALL, charset)


def test_rdf_whose_list_of_items_is_long_takes_no_longer_an_item() -> None:
    data = make("RSS 1.0", range(300))
    parts = [part for _, part in FeedParts(find_xml_places(data, None), 1)]
    assert sum(map(len, parts)) < 2.5 * len(data)
