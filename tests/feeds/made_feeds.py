"""Feeds of every kind, made of numbered items: number 7 is the same item in all of them.

An item has a picture of its own in its HTML, and where the kind has such a thing, one beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from html import escape

SITE = "https://site.example"


def date_of(number: int) -> datetime:
    """Items are a day apart."""
    return datetime(2020, 1, 1, 12, tzinfo=UTC) + timedelta(days=number)


def picture_url(number: int) -> str:
    """The picture in the HTML of an item."""
    return f"https://img.example.com/{number}.png"


def enclosure_url(number: int) -> str:
    """The picture beside the HTML of an item."""
    return f"https://img.example.com/enclosure-{number}.png"


def html_of(number: int, text: str = "") -> str:
    return f'<p>Text {number} &amp; {text}</p><img src="{picture_url(number)}" alt="é">'


def _rfc822(number: int) -> str:
    return f"{date_of(number):%a, %d %b %Y %H:%M:%S} GMT"


def _iso(number: int) -> str:
    return f"{date_of(number):%Y-%m-%dT%H:%M:%SZ}"


def rss_item(number: int, text: str = "", dated: bool = True) -> str:
    date = f"<pubDate>{_rfc822(number)}</pubDate>" if dated else ""
    return f"""<item>
      <title>Item {number}</title><link>{SITE}/{number}</link>
      <guid isPermaLink="false">tag:{number}</guid>{date}
      <description>{escape(html_of(number, text))}</description>
      <content:encoded><![CDATA[{html_of(number, text)}]]></content:encoded>
      <enclosure url="{enclosure_url(number)}" length="10" type="image/png"/>
    </item>"""


def rss(numbers: Iterable[int], text: str = "", dated: bool = True, head: str = "") -> str:
    items = "".join(f"\n    {rss_item(n, text, dated)}" for n in numbers)
    return f"""<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
  <channel>
    <title>Feed é</title><link>{SITE}/</link><description>A feed</description>{head}{items}
  </channel>
</rss>
"""


def _rss_old(version: str, doctype: str = "") -> object:
    def make(numbers: Iterable[int], text: str = "", dated: bool = True, head: str = "") -> str:
        items = "".join(
            f"\n<item><title>Item {n}</title><link>{SITE}/{n}</link>"
            f"<description>{escape(html_of(n, text))}</description></item>"
            for n in numbers
        )
        return (
            f'{doctype}<rss version="{version}"><channel><title>Feed é</title>'
            f"<link>{SITE}/</link><description>A feed</description><language>en</language>{head}"
            f"{items}\n</channel></rss>\n"
        )

    return make


def rdf(numbers: Iterable[int], text: str = "", dated: bool = True, head: str = "") -> str:
    """RSS 1.0."""
    numbers = list(numbers)
    index = "".join(f'\n        <rdf:li rdf:resource="{SITE}/{n}"/>' for n in numbers)
    items = "".join(
        f"""
  <item rdf:about="{SITE}/{n}">
    <title>Item {n}</title><link>{SITE}/{n}</link>
    <description>{escape(html_of(n, text))}</description>
    {f"<dc:date>{_iso(n)}</dc:date>" if dated else ""}
  </item>"""
        for n in numbers
    )
    return f"""<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <channel rdf:about="{SITE}/">
    <title>Feed é</title><link>{SITE}/</link><description>A feed</description>{head}
    <items>
      <rdf:Seq>{index}
      </rdf:Seq>
    </items>
  </channel>{items}
</rdf:RDF>
"""


def rss_090(numbers: Iterable[int], text: str = "", dated: bool = True, head: str = "") -> str:
    """RSS 0.90: RDF, and the items beside the channel."""
    items = "".join(
        f"\n  <item><title>Item {n}{text}</title><link>{SITE}/{n}</link></item>" for n in numbers
    )
    return f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns="http://my.netscape.com/rdf/simple/0.9/">
  <channel><title>Feed é</title><link>{SITE}/</link><description>A feed</description>{head}
  </channel>{items}
</rdf:RDF>
"""


def atom_entry(number: int, text: str = "", dated: bool = True) -> str:
    return f"""<entry>
    <title type="html">Item &amp;lt;{number}&amp;gt;</title>
    <link href="{SITE}/{number}"/>
    <link rel="enclosure" type="image/png" href="{enclosure_url(number)}"/>
    <id>tag:site.example,2020:{number}</id>
    <updated>{_iso(number)}</updated>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Text {number} {text}</p>
      <img src="{picture_url(number)}" alt="é"/></div></content>
  </entry>"""


def atom(numbers: Iterable[int], text: str = "", dated: bool = True, head: str = "") -> str:
    """Atom 1.0, where a date is a must."""
    items = "".join(f"\n  {atom_entry(n, text)}" for n in numbers)
    return f"""<feed xmlns="http://www.w3.org/2005/Atom">
  <title>Feed é</title>
  <link rel="self" href="{SITE}/feed"/>
  <id>tag:site.example,2020:feed</id>
  <updated>2020-01-01T00:00:00Z</updated>
  <author><name>A person</name></author>{head}{items}
</feed>
"""


def json_feed(numbers: Iterable[int], text: str = "", dated: bool = True, head: str = "") -> str:
    items = []
    for n in numbers:
        item = {"id": f"tag:{n}", "url": f"{SITE}/{n}", "content_html": html_of(n, text)}
        item["image"] = enclosure_url(n)
        items.append(item | ({"date_published": _iso(n)} if dated else {}))
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Feed é" + head}
    return json.dumps(feed | {"items": items}, indent=1, ensure_ascii=False)


DOCTYPE_091 = """<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
 "http://my.netscape.com/publish/formats/rss-0.91.dtd">
"""
KINDS = {
    "RSS 0.90": rss_090,
    "RSS 0.91": _rss_old("0.91", DOCTYPE_091),
    "RSS 0.92": _rss_old("0.92"),
    "RSS 1.0": rdf,
    "RSS 2.0": rss,
    "Atom 1.0": atom,
    "JSON Feed 1.1": json_feed,
}


def encode(kind: str, text: str, encoding: str = "utf-8") -> bytes:
    """The file of a feed, with a declaration where its kind has one."""
    if kind.startswith("JSON"):
        return text.encode()
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'.encode(encoding)


def make(kind: str, numbers: Iterable[int], encoding: str = "utf-8", **more: object) -> bytes:
    """A feed of *kind* with the items *numbers*, in this order."""
    return encode(kind, KINDS[kind](numbers, **more), encoding)
