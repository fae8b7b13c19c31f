"""The whole path with the command line: a post from a folder, its images from a loopback origin."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from origin import Origin
from pictures import photograph, save
from program import Result, run_archiver, snapshot_of
from required import ORIGINALS, give_up
from samples import SMALL_POSTS

SEED = ORIGINALS / "seeds" / "post.md"
SHAPE = Path(__file__).parent / "cases" / "documents" / "064-fm-blank-first-line" / "input.md"
IMAGE_URL = re.compile(rb"https://[^'\"\s]+?\.(?:png|jpg)(?:@[\w,]+)?(?:\?[^'\"\s]*)?(?=['\"\s])")
WATERMARK = b"x-bce-process=image/watermark"
"""What no request may hold."""


def a_photo(seed: int) -> bytes:
    """A JPEG larger than its thumbnail; another seed, another picture."""
    return save(photograph(seed, (480, 320)), "JPEG")


@pytest.fixture(params=["the shape of the seed", "the seed itself"])
def post(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of the post; the seed is tested where it is found, a clone alone has its shape."""
    source = SHAPE if request.param == "the shape of the seed" else SEED
    if not source.exists():
        give_up("originals", "the seed lies outside the repository and is not here")
    target = tmp_path / "post.md"
    shutil.copyfile(source, target)
    return target


def serve_images(origin: Origin, post: Path) -> dict[str, bytes]:
    """Serve a picture of its own for every image of the post, without query; URL → bytes."""
    urls = {u.decode().partition("?")[0] for u in IMAGE_URL.findall(post.read_bytes())}
    pictures = {url: a_photo(n) for n, url in enumerate(sorted(urls), 1)}
    for url, data in pictures.items():
        origin.serve(url, data)
    return pictures


@pytest.fixture
def archive(origin: Origin) -> Callable[..., Result]:
    """Run `archiver archive` with every host mapped to the origin."""

    def run(*arguments: str | Path, cwd: Path) -> Result:
        mapped = [word for place in origin.connect_to for word in ("--connect-to", place)]
        return run_archiver(*arguments, *mapped, "--ca-file", origin.ca_file, cwd=cwd)

    return run


def test_post_in_place(origin: Origin, post: Path, archive: Callable[..., Result]) -> None:
    before = post.read_bytes()
    pictures = serve_images(origin, post)
    result = archive("archive", "post.md", "--in-place", "--json", cwd=post.parent)
    assert result.code == 0, result.stderr

    requested = list(origin.urls)
    assert not any(WATERMARK.decode() in url for url in requested)
    assert sorted(requested) == sorted(pictures), "each image is asked for once"

    stored = {p.name for p in (post.parent / "archive" / "assets").rglob("*") if p.is_file()}
    digests = {hashlib.sha256(data).hexdigest() for data in pictures.values()}
    assert {name.partition(".")[0] for name in stored} == digests
    thumbnails = {p.stem for p in (post.parent / "archive" / "thumbnails" / "320").rglob("*.webp")}
    assert thumbnails == digests

    after = post.read_bytes()
    assert re.search(rb"^headimg: 'archive/assets/../[0-9a-f]{64}\.\w+'$", after, re.M)
    assert re.search(rb"^thumbnail: 'archive/thumbnails/320/../[0-9a-f]{64}\.webp'$", after, re.M)
    links = re.findall(rb"archive/(?:assets|thumbnails/320)/../[0-9a-f]{64}\.\w+", after)
    assert all((post.parent / link.decode()).is_file() for link in links)
    assert IMAGE_URL.sub(b"", before) == re.sub(rb"archive/[^'\"\s]+", b"", after)

    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert lines[-1]["summary"]["images"] == {"stored": len(pictures)}


def test_second_run_asks_nothing_and_writes_nothing(
    origin: Origin, post: Path, archive: Callable[..., Result]
) -> None:
    serve_images(origin, post)
    for arguments in (("--in-place",), ("-o", "out")):
        assert archive("archive", "post.md", *arguments, cwd=post.parent).code == 0
        asked, state = len(origin.urls), snapshot_of(post.parent)
        again = archive("archive", "post.md", *arguments, "--json", cwd=post.parent)
        assert again.code == 0, again.stderr
        assert json.loads(again.stdout.splitlines()[-1])["summary"]["documents"] == {"unchanged": 1}
        assert len(origin.urls) == asked
        assert snapshot_of(post.parent) == state


def test_restore_gives_the_input_back(
    origin: Origin, post: Path, archive: Callable[..., Result]
) -> None:
    before = post.read_bytes()
    serve_images(origin, post)
    assert archive("archive", "post.md", "--in-place", cwd=post.parent).code == 0
    assert post.read_bytes() != before
    result = run_archiver("restore", "post.md", cwd=post.parent)
    assert result.code == 0, result.stderr
    assert post.read_bytes() == before


def test_copies_and_restoring_them(
    origin: Origin, post: Path, archive: Callable[..., Result]
) -> None:
    before = post.read_bytes()
    serve_images(origin, post)
    assert archive("archive", "post.md", "-o", "out", cwd=post.parent).code == 0
    copy = post.parent / "out" / "post.md"
    assert post.read_bytes() == before
    assert b"'archive/assets/" in copy.read_bytes()
    assert (post.parent / "out" / "archive" / "assets").is_dir()
    assert run_archiver("restore", "out/post.md", cwd=post.parent).code == 0
    assert copy.read_bytes() == before


ODD_NAMES = (
    "图 一.md", "it's \"quoted\".md", "a&b#c%20d.md", ".leading-dot.md", "  spaces .md", "a:b.md",
    "-dash.md", "ünïcödé.markdown", "new\nline.md",
)  # fmt: skip


def test_odd_names(origin: Origin, tmp_path: Path, archive: Callable[..., Result]) -> None:
    origin.serve("https://img.example.com/a.png", a_photo(1))
    text = b"![a](https://img.example.com/a.png)\n"
    folder = tmp_path / "posts & co" / "日本"
    folder.mkdir(parents=True)
    for name in ODD_NAMES:
        (folder / name).write_bytes(text)
    os.symlink(folder, tmp_path / "link")
    result = archive("archive", "posts & co", "--in-place", "--json", cwd=tmp_path)
    assert result.code == 0, result.stderr
    expected = re.compile(rb"!\[a\]\(\.\./\.\./archive/assets/../[0-9a-f]{64}\.\w+\)\n")
    for name in ODD_NAMES:
        assert expected.fullmatch((folder / name).read_bytes()), name
    assert origin.urls == ["https://img.example.com/a.png"]
    assert run_archiver("restore", "--all", cwd=tmp_path).code == 0
    assert all((folder / name).read_bytes() == text for name in ODD_NAMES)


def test_what_cannot_be_read_is_named_and_the_run_goes_on(
    origin: Origin, tmp_path: Path, archive: Callable[..., Result]
) -> None:
    origin.serve("https://img.example.com/a.png", a_photo(1))
    posts = tmp_path / "posts"
    posts.mkdir()
    (posts / "good.md").write_bytes(b"![a](https://img.example.com/a.png)")
    (posts / "empty.md").write_bytes(b"")
    broken = b"---\ntitle: 'never closed\n---\n![a](https://img.example.com/a.png)\n"
    (posts / "broken.md").write_bytes(broken)
    (posts / "linked.md").write_bytes(b"![a](https://img.example.com/a.png)")
    os.link(posts / "linked.md", tmp_path / "other-name.md")
    (posts / "linked-plain.md").write_bytes(b"no image")
    os.link(posts / "linked-plain.md", tmp_path / "other-plain.md")
    (posts / "huge.md").write_bytes(b"x" * (51 * 2**20))
    result = archive("archive", "posts", "--in-place", "--json", cwd=tmp_path)
    assert result.code == 3, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    found = {
        x["document"]: (x["outcome"], x["reason"]) for x in lines if x.get("kind") == "document"
    }
    assert found["posts/good.md"][0] == "rewritten"
    assert found["posts/empty.md"] == ("unchanged", "")
    assert found["posts/broken.md"][0] == "rewritten"
    assert "front matter" in found["posts/broken.md"][1]
    assert found["posts/linked.md"] == ("skipped", "hardlinked")
    assert found["posts/linked-plain.md"] == ("unchanged", "")
    assert found["posts/huge.md"][0] == "unreadable"
    assert (posts / "linked.md").read_bytes() == b"![a](https://img.example.com/a.png)"
    assert (posts / "broken.md").read_bytes().startswith(broken[:30])


def test_lost_images_are_left_and_reported(
    origin: Origin, tmp_path: Path, archive: Callable[..., Result]
) -> None:
    origin.serve("https://img.example.com/a.png", a_photo(1))
    origin.serve("https://img.example.com/page.png", b"<html>no picture</html>")
    text = "".join(f"![](https://img.example.com/{n}.png)\n" for n in ("a", "gone", "page"))
    (tmp_path / "post.md").write_text(text)
    result = archive("archive", "post.md", "--json", cwd=tmp_path)
    assert result.code == 3
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    outcomes = {
        x["url"][-8:]: (x["outcome"], x.get("reason")) for x in lines if x.get("kind") == "image"
    }
    assert outcomes["gone.png"] == ("gone", "status-404")
    assert outcomes["page.png"] == ("not_image", "html")
    after = (tmp_path / "archived" / "post.md").read_text()
    assert "(https://img.example.com/gone.png)" in after
    assert "(https://img.example.com/page.png)" in after
    assert "https://img.example.com/a.png" not in after
    asked = len(origin.urls)
    again = archive("archive", "post.md", "--json", cwd=tmp_path)
    assert len(origin.urls) == asked, "a lost image is not asked for before its time"
    assert again.code in (0, 3)
    archive("archive", "post.md", "--retry", cwd=tmp_path)
    assert len(origin.urls) == asked + 2


def test_local_images_are_copied_with_o(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "img").mkdir(parents=True)
    (site / "img" / "a b.png").write_bytes(a_photo(1))
    (site / "notes.txt").write_text("copied too")
    (tmp_path / "secret.png").write_bytes(a_photo(2))
    (site / "post.md").write_text("![a](<img/a b.png>) ![b](../secret.png) ![c](img/none.png)\n")
    result = run_archiver("archive", "site", "-o", "out", "--json", cwd=tmp_path)
    assert result.code == 3, "one local picture is missing"
    text = (tmp_path / "out" / "post.md").read_text()
    digest = hashlib.sha256((site / "img" / "a b.png").read_bytes()).hexdigest()
    assert text == (
        f"![a](<archive/assets/{digest[:2]}/{digest}.jpg>) ![b](../secret.png) ![c](img/none.png)\n"
    )
    assert (tmp_path / "out" / "notes.txt").read_text() == "copied too"
    before = (site / "post.md").read_bytes()
    assert run_archiver("archive", "site", "--in-place", cwd=tmp_path).code == 0
    assert (site / "post.md").read_bytes() == before, "in place local images stay"


def test_many_small_posts(origin: Origin, tmp_path: Path, archive: Callable[..., Result]) -> None:
    origin.serve("https://img.example.com/a.png", a_photo(1))
    posts = tmp_path / "posts"
    posts.mkdir()
    for n in range(SMALL_POSTS):
        (posts / f"{n}.md").write_text(f"![{n}](https://img.example.com/a.png)\n")
    result = archive("archive", "posts", "--in-place", "--json", cwd=tmp_path)
    assert result.code == 0, result.stderr
    summary = json.loads(result.stdout.splitlines()[-1])["summary"]
    assert summary["documents"] == {"rewritten": SMALL_POSTS}
    assert origin.urls == ["https://img.example.com/a.png"]
    again = archive("archive", "posts", "--in-place", "--json", cwd=tmp_path)
    assert json.loads(again.stdout)["summary"]["documents"] == {"unchanged": SMALL_POSTS}
