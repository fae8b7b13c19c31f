"""URLs written into documents: each reads as itself afterwards, or stays out."""

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import examples

from archiver.formats import read_document
from archiver.rewrite.spelling import spell_urls
from archiver.rewrite.splice import splice

LINK = "https://h/1.png"


def spell(document, *urls, format, xhtml=False):
    """The document with its links replaced by *urls*, and the URLs that no spelling fits."""

    def read(data):
        return read_document(data, format=format)

    data = document.encode()
    reading = read(data)
    chosen = dict(zip(reading.references, urls, strict=True))
    written, left = spell_urls(data, reading, chosen, read, is_xhtml=xhtml)
    return splice(data, written).decode(), [chosen[reference] for reference in left]


def rss(item):
    return f'<rss version="2.0"><channel><item>{item}</item></channel></rss>'


JSON_FEED = '{"version": "https://jsonfeed.org/version/1.1", "icon": "U", "items": []}'
# format, document, URL, how it is written; `U` is the link and the URL's place.
SPELLED = {
    "plain": ("html", '<img src="U">', "https://h/a.png?x=1", "https://h/a.png?x=1"),
    "a parameter of HTML": ("html", '<img src="U">', "https://h/?a&b", "https://h/?a&b"),
    "a style sheet in HTML": (
        "html", "<style>a{background:url(U)}</style>", "https://h/?a&amp;b", "https://h/?a&amp;b",
    ),
    "a reference of HTML": ("html", '<img src="U">', "https://h/?a&copy;", "https://h/?a&amp;copy;"),
    "no quotes around it": ("html", "<img src=U>", "https://h/a=b", "https://h/a=b"),
    "single quotes": ("html", "<img src='U'>", "https://h/it's", "https://h/it&#x27;s"),
    "XML": ("svg", '<svg xmlns="http://www.w3.org/2000/svg"><image href="U"/></svg>',
            "https://h/?a&b", "https://h/?a&amp;b"),
    "a feed": ("feed", rss('<enclosure type="image/png" url="U"/>'),
               "https://h/?a&b", "https://h/?a&amp;b"),
    "HTML in a feed": ("feed", rss('<description>&lt;img src="U"&gt;</description>'),
                       "https://h/?a&b", "https://h/?a&amp;b"),
    "CDATA in a feed": ("feed", rss('<description><![CDATA[<img src="U">]]></description>'),
                        "https://h/?a&b", "https://h/?a&amp;b"),
    "JSON Feed": ("feed", JSON_FEED,
                  "https://h/?a&b", "https://h/?a&b"),
    "a parameter in Markdown": ("markdown", "![](U)", "https://h/?a&b", "https://h/?a&b"),
    "a parenthesis in Markdown": ("markdown", "![](U)", "https://h/a).png", "https://h/a\\).png"),
    "parentheses that match": ("markdown", "![](U)", "https://h/(a).png", "https://h/(a).png"),
    "an entity in Markdown": ("markdown", "![](U)", "https://h/?&amp;", "https://h/?&amp;amp;"),
    "CSS": ("stylesheet", "a{background:url(U)}", "https://h/a'.png", "https://h/a\\'.png"),
    "a comma of a srcset": ("html", '<img srcset="U 2x">', "https://h/a,b.png", "https://h/a,b.png"),
    "a last comma of a srcset": ("html", '<img srcset="U 2x">', "https://h/a,", "https://h/a%2C"),
    "a brace of front matter": ("markdown", "---\nimage: [U]\n---\n", "https://h/a,b", "https://h/a%2Cb"),
}  # fmt: skip


@pytest.mark.parametrize(("format", "document", "url", "spelled"), SPELLED.values(), ids=SPELLED)
def test_a_url_is_spelled_as_its_place_wants_it(format, document, url, spelled):
    expected = document.replace("U", spelled)
    assert spell(document.replace("U", LINK), url, format=format) == (expected, [])


PLACES_OF_XML = {
    "an attribute": ('<img src="U"/>', "https://h/?a&amp;b"),
    "a style attribute": ('<p style="background:url(U)"/>', "https://h/?a&amp;b"),
    "a CDATA section": ("<style><![CDATA[a{background:url(U)}]]></style>", "https://h/?a&b"),
    "after a CDATA section": ('<b><![CDATA[&]]></b><img src="U"/>', "https://h/?a&amp;b"),
    "a style, which HTML reads as it is": ("<style>a{background:url(U)}</style>", None),
}


@pytest.mark.parametrize(("body", "spelled"), PLACES_OF_XML.values(), ids=PLACES_OF_XML)
def test_xhtml_stays_xml(body, spelled):
    """A URL that an XML parser would refuse is left out: better a link than a broken page."""
    document = f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html>'
    written, left = spell(document.replace("U", LINK), "https://h/?a&b", format="html", xhtml=True)
    ElementTree.fromstring(written)
    assert written == document.replace("U", spelled or LINK)
    assert left == ([] if spelled else ["https://h/?a&b"])


def test_what_no_spelling_fits_stays_and_harms_no_other():
    document = f"![]({LINK}) ![]({LINK}) ![]({LINK})"
    urls = "https://h/1).png", "https://図.example/2.png", "https://h/3).png"
    assert spell(document, *urls, format="markdown") == (
        f"![](https://h/1\\).png) ![]({LINK}) ![](https://h/3\\).png)",
        ["https://図.example/2.png"],
    )


def test_a_document_that_cannot_be_read_again_gets_no_url():
    data = f'<img src="{LINK}">'.encode()
    reading = read_document(data, format="html")
    (reference,) = reading.references
    urls = {reference: "https://h/a.png"}
    assert spell_urls(data, reading, urls, lambda data: None) == ([], [reference])


URLS = st.text("""ab/,()'"&;<>\\{}|^`=?%41#""", max_size=10).map(
    lambda text: "https://h/" + text.partition("#")[0]
)
DOCUMENTS = {"html": '<p><img src="{}"><img src={} alt>', "markdown": "a ![]({}) b ![]({} 'c')"}


@settings(max_examples=examples(150))
@given(st.sampled_from(sorted(DOCUMENTS)), st.tuples(URLS, URLS))
def test_whatever_is_written_reads_as_the_url_or_an_equal_one(format, urls):
    document = DOCUMENTS[format].format(LINK, LINK)
    references = read_document(document.encode(), format=format).references
    written, left = spell(document, *urls, format=format)
    found = [r.url for r in read_document(written.encode(), format=format).references]
    assert len(found) == len(references)
    for url, now in zip(urls, found, strict=True):
        if url not in left:
            assert now == url or "%" in now
