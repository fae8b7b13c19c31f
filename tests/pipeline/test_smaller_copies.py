"""Smaller copies on wish: srcset with true widths, thumbnails that link; restore undoes both."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pictures
import pytest
from moody_origin import Posts
from origin import Origin
from PIL import Image

from archiver.config import Config
from archiver.maintenance.restore import restore
from archiver.pipeline.places import Places

URL = "https://img.example.com/a.jpg"
SMALL = "https://img.example.com/small.jpg"
GONE = "https://img.example.com/gone.jpg"
SIZES = [
    {"name": "320", "max_width": 320, "max_height": 320},
    {"name": "640", "max_width": 640, "max_height": 640},
    {"name": "square", "max_width": 100, "max_height": 100, "fit": "cover"},
]


@pytest.fixture
def posts(tmp_path: Path, origin: Origin) -> Posts:
    origin.serve(URL, pictures.save(pictures.photograph(1, (1000, 500)), "JPEG"))
    origin.serve(SMALL, pictures.save(pictures.photograph(2, (200, 100)), "JPEG"))
    return Posts(tmp_path, origin)


async def rewrite(posts: Posts, name: str, text: str, **settings: Any) -> str:
    """What *text* becomes, every path with its digest cut down to its folder."""
    posts.write(name, text)
    await posts.archive(config={"rewrite": settings, "thumbnails": SIZES})
    new = (posts.folder / "out" / name).read_text()
    return re.sub(r"archive/(?:thumbnails/)?(\w+)/\w\w/\w{64}\.\w+", r"\1", new)


RESPONSIVE = {
    "an img": (
        f'<img src="{URL}" alt=x>',
        '<img sizes="(max-width: 1000px) 100vw, 1000px" src="assets"'
        ' srcset="320 320w, 640 640w, assets 1000w" alt=x>',
    ),
    "its stated width": (
        f"<img width=500 src={URL}>",
        '<img width=500 sizes="(max-width: 500px) 100vw, 500px" src=assets'
        ' srcset="320 320w, 640 640w, assets 1000w">',
    ),
    "sizes of its own": (
        f"<img sizes=50vw src='{URL}'>",
        "<img sizes=50vw src='assets' srcset=\"320 320w, 640 640w, assets 1000w\">",
    ),
    "a lost one beside": (
        f'<img src="{GONE}"><img src={SMALL}>',
        f'<img src="{GONE}"><img src=assets>',
    ),
    "smaller than all": (f'<img src="{SMALL}">', '<img src="assets">'),
    "a srcset of its own": (
        f'<img src="{URL}" srcset="{SMALL} 200w">',
        '<img src="assets" srcset="assets 200w">',
    ),
    "a picture around": (
        f'<picture><source srcset="{SMALL}"><img src="{URL}"></picture>',
        '<picture><source srcset="assets"><img src="assets"></picture>',
    ),
    "Markdown has no place for it": (f"![a]({URL})", "![a](assets)"),
}


@pytest.mark.parametrize(("text", "expected"), RESPONSIVE.values(), ids=RESPONSIVE.keys())
async def test_responsive(posts: Posts, text: str, expected: str) -> None:
    assert await rewrite(posts, "a.md", text, responsive=True) == expected


LINKED = {
    "an img": (f'<p><img src="{URL}"></p>', '<p><a href="assets"><img src="320"></a></p>'),
    "two side by side": (
        f'<img src="{URL}"><img src="{URL}">',
        '<a href="assets"><img src="320"></a><a href="assets"><img src="320"></a>',
    ),
    "in a link": (
        f'<a href="https://h/"><b><img src="{URL}"></b></a>',
        '<a href="https://h/"><b><img src="assets"></b></a>',
    ),
    "a lost one": (f'<p><img src="{GONE}"></p>', f'<p><img src="{GONE}"></p>'),
    "its own thumbnail": (f'<img src="{SMALL}">', '<img src="assets">'),
    "a Markdown image": (f"b ![a]({URL} 'c') d", "b [![a](320 'c')](assets) d"),
    "two Markdown images": (f"![a]({URL})![]({URL})", "[![a](320)](assets)[![](320)](assets)"),
    "a Markdown image in a link": (f"[![a]({URL})](https://h/)", "[![a](assets)](https://h/)"),
    "a Markdown image in a link elsewhere": (
        f"[![a]({URL})][b]\n\n[b]: https://h/\n",
        "[![a](assets)][b]\n\n[b]: https://h/\n",
    ),
    "a Markdown image in an HTML link": (
        f'<a href="https://h/">![a]({URL})</a>',
        '<a href="https://h/">![a](assets)</a>',
    ),
    "a definition": (f"![a][b]\n\n[b]: {URL}\n", "![a][b]\n\n[b]: assets\n"),
    "in a table": (f"|a|\n|-|\n|![a]({URL})|\n", "|a|\n|-|\n|[![a](320)](assets)|\n"),
}


@pytest.mark.parametrize(("text", "expected"), LINKED.values(), ids=LINKED.keys())
async def test_thumbnails_that_link_to_the_full_picture(
    posts: Posts, text: str, expected: str
) -> None:
    assert await rewrite(posts, "a.md", text, link_to_full=True) == expected
    if "<img" in text:
        assert await rewrite(posts, "a.html", text, link_to_full=True) == expected


async def test_both(posts: Posts) -> None:
    """A thumbnail that links needs no larger copies."""
    text = f'<img src="{URL}"><a href="https://h/"><img src="{URL}"></a>'
    new = await rewrite(posts, "a.html", text, responsive=True, link_to_full=True)
    assert new.startswith('<a href="assets"><img src="320"></a><a href="https://h/"><img sizes=')


async def test_neither_by_default(posts: Posts) -> None:
    assert await rewrite(posts, "a.html", f'<img src="{URL}">') == '<img src="assets">'


async def test_the_widths_are_true(posts: Posts) -> None:
    posts.write("a.html", f'<img src="{URL}">')
    await posts.archive(config={"rewrite": {"responsive": True}, "thumbnails": SIZES})
    new = (posts.folder / "out" / "a.html").read_text()
    entries = re.findall(r"(archive/\S+) (\d+)w", new)
    assert len(entries) == 3
    for path, width in entries:
        with Image.open(io.BytesIO((posts.folder / "out" / path).read_bytes())) as image:
            assert image.width == int(width)


@pytest.mark.parametrize("settings", [{"responsive": True}, {"link_to_full": True}], ids=str)
async def test_restore_undoes_it(posts: Posts, settings: dict[str, bool]) -> None:
    text = f'a\r\n<img src="{URL}" ><img src={URL}>\n![a]({URL})![b]({URL})\n'
    target = posts.folder / "out" / "a.md"
    new = await rewrite(posts, "a.md", text, **settings)
    assert new != text
    config = Config.from_dict({}, base=str(posts.folder / "out"))
    places = Places.of(config.base, config.archive, config.state)
    restore(places, [bytes(target)], lambda result: None)
    assert target.read_bytes() == text.encode()
