"""A long feed is several readings: together they say what one of it all says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_feeds import KINDS, make
from samples import examples
from test_feed_parts import AS_A_WHOLE, IN_PARTS

from archiver.formats import ReadingSettings, read_document, read_parts
from archiver.formats.feed import read_parts as read_feed_parts
from archiver.model import Adjustment, Reading, Span

URL = "https://site.example/blog/feed.xml"
SETTINGS = {
    "as it is": ReadingSettings(),
    "moved, with all there is": ReadingSettings(
        is_moved=True, smaller_copies=True, data_urls="extract"
    ),
}
ODD = {
    **IN_PARTS,
    **AS_A_WHOLE,
    "a part that is switched off": b"""<rss><channel>
<image><url>https://img.example/1.png</url></image><!-- archiver:off -->
<item><enclosure url="https://img.example/2.png" type="image/png"/></item>
<item><enclosure url="https://img.example/3.png" type="image/png"/></item>
<!-- archiver:on --><item><enclosure url="https://img.example/4.png" type="image/png"/></item>
</channel></rss>""",
    "what surrounds the items ends last": b"""<feed xmlns="http://www.w3.org/2005/Atom" href="a">
<entry src="b.png"><link rel="enclosure" href="c.png"/><content type="html">&lt;img src=d>
</content><id>e</id></entry><logo>f.png</logo></feed>""",
}  # fmt: skip


def parts_of(data: bytes, part: int, settings: ReadingSettings) -> list[Reading]:
    return list(read_feed_parts(data, URL, settings, part))


def spelled(reading: Reading, adjustment: Adjustment) -> tuple[object, ...]:
    """An adjustment with the places of what it names, which are the same in every part."""
    named = [*reading.references, *reading.sheets]

    def place(index: int | None) -> Span | None:
        return None if index is None else named[index].span

    return (
        adjustment.span,
        adjustment.before,
        adjustment.after,
        adjustment.reason,
        tuple(place(need) for need in adjustment.needs),
        *map(place, (adjustment.link, adjustment.unless, adjustment.over)),
    )


def assert_same(data: bytes, part: int, settings: ReadingSettings) -> list[Reading]:
    whole = read_document(data, format="feed", base_url=URL, settings=settings)
    parts = parts_of(data, part, settings)
    found = [reference for each in parts for reference in each.references]
    assert sorted(found, key=lambda one: one.span) == list(whole.references)
    sheets = [sheet for each in parts for sheet in each.sheets]
    assert sorted(sheets, key=lambda one: one.span) == list(whole.sheets)
    told = [spelled(each, adjustment) for each in parts for adjustment in each.adjustments]
    assert sorted(told, key=repr) == sorted(
        (spelled(whole, adjustment) for adjustment in whole.adjustments), key=repr
    )
    assert {(each.encoding, each.base_url) for each in parts} == {(whole.encoding, URL)}
    return parts


@pytest.mark.parametrize("read_as", SETTINGS.values(), ids=SETTINGS.keys())
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_parts_of_every_kind(kind: str, read_as: ReadingSettings) -> None:
    data = make(kind, range(5))
    parts = assert_same(data, 2, read_as)
    assert len(parts) > 2 or not any(part.references for part in parts)


@pytest.mark.parametrize("read_as", SETTINGS.values(), ids=SETTINGS.keys())
@pytest.mark.parametrize("data", ODD.values(), ids=ODD.keys())
def test_parts_of_odd_feeds(data: bytes, read_as: ReadingSettings) -> None:
    assert_same(data, 1, read_as)


PIECES = st.sampled_from(
    [
        "<item>", "</item>", '<entry xml:base="e/">', "</entry>", "<content:encoded>",
        "</content:encoded>", "<![CDATA[<img src=a.png><p style='background:url(b.png)'>]]>",
        "&lt;img src=c.png srcset='d.png 2x'>", '<enclosure url="e.png" type="image/png"/>',
        "<image>", "</image>", "<url>f.png</url>", "<!-- archiver:off -->", "<!-- archiver:on -->",
        '<link href="g.html" rel="enclosure"/>', "<description>", "</description>", "<", "é",
    ]
)  # fmt: skip


@settings(max_examples=examples(300))
@given(st.lists(PIECES, max_size=30), st.integers(1, 4), st.sampled_from([*SETTINGS]))
def test_parts_of_anything(pieces: list[str], part: int, name: str) -> None:
    assert_same("".join(["<rss>", *pieces]).encode(), part, SETTINGS[name])


def test_a_part_is_no_longer_than_it_says() -> None:
    parts = parts_of(make("RSS 2.0", range(100)), 10, ReadingSettings())
    assert max(len(part.references) for part in parts) < 15
    assert len(parts) > 20


@pytest.mark.parametrize("format", ["html", "markdown"])
def test_other_documents_are_one_reading(format: str) -> None:
    data = b'<img src="https://img.example/a.png">\n' * 3000
    read_as = ReadingSettings()
    (reading,) = read_parts(data, format=format, base_url=None, settings=read_as)
    assert len(reading.references) == 3000
