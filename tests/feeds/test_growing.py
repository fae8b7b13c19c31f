"""A feed that grows holds every item once, newest first, and says the same as before."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import feedparser
import pytest
from made_feeds import KINDS, SITE, encode, make, rss, rss_item

from archiver.feeds.growing import Grown, find_items, grow
from archiver.feeds.spans import UnclearFeedError
from archiver.model import FeedCaps

NOW = datetime(2026, 1, 1, tzinfo=UTC)
URL = f"{SITE}/feed"


def grown(newest: bytes, earlier: bytes, caps: FeedCaps | None = None, **more: int) -> Grown:
    feeds = find_items(newest, URL), find_items(earlier, URL)
    return grow(*feeds, caps or FeedCaps(), NOW, **more)


def grow_all(feeds: list[bytes], caps: FeedCaps | None = None) -> bytes:
    saved = feeds[0]
    for feed in feeds[1:]:
        saved = grown(feed, saved, caps).data
    return saved


def numbers_of(data: bytes) -> list[int]:
    """The items as another program reads them, in order."""
    if data.startswith(b"{"):
        import json

        return [int(item["id"].removeprefix("tag:")) for item in json.loads(data)["items"]]
    found = feedparser.parse(data)
    assert not found.bozo, found.bozo_exception
    return [int(entry.link.rpartition("/")[2]) for entry in found.entries]


@pytest.mark.parametrize("dated", [True, False], ids=["dated", "undated"])
@pytest.mark.parametrize("kind", KINDS)
def test_items_that_leave_stay_behind_those_that_come(kind: str, dated: bool) -> None:
    windows = [range(n + 3, n, -1) for n in range(0, 12, 2)]
    saved = grow_all([make(kind, window, dated=dated) for window in windows])
    assert numbers_of(saved) == list(range(13, 0, -1))


@pytest.mark.parametrize("kind", KINDS)
def test_the_newest_feed_stays_as_it_came_where_nothing_left(kind: str) -> None:
    newest = make(kind, [4, 3, 2])
    for earlier in ([4, 3, 2], [3, 2], [2, 3]):
        assert grown(newest, make(kind, earlier)) == Grown(newest)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_feed_keeps_what_it_had(kind: str) -> None:
    saved = grown(make(kind, []), make(kind, [3, 2, 1])).data
    assert numbers_of(saved) == [3, 2, 1]


@pytest.mark.parametrize(
    "kind", [k for k in KINDS if k not in ("RSS 0.90", "RSS 0.91", "RSS 0.92")]
)
def test_the_oldest_first_is_turned_round(kind: str) -> None:
    assert numbers_of(grown(make(kind, [2, 3, 4]), make(kind, [1, 2, 3])).data) == [4, 3, 2, 1]


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_item_has_its_new_form(kind: str) -> None:
    earlier = make(kind, [3, 2, 1])
    saved = grown(make(kind, [4, 3, 2], text="changed"), earlier).data
    assert numbers_of(saved) == [4, 3, 2, 1]
    assert saved.count(b"changed") == make(kind, [4, 3, 2], text="changed").count(b"changed")


ENCODINGS = ["utf-8", "utf-16", "iso-8859-1", "windows-1252", "gb18030", "iso-2022-jp", "shift_jis"]


@pytest.mark.parametrize("new", ENCODINGS)
@pytest.mark.parametrize("old", ENCODINGS)
def test_encodings_may_change(old: str, new: str) -> None:
    """What the new one has no character for is written as a reference."""
    word = (
        "表示 ソ" if old in ("utf-8", "utf-16", "gb18030", "iso-2022-jp", "shift_jis") else "naïve"
    )
    # The é of each feed is none of Shift_JIS; a writer would have used a reference as well.
    texts = (
        rss([2, 1], text=word).replace("é", "&#233;"),
        rss([3, 2]).replace("é", "&#233;"),
    )
    earlier, newest = (encode("RSS", t, e) for t, e in zip(texts, (old, new), strict=True))
    saved = grown(newest, earlier).data
    assert saved.startswith(newest[:200])
    found = feedparser.parse(saved)
    assert [entry.title for entry in found.entries] == ["Item 3", "Item 2", "Item 1"]
    assert word in found.entries[2].summary and word in found.entries[2].content[0].value


def test_namespaces_hold_where_the_new_root_declares_others() -> None:
    earlier = b"""<rss version="2.0" xmlns:m="http://search.yahoo.com/mrss/" xmlns:x="urn:one">
    <channel xmlns:dc="http://purl.org/dc/elements/1.1/"><item><guid>1</guid><x:y/>
    <m:content url="https://h/1.png" medium="image"/><dc:creator>Me</dc:creator></item>
    </channel></rss>"""
    newest = b"""<rss version="2.0" xmlns:x="urn:two"><channel><item><guid>2</guid></item>
    </channel></rss>"""
    saved = grown(newest, earlier).data
    assert saved.startswith(newest[: newest.index(b"</item>")])
    assert (
        b'<item xmlns:dc="http://purl.org/dc/elements/1.1/" '
        b'xmlns:m="http://search.yahoo.com/mrss/" xmlns:x="urn:one"><guid>1' in saved
    )
    entry = feedparser.parse(saved).entries[1]
    assert (entry.media_content[0]["url"], entry.author) == ("https://h/1.png", "Me")
    third = newest.replace(b"<guid>2", b"<guid>3")
    assert grown(third, saved).data.count(b"xmlns:m=") == 1, "once is enough"


def test_a_default_namespace_becomes_a_prefix() -> None:
    atom = "http://www.w3.org/2005/Atom"
    earlier = f'<feed xmlns="{atom}"><entry><id>1</id><title>One</title></entry></feed>'
    newest = f'<a:feed xmlns:a="{atom}"><a:entry><a:id>2</a:id></a:entry></a:feed>'
    saved = grown(newest.encode(), earlier.encode()).data
    assert f'</a:entry>\n<entry xmlns="{atom}"><id>1</id>'.encode() in saved
    back = grown(earlier.replace("1", "3").encode(), saved).data
    found = feedparser.parse(back)
    assert [entry.id for entry in found.entries] == ["3", "2", "1"]


def test_relative_links_keep_their_base_and_texts_their_language() -> None:
    earlier = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/old/" xml:lang="fr">
    <entry><id>2</id><link href="a"/></entry><entry xml:base="sub/"><id>1</id><link href="b"/>
    </entry></feed>"""
    newest = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><entry><id>3</id></entry>
    </feed>"""
    saved = grown(newest, earlier).data
    assert b'<entry xml:base="https://site.example/old/" xml:lang="fr"><id>2' in saved
    assert b'<entry xml:lang="fr" xml:base="https://site.example/old/sub/"><id>1' in saved
    found = feedparser.parse(saved)
    assert [entry.link for entry in found.entries[1:]] == [
        f"{SITE}/old/a",
        f"{SITE}/old/sub/b",
    ]


def test_the_list_of_rss_1_0_names_every_item_in_order() -> None:
    saved = grown(make("RSS 1.0", [2, 3, 5]), make("RSS 1.0", [4, 3, 1])).data
    listed = saved[saved.index(b"<rdf:Seq>") : saved.index(b"</rdf:Seq>")].split(b'"')[1::2]
    assert listed == [f"{SITE}/{n}".encode() for n in (5, 4, 3, 2, 1)]
    assert numbers_of(saved) == [5, 4, 3, 2, 1]


def test_the_list_of_rss_1_0_names_no_item_without_a_name() -> None:
    nameless = re.compile(rb"<item rdf:about=[^>]*")
    earlier = nameless.sub(b"<item", make("RSS 1.0", [1]))
    saved = grown(make("RSS 1.0", [2]), earlier).data
    listed = saved[saved.index(b"<rdf:Seq>") : saved.index(b"</rdf:Seq>")].split(b'"')[1::2]
    assert f"{SITE}/2".encode() in listed and b"" not in listed
    assert numbers_of(saved) == [2, 1]


def test_what_an_encoding_lacks_is_spelt_where_it_can_be() -> None:
    text = "<![CDATA[\u56fe &amp; <b>]]><!-- \u56fe --><?x \u56fe?>\u56fe"
    earlier = f"<rss><channel><item><guid>1</guid><title>{text}</title></item></channel></rss>"
    head = b'<?xml version="1.0" encoding="iso-8859-1"?>'
    newest = head + b"<rss><channel><item><guid>2</guid></item></channel></rss>"
    saved = grown(newest, earlier.encode()).data
    assert b"&#22270; &amp;amp; &lt;b&gt;<!-- ? --><?x ??>&#22270;</title>" in saved


BROKEN = {
    "bare ampersand": ("<title>R&D</title>", "R&D"),
    "HTML's entity": ("<title>a&nbsp;b</title>", "a\xa0b"),
    "entity of the document type": ("<title>&me;</title>", "A < B"),
    "control character": ("<title>a\x0bb</title>", "ab"),
    "undeclared prefix": ("<title>t</title><media:content url='https://h/1.png'/>", "t"),
    "HTML that nobody escaped": ("<title>t</title><description><p>a<br>b</p></description>", "t"),
    "a stray end tag": ("<title>t</title></b>", "t"),
}


@pytest.mark.parametrize(("inside", "title"), BROKEN.values(), ids=BROKEN.keys())
def test_an_item_of_a_broken_feed_does_not_break_a_whole_one(inside: str, title: str) -> None:
    earlier = (
        '<!DOCTYPE rss [<!ENTITY me "A &lt; B">]><rss version="2.0"><channel>'
        f"<item>{inside}<guid>1</guid></item></channel></rss>"
    )
    result = grown(make("RSS 2.0", [2]), earlier.encode())
    found = feedparser.parse(result.data)
    assert (found.bozo, result.broken) == (False, 0), found.get("bozo_exception")
    assert found.entries[1].title_detail.value in (title, title.replace("<", "&lt;"))


def test_what_cannot_be_mended_stays_and_is_counted() -> None:
    earlier = b"<rss><channel><item><guid>1</guid><x y=1 y=2>z</x></item></channel></rss>"
    result = grown(make("RSS 2.0", [2]), earlier)
    assert b"<guid>1</guid><x y=1 y=2>z</x></item>" in result.data and result.broken == 1


def test_a_broken_feed_grows_where_its_items_are_clear() -> None:
    item = "<item><title>a<br>b</title><guid>2</guid></item>"
    newest = f"<rss><channel><title>R&D</title>{item}\n</channel></rss>".encode()
    earlier = newest.replace(b"2</guid>", b"1</guid>")
    saved = grown(newest, earlier).data
    assert saved.startswith(newest[: newest.index(b"\n")]) and saved.count(b"<item") == 2


UNCLEAR = {
    "cut off in an item": "<rss><channel><item><guid>1</guid>",
    "cut off behind one": "<rss><channel><item><guid>1</guid></item>",
    "an item in an item": "<rss><channel><item><item></item></item></channel></rss>",
    "items in two channels": "<rss><channel><item/></channel><channel><item/></channel></rss>",
    "a page": "<html><body></body></html>",
    "an empty root": "<feed xmlns='http://www.w3.org/2005/Atom'/>",
    "two roots": "<rss><channel></channel></rss><rss><channel></channel></rss>",
    "a comment without end": "<rss><channel><!-- <item></item></channel></rss>",
    "half of JSON": '{"version": "https://jsonfeed.org/version/1", "items": [{"id": 1}',
    "JSON and more": '{"items": []} x',
    "JSON without items": '{"version": "https://jsonfeed.org/version/1"}',
    "JSON without a colon": '{"items" []}',
    "JSON without a comma": '{"items": [{} {}]}',
    "items that are none": '{"items": ["a"]}',
    "JSON of a thousand depths": '{"items": [{"a":' + "[" * 100_000,
}


@pytest.mark.parametrize("text", UNCLEAR.values(), ids=UNCLEAR.keys())
def test_what_is_not_clear_is_not_cut(text: str) -> None:
    with pytest.raises(UnclearFeedError):
        find_items(text.encode(), None)


def test_half_a_character_at_the_end_is_not_clear() -> None:
    whole = "<rss><channel><item><guid>1</guid></item></channel></rss>".encode("utf-16")
    assert len(find_items(whole, None).items) == 1
    with pytest.raises(UnclearFeedError, match="not utf-16-le throughout"):
        find_items(whole + b"\x00", None)


def test_tags_in_comments_and_sections_are_no_items() -> None:
    data = b"""<rss><channel><!-- <item><guid>0</guid></item> --><item><guid>1</guid>
    <description><![CDATA[</item><item>]]></description><x y="</item>"/></item></channel></rss>"""
    feed = find_items(data, None)
    assert [(item.key, feed.raw(item)[-15:]) for item in feed.items] == [("1", b'item>"/></item>')]


IDENTITY = {
    "guid": ("<guid>a</guid><link>x</link>", "<guid> a\n</guid><link>y</link>", True),
    "other guid": ("<guid>a</guid><link>x</link>", "<guid>b</guid><link>x</link>", False),
    "link": ("<link>x</link><title>a</title>", "<link>x</link><title>b</title>", True),
    "link spelled otherwise": ("<link>?a&amp;b</link>", "<link><![CDATA[?a&b]]></link>", True),
    "Atom's link": (
        '<link rel="self" href="z"/><link href="x"/><title>a</title>',
        '<link rel="alternate" href="x"/>',
        True,
    ),
    "content": ("<title>a &lt; b</title>", "<title><![CDATA[a < b]]></title>", True),
    "other content": ("<title>a</title>", "<title>b</title>", False),
    "other picture": ("<enclosure url='a'/>", "<enclosure url='b'/>", False),
    "an id that is another's": ("<x:id>1</x:id><title>a</title>", "<x:id>1</x:id>", False),
}


@pytest.mark.parametrize(("old", "new", "is_same"), IDENTITY.values(), ids=IDENTITY.keys())
def test_which_items_are_the_same(old: str, new: str, is_same: bool) -> None:
    form = "<rss xmlns:x='urn:x'><channel><item>{}</item></channel></rss>"
    result = grown(form.format(new).encode(), form.format(old).encode())
    assert result.carried == (0 if is_same else 1)


def test_a_link_that_all_items_share_tells_nothing() -> None:
    def feed(titles: str) -> bytes:
        items = "".join(f"<item><title>{t}</title><link>/</link></item>" for t in titles)
        return f"<rss><channel>{items}</channel></rss>".encode()

    saved = grow_all([feed("ab"), feed("bc"), feed("d"), feed("de")])
    assert [e.title for e in feedparser.parse(saved).entries] == ["d", "e", "b", "c", "a"]


CAPS = {
    "no cap": (FeedCaps(), [6, 5, 4, 3, 2, 1]),
    "number": (FeedCaps(keep_items=4), [6, 5, 4, 3]),
    "no fewer than the source has": (FeedCaps(keep_items=1), [6, 5]),
    "age": (FeedCaps(keep_days=(NOW - datetime(2020, 1, 4, tzinfo=UTC)).days), [6, 5, 4, 3]),
    "both": (FeedCaps(keep_items=3, keep_days=5000), [6, 5, 4]),
    "older than all": (FeedCaps(keep_days=999_999_999), [6, 5, 4, 3, 2, 1]),
}


@pytest.mark.parametrize(("caps", "expected"), CAPS.values(), ids=CAPS.keys())
def test_caps(caps: FeedCaps, expected: list[int]) -> None:
    result = grown(make("RSS 2.0", [6, 5]), make("RSS 2.0", [4, 3, 2, 1]), caps)
    assert numbers_of(result.data) == expected
    assert (result.carried, result.dropped) == (len(expected) - 2, 6 - len(expected))


def test_a_feed_never_outgrows_what_a_document_may_be() -> None:
    newest = make("RSS 2.0", [6])
    room = len(newest) + 2 * (len(rss_item(1).encode()) + 400)
    result = grown(newest, make("RSS 2.0", [5, 4, 3, 2, 1]), max_bytes=room)
    assert numbers_of(result.data) == [6, 5, 4] and result.dropped == result.cut == 3


def test_dates_that_make_no_sense() -> None:
    """An item stays behind the one before it."""

    def feed(*items: tuple[int, str]) -> bytes:
        inside = "".join(
            f"<item><link>{SITE}/{n}</link><pubDate>{d}</pubDate></item>" for n, d in items
        )
        return f"<rss><channel>{inside}</channel></rss>".encode()

    newest = feed((9, "2025-01-09"), (8, "soon"), (7, "2199-01-01"), (5, "2025-01-05"))
    earlier = feed((6, "Mon, 6 Jan 2025 10:00:00 +0200"), (4, "0001-01-01"), (3, "2025-01"))
    assert numbers_of(grown(newest, earlier).data) == [9, 8, 7, 6, 4, 5, 3]


def test_gaps_between_items_stay() -> None:
    newest = b"""<rss><channel><item><guid>3</guid></item><!-- x --><title>t</title><item>\
<guid>2</guid></item>\n </channel></rss>"""
    saved = grown(newest, newest.replace(b"3<", b"1<")).data
    assert b"3</guid></item><!-- x --><title>t</title><item><guid>2" in saved
    assert saved.count(b"<!-- x -->") == 1 and saved.endswith(b"1</guid></item>\n </channel></rss>")
