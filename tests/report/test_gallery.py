"""The gallery's page: what it is told, and that nothing in it can be more than text."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from archives import draw_picture, held, lost, write_archive, write_scenic_archive
from hypothesis import given, settings
from hypothesis import strategies as st
from program import run_archiver, snapshot_of
from samples import examples

from archiver.catalog import Catalog
from archiver.config import Config
from archiver.model import ImageRecord, Kind, Outcome, Refusal
from archiver.pipeline.places import Places
from archiver.redact import escape
from archiver.report.gallery import read_gallery, render_gallery
from archiver.report.gallery.alike import MOST_BITS, Look, group_alike, near_looks
from archiver.report.gallery.entries import picture_entry

HOSTILE = (
    "</script><script>window.hacked = 1</script>", "<!--<script>", "@@SCRIPT@@ @@DATA@@",
    "\"'><img src=x onerror=window.hacked=1>", "&lt;b&gt;&amp;", "\u2028\u2029\x00\x1b[31m",
)  # fmt: skip
PLACES = Places.of("/site", "archive", ".archiver")


class _Scripts(HTMLParser):
    """The ``script`` elements of a page: their attributes and texts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[dict[str, str | None], str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            self.found.append((dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script":
            attributes, text = self.found[-1]
            self.found[-1] = attributes, text + data


def render(base: Path, config: Config | None = None) -> bytes:
    places = Places.of(str(base), "archive", ".archiver")
    journal = os.path.join(places.state, "journal")
    path = os.path.join(places.state, "catalog.sqlite")
    with Catalog(path, journal, read_only=True) as catalog:
        gallery = read_gallery(places, catalog, config or Config(base=str(base)))
    return render_gallery(gallery, os.path.join(places.state, "gallery"))


def data_of(page: bytes) -> dict[str, Any]:
    parser = _Scripts()
    parser.feed(page.decode())
    (_, data), (attributes, script) = parser.found
    assert attributes == {} and script.endswith("start()\n")
    found: dict[str, Any] = json.loads(data)
    return found


def test_the_command_writes_one_file_and_copies_nothing(tmp_path: Path) -> None:
    write_scenic_archive(tmp_path, count=30, drawn=6)
    before = snapshot_of(tmp_path)
    result = run_archiver("gallery", cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert result.stdout == "27 pictures, 3 lost\nlook at: .archiver/gallery/index.html\n"
    after = snapshot_of(tmp_path)
    assert after.keys() - before.keys() == {".archiver/gallery", ".archiver/gallery/index.html"}
    page = (tmp_path / ".archiver/gallery/index.html").read_bytes()
    for picture in data_of(page)["pictures"]:
        if picture["state"] == "held":
            assert (tmp_path / ".archiver/gallery/../.." / picture["thumbnail"]).is_file()
    again = run_archiver("gallery", "-o", "elsewhere", "--json", cwd=tmp_path)
    assert json.loads(again.stdout)["lost"] == 3
    assert data_of((tmp_path / "elsewhere/index.html").read_bytes())["root"] == "../"


def test_without_an_archive(tmp_path: Path) -> None:
    result = run_archiver("gallery", cwd=tmp_path)
    assert result.code == 2 and "no archive there" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_same_archive_gives_the_same_page(tmp_path: Path) -> None:
    write_scenic_archive(tmp_path, count=30, drawn=6)
    first = render(tmp_path)
    shutil.copytree(tmp_path, tmp_path / "copy" / tmp_path.name)
    assert render(tmp_path / "copy" / tmp_path.name) == first
    assert render(tmp_path) == first


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_data(tmp_path: Path, text: str) -> None:
    drawn = draw_picture(tmp_path, 1, 40)
    name = text.replace("\x00", "").replace("/", "_")
    records = [
        held(f"https://a.example/{text}.png?x={text}", drawn, rule=text, requested_url=text),
        lost(f"https://{text}/b.png", reason=text, refused=(Refusal(text, text, text, text),)),
    ]
    write_archive(tmp_path, records, [(f"{name}.md", f"![]({drawn.path})")])
    data = data_of(render(tmp_path))
    assert len(data["pictures"]) == 2
    assert data["pictures"][0]["reason"] == data["pictures"][1]["rule"] == text
    assert [shown for shown, _ in data["documents"]] == [escape(f"{name}.md")]


PREFIXED = Config.from_dict({"link_prefix": "/archive/"})
ELSEWHERE = Config.from_dict({"link_prefix": "https://c.example/a/"})
DOCUMENTS = {
    "a relative link": ("posts/a.md", "![](../{path})", Config()),
    "with a prefix": ("a.md", "![](/archive/{below})", PREFIXED),
    "with a prefix elsewhere": ("a.md", "![](https://c.example/a/{below})", ELSEWHERE),
    "on the site": (
        "a.html", "<meta property=og:image content=https://me.example/archive/{below}>",
        Config.from_dict({"site_url": "https://me.example/"}),
    ),
    "its thumbnail": ("a.md", "---\nthumbnail: {thumbnail}\n---\n", Config()),
    "as it was": ("a.md", "![]({url})", Config()),
    "a name of odd bytes": ("caf\udce9.md", "![]({path})", Config()),
}  # fmt: skip


@pytest.mark.parametrize(("name", "text", "config"), DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_which_documents_show_a_picture(
    tmp_path: Path, name: str, text: str, config: Config
) -> None:
    url, drawn = "https://a.example/1.png", draw_picture(tmp_path, 1, 40)
    below = drawn.path.removeprefix("archive/")
    text = text.format(path=drawn.path, below=below, thumbnail=drawn.thumbnail, url=url)
    other = held("https://a.example/2.png", draw_picture(tmp_path, 2, 40))
    write_archive(tmp_path, [held(url, drawn), other], [(name, text), ("b.md", "nothing")])
    data = data_of(render(tmp_path, replace(config, base=str(tmp_path))))
    shown = {one["url"]: data["uses"][one["use"]] for one in data["pictures"]}
    assert shown == {url: [0], other.url: []}
    assert data["documents"][0][0] == name.replace("\udce9", "�")


def test_documents_that_cannot_be_read_show_nothing(tmp_path: Path) -> None:
    """Gone since they were archived, or no document any more."""
    drawn = draw_picture(tmp_path, 1, 40)
    one, documents = held("https://a.example/1.png", drawn), ["gone.md", "blob.bin"]
    write_archive(tmp_path, [one], [(name, f"![]({drawn.path})") for name in documents])
    (tmp_path / "gone.md").unlink()
    (tmp_path / "blob.bin").write_bytes(bytes(range(256)))
    data = data_of(render(tmp_path, Config(base=str(tmp_path))))
    assert [data["uses"][each["use"]] for each in data["pictures"]] == [[]]


URL = "https://me:secret@a.example/x.png?x-bce-process=image/watermark&token=abc"
SHOWN = "https://a.example/x.png?x-bce-process=image/watermark&token=…"
STORED = ImageRecord(
    URL, Outcome.STORED, path="archive/a b.svg", sanitized="archive/s.svg", kind=Kind.CLEAN,
    thumbnails={"320": "archive/t.webp", "64": "archive/u.webp"},
    thumbnail_widths={"320": 320, "64": 64}, requested_url=URL, rule="baidu-bos",
)  # fmt: skip
ENTRIES: dict[str, tuple[ImageRecord, dict[str, Any]]] = {
    "no secret": (STORED, {"url": SHOWN, "host": "a.example", "requested": SHOWN}),
    "no link to what is redacted": (STORED, {"link": None}),
    "a link to what is not": (replace(STORED, url="https://a.example/x.png"), {"link": True}),
    "never a link to a script": (replace(STORED, url="javascript:x"), {"link": None}),
    "the smallest thumbnail": (STORED, {"thumbnail": "archive/u.webp"}),
    "a drawing only in its harmless form": (
        replace(STORED, thumbnails={"320": "archive/a b.svg"}),
        {"thumbnail": "archive/s.svg", "path": "archive/s.svg"},
    ),
    "its own thumbnail": (
        replace(STORED, thumbnails={}, sanitized=""), {"thumbnail": "archive/a%20b.svg"},
    ),
    "who won": (STORED, {"candidate": "clean", "rule": "baidu-bos", "state": "held"}),
    "a loss": (lost(URL), {"state": "lost", "why": "the server has it no more",
                           "again": "2026-12-02T09:00:00Z", "never": None, "path": None}),
    "a loss for ever": (lost(URL, 2), {"again": None, "never": True}),
    "left on purpose": (ImageRecord(URL, Outcome.SKIPPED, "badge"), {"state": "left"}),
    "skipped, though wanted": (ImageRecord(URL, Outcome.SKIPPED, "svg-size"), {"state": "lost"}),
    "one that stood in a document": (
        replace(STORED, url="data:image/png;sha256=ab"), {"host": "(inside a document)"},
    ),
    "a local one": (
        replace(STORED, url="file:///site/img/%E5%9B%BE.png", kind=Kind.LOCAL),
        {"url": "img/图.png", "host": "(local file)", "requested": None},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("record", "expected"), ENTRIES.values(), ids=ENTRIES.keys())
def test_what_the_page_is_told(record: ImageRecord, expected: dict[str, Any]) -> None:
    entry = picture_entry(record, PLACES, 0, None)
    assert {key: entry.get(key) for key in expected} == expected


def _like(digest: str, bits: int, size: tuple[int, int] = (800, 600)) -> ImageRecord:
    return ImageRecord(digest, Outcome.STORED, digest=digest, difference_hash=f"{bits:016x}",
                       width_px=size[0], height_px=size[1])  # fmt: skip


FACE = 0x00FF00FF00FF00FF
GROUPS = {
    "the same bytes": ([_like("a", 0), _like("a", 0)], [[0, 1]]),
    "a few bits": ([_like("a", FACE), _like("b", FACE ^ 0b11111)], [[0, 1]]),
    "one bit more": ([_like("a", FACE), _like("b", FACE ^ 0b111111)], []),
    "in a chain": (
        [_like("a", FACE), _like("x", ~FACE & 2**64 - 1), _like("b", FACE ^ 0b11111),
         _like("c", FACE ^ 0b1111111111)],
        [[0, 2, 3]],
    ),
    "another shape": ([_like("a", FACE), _like("b", FACE, (600, 800))], []),
    "of one colour": ([_like("a", 0), _like("b", 0)], []),
    "one gradient": ([_like("a", 2**64 - 1), _like("b", 2**64 - 1)], []),
    "not decoded": ([replace(_like(name, FACE), difference_hash="") for name in "ab"], []),
    "lost": ([lost(URL), lost(URL)], []),
}  # fmt: skip


@pytest.mark.parametrize(("records", "groups"), GROUPS.values(), ids=GROUPS.keys())
def test_group_alike(records: list[ImageRecord], groups: list[list[int]]) -> None:
    assert group_alike(records) == groups


FEW_BITS = st.integers(0, 63).map(lambda bit: 1 << bit)
NEAR = st.lists(FEW_BITS, max_size=8).map(lambda bits: FACE ^ sum(set(bits)))
LOOKS = st.lists(st.tuples(st.one_of(NEAR, st.integers(0, 2**64 - 1)), st.just(1.5)),
                 max_size=30, unique=True)  # fmt: skip


@given(LOOKS)
@settings(max_examples=examples(100))
def test_no_pair_is_missed(looks: list[Look]) -> None:
    """As if each were compared with each."""
    pairs = {
        frozenset((one, other))
        for one in looks for other in looks
        if one != other and (one[0] ^ other[0]).bit_count() <= MOST_BITS
    }  # fmt: skip
    assert {frozenset(pair) for pair in near_looks(looks)} == pairs
