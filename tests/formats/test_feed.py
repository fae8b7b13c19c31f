"""Feeds of every kind, SVG, and what they may hold."""

import json

import pytest

from archiver.formats import read_document
from archiver.rewrite.edits import plan_edits
from archiver.rewrite.splice import splice

BASE = "https://site.example/feed.xml"
RSS = (
    '<rss xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
)


def found(document, name="feed"):
    reading = read_document(document.encode(), format=name, base_url=BASE)
    return [(one.role, one.url.removeprefix("https://site.example/")) for one in reading.references]


FEEDS = {
    "enclosures": (
        RSS
        + '<item><enclosure url="a.png" type="image/png"/><enclosure url="b.mp3" type="audio/x"/>'
        '<enclosure url="c.jpg"/></item>',
        [("rss enclosure", "a.png"), ("rss enclosure", "c.jpg")],
    ),
    "media": (
        RSS
        + '<item><media:group><media:content url="a" medium="image"/><media:content url="b.mp4" '
        'type="video/mp4"><media:thumbnail url="c"/></media:content></media:group></item>',
        [("media:content", "a"), ("media:thumbnail", "c")],
    ),
    "media with a prefix nobody declared": (
        "<rss><item><media:thumbnail url='a'/></item>",
        [("media:thumbnail", "a")],
    ),
    "webfeeds": (
        RSS + '<webfeeds:cover image="a.png"/><webfeeds:icon>b.png</webfeeds:icon>'
        "<webfeeds:logo>c.svg</webfeeds:logo>",
        [("webfeeds:cover", "a.png"), ("webfeeds:icon", "b.png"), ("webfeeds:logo", "c.svg")],
    ),
    "switched off": (
        RSS + "<enclosure url='a.png'/><!-- archiver:off --><enclosure url='b.png'/>"
        "<!-- archiver:on --><enclosure url='c.png'/>",
        [("rss enclosure", "a.png"), ("rss enclosure", "c.png")],
    ),
    "podcast": (RSS + '<itunes:image href="a.png"/>', [("itunes:image", "a.png")]),
    "channel image": (
        RSS + "<image><url> a.gif </url><link>b.gif</link></image><url>c.gif</url>",
        [("rss image url", "a.gif")],
    ),
    "bare image": (RSS + "<item><image>a.gif</image></item>", [("rss image", "a.gif")]),
    "RDF": (
        '<rdf:RDF xmlns="http://purl.org/rss/1.0/"><image rdf:about="a"><url>b.gif</url></image>'
        "<item><description>&lt;img src=c.png></description></item></rdf:RDF>",
        [("rss image url", "b.gif"), ("description img src", "c.png")],
    ),
    "HTML that nobody escaped": (
        RSS + "<description><p><img src='a.png'/></p></description>",
        [("description img src", "a.png")],
    ),
    "HTML in a CDATA section among white space": (
        RSS + "<content:encoded>\n <![CDATA[<img srcset='a.png 2x'>]]>\n</content:encoded>",
        [("content:encoded img srcset", "a.png")],
    ),
    "style in a description": (
        RSS + "<description>&lt;p style='b:url(&amp;quot;a.png&amp;quot;)'></description>",
        [("description css url", "a.png")],
    ),
    "titles are text": (RSS + "<title>&lt;img src=a.png></title>", []),
    "xml:base": (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/x/"><logo>a.png</logo></feed>',
        [("atom logo", "x/a.png")],
    ),
    "broken": (
        RSS + "<item><description>a & b &nbsp; &lt;img src=a.png></item>",
        [("description img src", "a.png")],
    ),
}


@pytest.mark.parametrize(("document", "expected"), FEEDS.values(), ids=FEEDS.keys())
def test_feeds(document, expected):
    assert found(document) == expected


def test_json_feed():
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "icon": "i.png",
        "items": [
            {
                "content_html": '<img data-src="a.png?x=1&amp;y=2">',
                "content_text": "<img src=no.png>",
                "image": "b.png",
                "url": "c.png",
                "attachments": [{"url": "d.png", "mime_type": "image/png"}, {"url": "e.mp3"}],
            }
        ],
    }
    document = json.dumps(feed).replace("/", "\\/")
    names = [("json icon", "i.png"), ("json content_html img data-src", "a.png?x=1&y=2")]
    names += [("json image", "b.png"), ("json attachment", "d.png")]
    assert found(document) == names
    data = document.encode()
    reading = read_document(data, format="feed", base_url=BASE)
    after = json.loads(splice(data, plan_edits(reading, [b"L"] * len(reading.references))))
    assert after["items"][0]["content_html"] == '<img data-src="L" src="L">'


def test_attachments_of_json_feeds():
    attachments = [
        {"url": "a.png", "mime_type": "image/png"},
        {"url": "b.mp3"},
        {"mime_type": "IMAGE/jpeg", "title": "}", "url": "c"},
        {"url": "d.png", "mime_type": "text/html"},
        {"title": "}", "url": "e.png"},
        {"url": "f", "size_in_bytes": 1, "mime_type": "image/webp"},
        {"title": "no URL", "mime_type": "image/png"},
        {"url": "g"},
    ]
    document = json.dumps({"items": [{"attachments": attachments}, {"url": "h.png"}]})
    assert found(document) == [("json attachment", url) for url in ("a.png", "c", "e.png", "f")]


def test_adjustments_are_escaped_as_the_text_around():
    document = (RSS + "<description>&lt;img data-src=a.png></description>").encode()
    reading = read_document(document, format="feed", base_url=BASE)
    after = splice(document, plan_edits(reading, [b"L"]))
    assert after.endswith(b"<description>&lt;img data-src=L src=&quot;L&quot;></description>")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "gbk", "shift_jis"]
)
def test_encodings(encoding):
    text = (
        f"<?xml version='1.0' encoding='{encoding}'?><rss><description>日本&lt;img src='本.png?本'>"
    )
    data = text.encode(encoding)
    (one,) = read_document(data, format="feed", base_url=BASE).references
    codec = "utf-16-le" if encoding == "utf-16" else encoding
    assert data[one.span.start : one.span.end].decode(codec) == "本.png?本"
    query = "本".encode("utf-8" if "16" in encoding else encoding)
    assert one.url.startswith("https://site.example/%E6%9C%AC.png?")
    assert one.url.endswith("".join(f"%{b:02X}" if b > 0x7E else chr(b) for b in query))


SVG = {
    "by namespace": (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:l="http://www.w3.org/1999/xlink">'
        '<image l:href="a.png"/><image href="b.png" l:href="c.png"/><use href="#x"/></svg>',
        [("svg image href", "a.png"), ("svg image href", "b.png")],
    ),
    "style": (
        '<svg xmlns="http://www.w3.org/2000/svg"><style><![CDATA[a{b:url("a.png")}]]></style>'
        "<style>b{c:url(&quot;b.png&quot;)}</style>"
        '<path style="fill:url(#g)" mask="url(c.svg#m)"/>',
        [("css url", "a.png"), ("css url", "b.png"), ("css url", "c.svg")],
    ),
    "HTML inside": (
        '<svg xmlns="http://www.w3.org/2000/svg"><foreignObject>'
        '<img xmlns="http://www.w3.org/1999/xhtml" src="a.png" srcset="b.png 2x"/></foreignObject>',
        [("img src", "a.png"), ("img srcset", "b.png")],
    ),
}


@pytest.mark.parametrize(("document", "expected"), SVG.values(), ids=SVG.keys())
def test_svg(document, expected):
    assert found(document, "svg") == expected
