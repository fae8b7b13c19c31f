"""Every place of HTML an image stands in, and places that only look like one."""

import pytest

from archiver.formats import ReadingSettings, read_document

PAGE = "https://site.example/post/"
SITE = "https://site.example/post/"


def read(html, base_url=PAGE, **settings):
    document = html.encode()
    return read_document(
        document, format="html", base_url=base_url, settings=ReadingSettings(**settings)
    )


def found(html, **settings):
    reading = read(html, **settings)
    return [(one.role, one.url.removeprefix(SITE)) for one in reading.references]


PLACES = {
    "img": ("<img src=a.png>", [("img src", "a.png")]),
    "image is img": ("<image src=a.png>", [("img src", "a.png")]),
    "amp-img": (
        '<amp-img src="a.png" srcset="b.png 2x">',
        [("amp-img src", "a.png"), ("amp-img srcset", "b.png")],
    ),
    "picture": (
        "<picture><source srcset=a.avif><source src=b.jpg><img src=c.jpg></picture>",
        [("source srcset", "a.avif"), ("source src", "b.jpg"), ("img src", "c.jpg")],
    ),
    "source of a video": ("<video><source src=a.mp4></video>", []),
    "poster": ("<video poster=a.jpg src=b.mp4></video>", [("video poster", "a.jpg")]),
    "image button": ("<input type=IMAGE src=a.png><input src=b.png>", [("input src", "a.png")]),
    "object and embed": (
        "<object data=a.svg type=image/svg+xml></object><embed src=b.png><embed src=c.swf>",
        [("object data", "a.svg"), ("embed src", "b.png")],
    ),
    "icons": (
        '<link rel="shortcut icon" href=a.ico><link rel=mask-icon href=b.svg>'
        "<link rel=stylesheet href=c.css><link rel=canonical href=d.png>",
        [("link icon", "a.ico"), ("link icon", "b.svg")],
    ),
    "preload": (
        '<link rel=preload as=image href=a.png imagesrcset="b.png 2x">'
        "<link rel=preload as=font href=c.png>",
        [("link preload", "a.png"), ("link imagesrcset", "b.png")],
    ),
    "image_src": ("<link rel=image_src href=a.png>", [("link image_src", "a.png")]),
    "backgrounds": (
        "<body background=a.gif><table background=b.gif><tr background=c.gif>"
        "<th background=d.gif><td background=e.gif></table><div background=f.gif>",
        [
            ("body background", "a.gif"),
            ("table background", "b.gif"),
            ("tr background", "c.gif"),
            ("th background", "d.gif"),
            ("td background", "e.gif"),
        ],
    ),
    "svg": (
        "<svg><image href=a.png xlink:href=b.png /><use xlink:href=c.svg#i /><use href=#i />"
        "<feImage href=d.png /></svg>",
        [("svg image href", "a.png"), ("svg use href", "c.svg"), ("svg feImage href", "d.png")],
    ),
    "svg style and mask": (
        "<svg><style>a{fill:url(&quot;a.png&quot;)}</style>"
        "<rect mask=url(b.svg#m) fill=url(#g) /></svg>",
        [("css url", "a.png"), ("css url", "b.svg")],
    ),
    "XHTML": (
        '<?xml version="1.0"?><html><script src="x.js"/><title/><style>a{b:url(a.png?c&amp;d)}'
        "</style><style><![CDATA[a{b:url(b.png?c&amp;d)}]]></style><img src='c.png'/></html>",
        [("css url", "a.png?c&d"), ("css url", "b.png?c&amp;d"), ("img src", "c.png")],
    ),
    "HTML that ends a script like XHTML": (
        "<style>a{b:url(a.png?c&amp;d)}</style><script/><img src=b.png></script><img src=c.png>",
        [("css url", "a.png?c&amp;d"), ("img src", "c.png")],
    ),
    "metadata": (
        "<meta property=og:image content=a.png><meta name=twitter:image content=b.png>"
        "<meta itemprop=image content=c.png><meta name=msapplication-TileImage content=d.png>"
        "<meta property=og:image:secure_url content=e.png><meta property=og:url content=f.png>",
        [
            ("meta og:image", "a.png"),
            ("meta twitter:image", "b.png"),
            ("meta itemprop image", "c.png"),
            ("meta msapplication-tileimage", "d.png"),
            ("meta og:image:secure_url", "e.png"),
        ],
    ),
    "linked data": (
        '<script type="application/ld+json">{"@graph":[{"image":{"url":"/post/a.png",'
        '"@id":"/x.png"},"logo":"/post/b.png","url":"/post/c.png"},'
        '{"thumbnailUrl":["/post/d.png"],"contentUrl":"/post/e.mp4","sameAs":"/post/f.png"}]}'
        "</script>",
        [("json-ld image", "a.png"), ("json-ld image", "b.png"), ("json-ld image", "d.png")],
    ),
    "broken linked data": (
        '<script type="application/ld+json">{"image": "/post/a.png", </script>',
        [("json-ld image", "a.png")],
    ),
    "style": (
        "<style>a{b:url(a.png)}@font-face{src:url(f.woff2)}</style><p style='b:URL(\"b.png\")'>",
        [("css url", "a.png"), ("css url", "b.png")],
    ),
    "unclosed style": ("<style>a{b:url(a.png)}", [("css url", "a.png")]),
    "imported sheet": ("<style>@import 'a.css';@import url(b.css);</style>", []),
    "link to the full size": (
        "<a href=a.jpg><img src=b.jpg></a><a href=c.html><img src=d.jpg></a>",
        [("a href image", "a.jpg"), ("img src", "b.jpg"), ("img src", "d.jpg")],
    ),
    "lightbox without extension": (
        "<a class=lightbox href=full/1><img src=b.jpg></a>",
        [("a href image", "full/1"), ("img src", "b.jpg")],
    ),
    "page of a wiki about a file": ("<a href=/wiki/File:A.jpg>x</a>", []),
    "noscript": (
        "<p><noscript><img src=a.png></noscript>",
        [("noscript img src", "a.png")],
    ),
    "noscript in the head": (
        "<head><noscript><img src=a.png></noscript></head>",
        [("img src", "a.png")],
    ),
    "noscript that scripting reads otherwise": (
        "<noscript><!-- </noscript><img src=a.png> --></noscript><img src=b.png>",
        [("img src", "a.png"), ("img src", "b.png")],
    ),
    "template": ("<template><img src=a.png></template>", [("img src", "a.png")]),
    "shadow root": (
        "<div><template shadowrootmode=open><img src=a.png></template></div>",
        [("img src", "a.png")],
    ),
    "srcdoc": (
        "<iframe srcdoc='&lt;img src=a.png&gt;<p style=&quot;b:url(b.png)&quot;>'></iframe>",
        [("iframe srcdoc img src", "a.png"), ("iframe srcdoc css url", "b.png")],
    ),
    "srcdoc in srcdoc": (
        "<iframe srcdoc=\"<iframe srcdoc='&lt;img src=a.png&gt;'>\">",
        [("iframe srcdoc iframe srcdoc img src", "a.png")],
    ),
    "lazy": (
        "<img data-src=a.png><img data-original=b.png><img data-actualsrc=c.png>"
        "<img data-lazy-srcset='d.png 1x'><source data-srcset='e.png 2x'>",
        [
            ("img data-src", "a.png"),
            ("img data-original", "b.png"),
            ("img data-actualsrc", "c.png"),
            ("img data-lazy-srcset", "d.png"),
            ("source data-srcset", "e.png"),
        ],
    ),
    "data attribute of any name": (
        "<img data-any=/post/a.png data-id=7 data-page=/post/b.html data-title=c.png>",
        [("img data-any", "a.png")],
    ),
    "lazy attribute that is none": ("<img data-src=true data-lazy=1>", []),
    "lazy background": (
        "<div data-bg=a.png></div><div data-bg=\"url('b.png')\"></div>",
        [("data-bg", "a.png"), ("css url", "b.png")],
    ),
    "raw text": (
        "<title><img src=a></title><textarea><img src=b></textarea><xmp><img src=c></xmp>"
        "<script><img src=d></script><!-- <img src=e> --><iframe><img src=f></iframe>",
        [],
    ),
    "adoption agency": (
        "<b><p><img src=a.png></b><img src=b.png></p>",
        [("img src", "a.png"), ("img src", "b.png")],
    ),
    "first of two attributes": ("<img src=a.png src=b.png>", [("img src", "a.png")]),
    "foster parents": ("<table><img src=a.png><tr><td>x</table>", [("img src", "a.png")]),
    "tag that never ends": ("<img src=a.png><img src=b.png", [("img src", "a.png")]),
    "nothing": ("", []),
}


@pytest.mark.parametrize(("html", "expected"), PLACES.values(), ids=PLACES.keys())
def test_places(html, expected):
    assert found(html) == expected


def test_links_can_be_left_out():
    assert found("<a href=a.jpg><img src=b.jpg></a>", full_links=False) == [("img src", "b.jpg")]


def test_without_base_only_absolute_urls_count():
    reading = read("<img src=a.png><img src=//h.example/b.png>", None)
    assert [one.url for one in reading.references] == ["https://h.example/b.png"]
    assert reading.base_url is None


def test_a_base_element_counts():
    html = "<template><base href=/no/></template><base href=/x/><base href=/y/><img src=a.png>"
    reading = read(html)
    assert [one.url for one in reading.references] == ["https://site.example/x/a.png"]
    assert reading.base_url == "https://site.example/x/"


def test_local_images_have_file_urls():
    reading = read("<img src='img/ä.png'><img src=https://h.example/b.png>", "file:///s/p.html")
    assert [one.url for one in reading.references] == [
        "file:///s/img/%C3%A4.png",
        "https://h.example/b.png",
    ]


def test_attributes_go_along():
    html = (
        '<img src=a.png srcset="b.png 2x" width=300 data-original-token=T '
        'referrerpolicy="no-referrer" onclick="x" alt="y">'
    )
    first, second = read(html).references
    assert first.attributes == {
        "width": "300",
        "data-original-token": "T",
        "referrerpolicy": "no-referrer",
    }
    assert second.attributes == {**first.attributes, "descriptor": "2x"}


def test_attributes_are_decoded_by_the_encoding_of_the_page():
    document = "<meta charset=gbk><img src=a.png data-caption='图 &alpha;'>".encode("gbk")
    (one,) = read_document(document, format="html", base_url=PAGE).references
    assert one.attributes == {"data-caption": "图 α"}


def test_regions_that_are_switched_off():
    html = (
        "<img src=a.png><!-- archiver:off --><img src=b.png><img data-src=c.png>"
        "<!--archiver:on--><img src=d.png><!-- archiver:off --><img src=e.png>"
    )
    reading = read(html)
    assert [one.url.removeprefix(SITE) for one in reading.references] == ["a.png", "d.png"]
    assert reading.adjustments == ()


def test_thousands_of_body_tags_cost_no_memory():
    html = "".join(f"<body x{number}=1>" for number in range(20_000)) + "<img src=a.png>"
    assert found(html) == [("img src", "a.png")]


def test_deep_nesting():
    html = "<a href=a.jpg><picture>" * 5000 + "<img src=b.png>"
    assert found(html)[-1] == ("img src", "b.png")
