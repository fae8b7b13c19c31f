"""Feeds of every kind, with the right answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from archiver.errors import DocumentError
from archiver.feeds.identity import with_keys
from archiver.feeds.items import Enclosure, Feed, FeedItem
from archiver.feeds.reading import read_feed

URL = "https://feed.example/rss.xml"
WHEN = datetime(2022, 5, 11, 2, 16, 25, tzinfo=UTC)
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" {} '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>c</title></channel>{}</rdf:RDF>'
)
JSON = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "J",
    "items": [
        {
            "id": 7,
            "url": "/p/1",
            "title": "T\nx",
            "content_html": "<img src=a.png>",
            "date_published": "2022-05-11T10:16:25+08:00",
            "tags": ["a", 3, "b"],
            "authors": [{"name": "Me"}, {"url": "x"}],
            "attachments": [{"url": "e.mp3", "mime_type": "audio/mpeg"}],
        },
        "no item",
    ],
}


def rss(item: str, version: str = "2.0", head: str = "", names: str = "") -> str:
    return (
        f'{head}<rss version="{version}" {names}><channel><title>Site</title>'
        f"<link>https://site.example/</link><item>{item}</item></channel></rss>"
    )


MEDIA = (
    'xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)
ITUNES = 'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
DESCRIBED = "<link>/p/1</link><description>&lt;p&gt;hi&lt;/p&gt;</description>"
FEEDS: dict[str, tuple[str | bytes, dict[str, object]]] = {
    "RSS 0.91": (
        rss(f"<title>A</title>{DESCRIBED}", "0.91"),
        {"title": "A", "link": "https://feed.example/p/1", "html": "<p>hi</p>"},
    ),
    "RSS 0.92, an enclosure leads": (
        rss(f'{DESCRIBED}<enclosure url="e.jpg" length="1" type="image/jpeg"/>', "0.92"),
        {"picture": "https://feed.example/p/e.jpg"},
    ),
    "RSS 0.90": (
        RDF.format(
            'xmlns="http://my.netscape.com/rdf/simple/0.9/"',
            "<item><title>A</title><link>https://site.example/1</link></item>",
        ),
        {"title": "A", "link": "https://site.example/1", "html": ""},
    ),
    "RSS 1.0": (
        RDF.format(
            'xmlns="http://purl.org/rss/1.0/"',
            '<item rdf:about="https://site.example/1"><title>A</title>'
            "<link>https://site.example/1</link><description>hi</description>"
            "<dc:date>2022-05-11T02:16:25Z</dc:date><dc:creator>Me</dc:creator></item>",
        ),
        {"id": "https://site.example/1", "authors": ("Me",), "published": WHEN},
    ),
    "RSS 2.0": (
        rss(
            "<title>A</title><guid isPermaLink='false'>x</guid><author>me@a.example (Me)</author>"
            "<pubDate>Wed, 11 May 2022 04:16:25 +0200</pubDate><category>a</category>"
            f"<category>b</category><category>a</category>{DESCRIBED}"
        ),
        {"id": "x", "authors": ("Me",), "published": WHEN, "categories": ("a", "b")},
    ),
    "the fullest text, relative to the item's page": (
        rss(
            "<link>https://site.example/p/1</link><description>short</description>"
            "<content:encoded><![CDATA[<p>long <img src='/a.png'> <a href=b>b</a>]]>"
            "</content:encoded>",
            names=MEDIA,
        ),
        {
            "html": "<p>long <img src='https://site.example/a.png'> "
            "<a href=https://site.example/p/b>b</a>",
            "picture": "https://site.example/a.png",
        },
    ),
    "the widest picture of Media RSS leads": (
        rss(
            '<media:content url="https://i.example/s.jpg" medium="image" width="10"/>'
            '<media:content url="https://i.example/l.jpg" medium="image" width="900"/>'
            '<media:content url="https://i.example/v.mp4" medium="video" width="999"/>'
            "<description>&lt;img src=https://i.example/x.jpg></description>",
            names=MEDIA,
        ),
        {"picture": "https://i.example/l.jpg"},
    ),
    "a picture of Media RSS by its type, or by its name": (
        rss(
            '<media:content url="https://i.example/v.mp4" type="video/mp4" width="999"/>'
            '<media:content url="https://i.example/s" type="image/png" width="10"/>'
            '<media:content url="https://i.example/l.jpg" width="900"/>',
            names=MEDIA,
        ),
        {"picture": "https://i.example/l.jpg"},
    ),
    "a recording does not lead, and one without a URL is none": (
        rss(
            '<enclosure url="e.mp3" type="audio/mpeg"/><enclosure url="" type="image/png"/>'
            "<link>/p/1</link><description>&lt;img src=x.png></description>"
        ),
        {
            "enclosures": (Enclosure("https://feed.example/p/e.mp3", "audio/mpeg"),),
            "picture": "https://feed.example/p/x.png",
        },
    ),
    "JSON Feed, attachments without a URL": (
        json.dumps(JSON | {"items": [{"id": 1, "attachments": [{"mime_type": "image/png"}, 3]}]}),
        {"id": "1", "enclosures": (), "picture": ""},
    ),
    "iTunes": (
        rss(f'{DESCRIBED}<itunes:image href="https://i.example/c.jpg"/>', names=ITUNES),
        {"picture": "https://i.example/c.jpg"},
    ),
    "of a late picture the real one leads": (
        rss(
            "<description>&lt;img src=https://i.example/wait.gif "
            "data-original=https://i.example/a.jpg></description>"
        ),
        {"picture": "https://i.example/a.jpg"},
    ),
    "Atom": (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://b.example/x/"><entry>'
        '<id>tag:1</id><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A <b>x</b>'
        '</div></title><link href="p/1"/><updated>2022-05-11T02:16:25Z</updated>'
        '<content type="html">&lt;img src="i.png"></content></entry></feed>',
        {
            "id": "tag:1",
            "title": "A x",
            "link": "https://b.example/x/p/1",
            "html": '<img src="https://b.example/x/i.png">',
            "published": WHEN,
        },
    ),
    "Atom's plain text": (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>a &lt; b &amp;amp;</title>'
        "<content>1 &lt; 2\n\nnext</content></entry></feed>",
        {"title": "a < b &amp;", "html": "<p>1 &lt; 2</p>\n<p>next</p>"},
    ),
    "JSON Feed": (
        json.dumps(JSON),
        {
            "id": "7",
            "link": "https://feed.example/p/1",
            "title": "T x",
            "html": "<img src=https://feed.example/p/a.png>",
            "published": WHEN,
            "categories": ("a", "b"),
            "authors": ("Me",),
            "picture": "https://feed.example/p/a.png",
        },
    ),
    "HTML in a title": (
        rss("<title>A &lt;b&gt;bold&lt;/b&gt; &amp;amp; AT&amp;amp;amp;T</title>"),
        {"title": "A bold & AT&amp;T"},
    ),
    "a title escaped twice": (rss("<title>AT&amp;amp;T</title>"), {"title": "AT&T"}),
    "no HTML in a title": (
        rss("<title><![CDATA[List<String> & a < b]]></title>"),
        {"title": "List<String> & a < b"},
    ),
    "GBK": (
        rss(
            "<title>雷军</title>", head='<?xml version="1.0" encoding="gb2312"?>'
        ).encode("gbk"),
        {"title": "雷军"},
    ),
    "Shift_JIS": (
        rss("<title>表示</title>", head='<?xml version="1.0" encoding="Shift_JIS"?>').encode(
            "shift_jis"
        ),
        {"title": "表示"},
    ),
    "windows-1252 unsaid": (rss("<title>caf\xe9</title>").encode("cp1252"), {"title": "café"}),
    "UTF-16": (
        rss("<title>雷</title>", head='<?xml version="1.0" encoding="utf-16"?>').encode("utf-16"),
        {"title": "雷"},
    ),
    "not well-formed": (
        '<rss version="2.0"><channel><item><title>a & b&nbsp;c</title>'
        "<link>https://site.example/?a=1&b=2</link><description><p>hi<br><img src=x.png>"
        "</description></item></channel></rss>",
        {"title": "a & b c", "link": "https://site.example/?a=1&b=2"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), FEEDS.values(), ids=FEEDS.keys())
def test_items(data: str | bytes, expected: dict[str, object]) -> None:
    (item,) = read_feed(data.encode() if isinstance(data, str) else data, URL).items
    assert {name: getattr(item, name) for name in expected} == expected


DATES = {
    "RFC 822": ("Wed, 11 May 2022 02:16:25 GMT", WHEN),
    "a wrong weekday": ("Mon, 11 May 2022 02:16:25 GMT", WHEN),
    "ISO, no zone": ("2022-05-11 02:16:25", WHEN),
    "numbers in words": ("2022年5月11日 02:16:25", WHEN),
    "slashes": ("2022/05/11 10:16:25 +0800", WHEN),
    "the year 1": ("0001-01-01T00:00:00Z", None),
    "the epoch": ("Thu, 01 Jan 1970 00:00:00 GMT", None),
    "far ahead": ("Wed, 11 May 2199 02:16:25 GMT", None),
    "no such day": ("2022-02-31T00:00:00Z", None),
    "nothing": ("soon", None),
}


@pytest.mark.parametrize(("text", "expected"), DATES.values(), ids=DATES.keys())
def test_dates(text: str, expected: datetime | None) -> None:
    (item,) = read_feed(rss(f"<title>a</title><pubDate>{text}</pubDate>").encode(), URL).items
    assert item.published == expected


NO_FEEDS = {
    "nothing": b"",
    "a page": b"<!doctype html><html><body>hi</body></html>",
    "other JSON": b'{"items": []}',
    "a list": b'[{"version": "https://jsonfeed.org/version/1"}]',
    "broken JSON": b'{"version": ',
    "deep JSON": b'{"a":' * 100_000,
    "text": b"hello",
    "a URL is not asked for": b"http://127.0.0.1/feed.xml",
}


@pytest.mark.parametrize("data", NO_FEEDS.values(), ids=NO_FEEDS.keys())
def test_what_is_no_feed(data: bytes) -> None:
    with pytest.raises(DocumentError):
        read_feed(data, URL)


def test_entities_do_not_grow() -> None:
    bomb = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(12))
    head = f'<!DOCTYPE rss [<!ENTITY l0 "lol">{bomb}]>'
    (item,) = read_feed(rss("<title>&l12;</title>", head=head).encode(), URL).items
    assert len(item.title) < 100


KEYS = {
    "by id": ([FeedItem("1", "a"), FeedItem("2", "a")], 2),
    "the same id twice": ([FeedItem("1", "a"), FeedItem("1", "a", "edited")], 1),
    "an id that all have": ([FeedItem("0", "a"), FeedItem("0", "b"), FeedItem("0", "c")], 3),
    "by link": ([FeedItem("", "a"), FeedItem("", "b"), FeedItem("", "a", "again")], 2),
    "by what it holds": ([FeedItem(title="a"), FeedItem(title="b"), FeedItem(title="a")], 2),
}


@pytest.mark.parametrize(("items", "count"), KEYS.values(), ids=KEYS.keys())
def test_which_item_is_which(items: list[FeedItem], count: int) -> None:
    found = list(with_keys(Feed(items=items)))
    assert len(found) == len({key for key, _ in found}) == count
    assert dict(found) == dict(with_keys(Feed(items=items))), "the same each time"
