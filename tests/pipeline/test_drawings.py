"""Drawings in documents: the sanitised copy is shown, with local copies of the pictures in it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pictures
import pytest
from origin import Origin
from program import Result, run_archiver, snapshot_of

URL = "https://img.example.com/d/drawing.svg"
HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' width="640" height="320">'
)
BOMB = base64.b64encode(pictures.header_bomb()).decode()
PHOTO = pictures.picture("JPEG")


def draw(inside: str) -> bytes:
    return f'{HEAD}<rect width="99" height="99"/>{inside}</svg>'.encode()


@pytest.fixture
def post(tmp_path: Path) -> Path:
    path = tmp_path / "post.md"
    path.write_text(f"---\nthumbnail: {URL}\n---\n![a]({URL})\n")
    return path


def archive(origin: Origin, post: Path, *options: str, svg: str = "sanitize") -> Result:
    mapped = [word for place in origin.connect_to for word in ("--connect-to", place)]
    return run_archiver(
        "archive", post.name, "--in-place", "--json", *mapped, "--ca-file", origin.ca_file,
        *options, cwd=post.parent, environment={"ARCHIVER_REWRITE__SVG": svg},
    )  # fmt: skip


def images(result: Result) -> dict[str, dict]:
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return {line["url"]: line for line in lines if line.get("kind") == "image"}


def link(post: Path) -> str:
    return re.findall(r"!\[a\]\((.*)\)", post.read_text())[0]


def test_a_document_shows_the_sanitised_copy_and_the_blob_is_kept(origin, post):
    data = draw('<script>evil()</script><image href="photo.jpg"/><use href="drawing.svg#a"/>')
    origin.serve(URL, data)
    origin.serve("https://img.example.com/d/photo.jpg", PHOTO)
    result = archive(origin, post)
    assert result.code == 0, result.stderr
    digest, photo = hashlib.sha256(data).hexdigest(), hashlib.sha256(PHOTO).hexdigest()
    assert link(post) == f"archive/sanitized/{digest[:2]}/{digest}.svg"
    shown = (post.parent / link(post)).read_text()
    assert "evil" not in shown and 'href="#a"' in shown
    inside = re.findall(r'image href="(.*?)"', shown)
    assert inside == [f"../../assets/{photo[:2]}/{photo}.jpg"]
    assert ((post.parent / link(post)).parent / inside[0]).read_bytes() == PHOTO
    assert (post.parent / f"archive/assets/{digest[:2]}/{digest}.svg").read_bytes() == data
    thumbnail = f"archive/thumbnails/320/{digest[:2]}/{digest}.webp"
    assert f"thumbnail: {thumbnail}\n" in post.read_text()
    assert (post.parent / thumbnail).is_file()
    found = images(result)
    assert found[URL]["sanitized"] == link(post)
    assert found["https://img.example.com/d/photo.jpg"]["outcome"] == "stored"


LEGACY = {
    "GBK": ("GBK", "gb18030", "中文.png"),
    "Shift_JIS": ("Shift_JIS", "cp932", "表ソ.png"),
    "ISO-2022-JP": ("ISO-2022-JP", "iso2022_jp", "日本.png"),
    "windows-1252": ("windows-1252", "cp1252", "é€.png"),
    "UTF-16 with a mark": ("UTF-16", "utf-16", "é.png"),
    "UTF-16 without one": ("UTF-16LE", "utf-16-le", "é.png"),
    "UTF-8 that says UTF-16": ("UTF-16", "utf-8", "é.png"),
}


def test_drawings_in_the_encodings_of_old_are_shown_with_their_pictures(origin, post):
    drawings = {}
    for number, (label, codec, name) in enumerate(LEGACY.values()):
        text = f'<?xml version="1.0" encoding="{label}"?>{HEAD}<script>evil()</script>'
        text += f'<text>{name}</text><image href="{name}"/></svg>'
        url = URL.replace("drawing", str(number))
        drawings[url] = text.encode(codec), name
        origin.serve(url, drawings[url][0])
        origin.serve(f"https://img.example.com/d/{quote(name)}", PHOTO)
    post.write_text("".join(f"![]({url})\n" for url in drawings))
    result = archive(origin, post)
    assert result.code == 0, result.stdout
    links = re.findall(r"!\[\]\((.*)\)", post.read_text())
    for (url, (data, name)), one in zip(drawings.items(), links, strict=True):
        clean = (post.parent / one).read_bytes()
        shown = ElementTree.fromstring(clean)
        assert b"evil" not in clean and shown.findtext("{*}text") == name
        photo = shown.find("{*}image").get("href")
        assert ((post.parent / one).parent / photo).read_bytes() == PHOTO
        assert (post.parent / images(result)[url]["path"]).read_bytes() == data


def test_a_second_document_reuses_it_all(origin, post):
    origin.serve(URL, draw("<script/>"))
    assert archive(origin, post).code == 0
    text, asked = post.read_text(), len(origin.urls)
    state = snapshot_of(post.parent / "archive")
    other = post.with_name("other.md")
    other.write_text(f"---\nthumbnail: {URL}\n---\n![a]({URL})\n")
    assert archive(origin, other).code == 0
    assert other.read_text() == text
    assert (len(origin.urls), snapshot_of(post.parent / "archive")) == (asked, state)


def test_the_original_text_comes_back(origin, post):
    before = post.read_bytes()
    origin.serve(URL, draw(""))
    assert archive(origin, post).code == 0
    assert run_archiver("restore", "post.md", cwd=post.parent).code == 0
    assert post.read_bytes() == before


def test_a_small_drawing_is_its_own_thumbnail_but_not_its_own_bytes(origin, post):
    origin.serve(URL, draw("<script/>").replace(b"640", b"64").replace(b"320", b"32"))
    assert archive(origin, post).code == 0
    assert f"thumbnail: {link(post)}\n" in post.read_text()
    assert link(post).startswith("archive/sanitized/")


UNSAFE = {
    "too deep": (draw("<g>" * 70 + "</g>" * 70), "svg-depth"),
    "a bomb in it": (
        draw(f'<image href="data:image/png;base64,{BOMB}"/>'),
        "svg-pixels",
    ),
}


@pytest.mark.parametrize(("data", "reason"), UNSAFE.values(), ids=UNSAFE.keys())
def test_one_that_cannot_be_made_harmless_is_kept_but_not_shown(origin, post, data, reason):
    origin.serve(URL, data)
    before = post.read_bytes()
    result = archive(origin, post)
    assert result.code == 3
    assert post.read_bytes() == before
    record = images(result)[URL]
    assert (record["outcome"], record["reason"]) == ("skipped", reason)
    assert (post.parent / record["path"]).read_bytes() == data
    assert not (post.parent / "archive" / "sanitized").exists()
    post.write_text(f"again ![a]({URL})\n")
    asked = len(origin.urls)
    assert archive(origin, post).code == 3
    assert len(origin.urls) == asked, "it is known"
    post.write_text(f"and again ![a]({URL})\n")
    assert archive(origin, post, svg="keep").code == 0
    assert link(post) == record["path"] and len(origin.urls) == asked


def test_other_settings_make_another_link_without_a_request(origin, post):
    before = post.read_bytes()
    origin.serve(URL, draw("<script/>"))
    seen = []
    for svg in ("skip", "keep", "sanitize", "keep"):
        post.write_bytes(before + svg.encode() * len(seen))
        assert archive(origin, post, svg=svg).code == 0
        seen.append(link(post).rpartition("/")[0].rpartition("/")[0])
    assert seen == [
        "https://img.example.com", "archive/assets", "archive/sanitized", "archive/assets",
    ]  # fmt: skip
    assert origin.urls == [URL]


def test_one_that_is_left_alone_is_left_alone_again(origin, post):
    origin.serve(URL, draw(""))
    before = post.read_bytes()
    for _ in range(2):
        assert archive(origin, post, svg="skip").code == 0
        assert post.read_bytes() == before
        post.touch()
    assert images(archive(origin, post, svg="skip")) == {}, "nothing is new"
    assert origin.urls == [URL]


def test_lost_pictures_in_a_drawing_and_drawings_in_drawings(origin, post):
    """Two that show each other end; what cannot be had is left out, and the flag says so."""
    other = "https://img.example.com/d/other.svg"
    origin.serve(URL, draw('<image href="other.svg"/><image href="gone.png"/>'))
    origin.serve(other, draw('<image href="drawing.svg"/><image href="photo.jpg"/>'))
    origin.serve("https://img.example.com/d/photo.jpg", PHOTO)
    post.write_text(f"![a]({URL}) ![b]({other})\n")
    result = archive(origin, post)
    assert result.code == 0, result.stderr
    found = images(result)
    assert found[URL]["flags"] == found[other]["flags"] == ["incomplete"]
    assert found["https://img.example.com/d/gone.png"]["outcome"] == "gone"
    for record in (found[URL], found[other]):
        links = re.findall(r'href="(.*?)"', (post.parent / record["sanitized"]).read_text())
        assert all("/assets/" in each for each in links)
        assert len(links) == (record["url"] == other)


def test_a_drawing_from_the_network_names_no_file_of_this_machine(origin, post):
    secret = post.parent / "secret.jpg"
    secret.write_bytes(PHOTO)
    origin.serve(URL, draw(f'<image href="{secret.as_uri()}"/>'))
    assert archive(origin, post).code == 0
    assert "secret" not in (post.parent / link(post)).read_text()
    assert not list(post.parent.glob("archive/assets/*/*.jpg"))


def test_a_local_drawing_in_a_copy(tmp_path):
    site = tmp_path / "site"
    (site / "img").mkdir(parents=True)
    (site / "img" / "photo.jpg").write_bytes(PHOTO)
    (site / "img" / "a.svg").write_bytes(draw('<image xlink:href="photo.jpg"/><script/>'))
    (site / "post.md").write_text("![a](img/a.svg)\n")
    result = run_archiver("archive", "site/post.md", "-o", "out", "--json", cwd=tmp_path)
    assert result.code == 0, result.stderr
    shown = tmp_path / "out" / link(tmp_path / "out" / "post.md")
    (inside,) = re.findall(r'href="(.*?)"', shown.read_text())
    assert (shown.parent / inside).read_bytes() == PHOTO
