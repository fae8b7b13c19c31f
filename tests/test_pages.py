"""Pages and feeds named by their URLs, from the command line to the saved page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from faults import FaultServer
from origin import Origin
from pictures import photograph, save
from program import Result, run_archiver
from spellings import SPELLINGS

URL = "https://site.example/post/1"
IMAGE = "https://img.example.com/a.jpg"
PAGE = b"""<!doctype html>
<link rel=stylesheet href=/css/main.css integrity=sha256-x>
<script src=app.js></script><p><a href="../about">About</a>
<img src=https://img.example.com/a.jpg> <img src=gone.png>
"""
SHEET = b"@import 'sub/more.css'; body { background: url(../bg.jpg) } @font-face{src:url(f.woff)}"
MORE = b"@import url(../main.css); p { background: url(https://img.example.com/a.jpg) }"
PLACE = "archived/site.example/post/1/index.html"
Run = Callable[..., Result]


def serve_page(origin: Origin, url: str, body: bytes, **more: Any) -> None:
    origin.serve(url, body, media_type=more.pop("media_type", "text/html; charset=utf-8"), **more)


@pytest.fixture
def site(origin: Origin) -> Origin:
    """A page with a style sheet that imports one that imports the first."""
    serve_page(origin, URL, PAGE)
    for name, body in (("main.css", SHEET), ("sub/more.css", MORE)):
        origin.serve(f"https://site.example/css/{name}", body, media_type="text/css")
    origin.serve(IMAGE, save(photograph(1, (480, 320)), "JPEG"))
    origin.serve("https://site.example/bg.jpg", save(photograph(2, (480, 320)), "JPEG"))
    return origin


@pytest.fixture
def run(origin: Origin, tmp_path: Path) -> Run:
    mapped = [word for place in origin.connect_to for word in ("--connect-to", place)]

    def call(command: str, *arguments: str | Path) -> Result:
        network = [*mapped, "--ca-file", origin.ca_file] if command != "restore" else []
        return run_archiver(command, *arguments, *network, cwd=tmp_path)

    return call


def documents_of(result: Result) -> dict[str, tuple[str, str]]:
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return {
        x["document"]: (x["outcome"], x["reason"]) for x in lines if x.get("kind") == "document"
    }


def files_of(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Everything but the folder of downloads: path → inode, bytes."""
    return {
        str(path.relative_to(folder)): (path.stat().st_ino, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.parent.name != "tmp" and path.name != "lock"
    }


def test_a_page_is_saved_with_its_style_sheets(site: Origin, run: Run, tmp_path: Path) -> None:
    result = run("archive", URL, "--json")
    assert result.code == 3, "one image is gone"
    assert documents_of(result) == {
        URL: ("rewritten", ""),
        "https://site.example/css/main.css": ("rewritten", ""),
        "https://site.example/css/sub/more.css": ("rewritten", ""),
    }
    image = hashlib.sha256(site.answers[IMAGE][0].body).hexdigest()
    asset = f"archive/assets/{image[:2]}/{image}.jpg"
    assert (
        (tmp_path / PLACE).read_text()
        == f"""<!doctype html>
<link rel=stylesheet href=../../css/main.css data-integrity=sha256-x>
<script src=https://site.example/post/app.js></script><p><a href="https://site.example/about">About</a>
<img src=../../../{asset}> <img src=https://site.example/post/gone.png>
"""
    )
    css = tmp_path / "archived" / "site.example" / "css"
    main, more = (css / "main.css").read_text(), (css / "sub" / "more.css").read_text()
    assert main.startswith("@import 'sub/more.css'; body { background: url(../../archive/assets/")
    assert main.endswith("@font-face{src:url(https://site.example/css/f.woff)}")
    assert more == f"@import url(../main.css); p {{ background: url(../../../{asset}) }}"
    assert sorted(site.urls) == sorted({*site.answers, "https://site.example/post/gone.png"})


def test_a_lost_picture_of_a_style_keeps_its_name(site: Origin, run: Run, tmp_path: Path) -> None:
    """Its URL is spelled otherwise in CSS, which makes it no other picture."""
    body = b"<p style=\"background: url('gone(1).png')\"><img src=https://img.example.com/a.jpg>"
    serve_page(site, "https://site.example/post/2", body)
    result = run("archive", "https://site.example/post/2", "--json")
    assert documents_of(result)["https://site.example/post/2"][0] == "rewritten"
    saved = (tmp_path / "archived" / "site.example" / "post" / "2" / "index.html").read_bytes()
    assert b"url('https://site.example/post/gone%281%29.png')" in saved
    assert b"img.example.com" not in saved


def test_what_a_browser_says(site: Origin, run: Run) -> None:
    run("archive", URL)
    said = {x.url: (x.header("accept"), x.header("referer")) for x in site.exchanges}
    assert said[URL] == ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", None)
    assert said["https://site.example/css/main.css"] == (
        "text/css,*/*;q=0.1",
        "https://site.example/",
    )
    assert said[IMAGE][0] == "*/*"


def test_restore_gives_the_fetched_bytes(site: Origin, run: Run, tmp_path: Path) -> None:
    run("archive", URL)
    assert run("restore", "archived").code == 0
    assert (tmp_path / PLACE).read_bytes() == PAGE
    assert (tmp_path / "archived/site.example/css/main.css").read_bytes() == SHEET
    assert run("archive", URL, "--json").code == 3
    assert b"archive/assets" in (tmp_path / PLACE).read_bytes(), "a person asked for it again"


def test_the_same_bytes_change_nothing(site: Origin, run: Run, tmp_path: Path) -> None:
    run("archive", URL)
    before = files_of(tmp_path)
    again = run("archive", URL, "--json")
    assert set(documents_of(again).values()) == {("unchanged", "")}
    assert files_of(tmp_path) == before


def test_a_later_visit_loses_no_earlier_one(site: Origin, run: Run, tmp_path: Path) -> None:
    run("archive", URL)
    site.answers.pop(URL)
    second = PAGE.replace(b"About", b"About us")
    serve_page(site, URL, second)
    assert documents_of(run("archive", URL, "--json"))[URL] == ("rewritten", "")
    assert b"About us" in (tmp_path / PLACE).read_bytes()
    for data in (PAGE, second, SHEET):
        digest = hashlib.sha256(data).hexdigest()
        kept = tmp_path / "archived" / ".archiver" / "originals" / digest[:2] / digest
        assert kept.read_bytes() == data
    assert run("restore", PLACE).code == 0
    assert (tmp_path / PLACE).read_bytes() == second


def test_a_visit_after_a_restore_goes_on(site: Origin, run: Run, tmp_path: Path) -> None:
    run("archive", URL)
    run("restore", PLACE)
    site.answers.pop(URL)
    serve_page(site, URL, b"<p>nothing to link, nothing to see")
    assert documents_of(run("archive", URL, "--json"))[URL][0] in ("rewritten", "unchanged")
    assert (tmp_path / PLACE).read_bytes() == b"<p>nothing to link, nothing to see"
    site.answers.pop(URL)
    serve_page(site, URL, PAGE)
    assert documents_of(run("archive", URL, "--json"))[URL] == ("rewritten", "")


def test_what_a_person_wrote_into_a_saved_page_stays(
    site: Origin, run: Run, tmp_path: Path
) -> None:
    run("archive", URL)
    (tmp_path / PLACE).write_bytes(b"mine")
    result = run("archive", URL, "--json")
    assert documents_of(result)[URL][0] == "conflict"
    assert (tmp_path / PLACE).read_bytes() == b"mine"


def test_a_catalog_that_was_lost_is_no_loss(site: Origin, run: Run, tmp_path: Path) -> None:
    run("archive", URL)
    (tmp_path / "archived" / ".archiver" / "catalog.sqlite").unlink()
    before = (tmp_path / PLACE).read_bytes()
    assert documents_of(run("archive", URL, "--json"))[URL] == ("unchanged", "")
    assert (tmp_path / PLACE).read_bytes() == before


def test_redirects_and_the_base_of_what_came(origin: Origin, run: Run, tmp_path: Path) -> None:
    origin.serve("http://old.example/p", status=302, headers={"Location": "https://new.example/q/"})
    serve_page(origin, "https://new.example/q/", b"<a href=x>")
    assert run("archive", "http://old.example/p#part").code == 0
    saved = tmp_path / "archived" / "old.example" / "p" / "index.html"
    assert saved.read_bytes() == b"<a href=https://new.example/q/x>"


FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><link>/</link><item>
<description>&lt;img src="https://img.example.com/a.jpg"&gt;&lt;a href="x"&gt;</description>
</item></channel></rss>"""


def test_a_feed_is_saved_as_one(origin: Origin, run: Run, tmp_path: Path) -> None:
    origin.serve(IMAGE, save(photograph(1, (480, 320)), "JPEG"))
    serve_page(origin, "https://site.example/feed", FEED, media_type="application/rss+xml")
    (tmp_path / "archiver.toml").write_text('site_url = "https://me.example/"\n')
    assert run("archive", "https://site.example/feed").code == 0
    saved = (tmp_path / "archived" / "site.example" / "feed" / "index.xml").read_text()
    assert 'img src="https://me.example/archive/assets/' in saved
    assert 'a href="https://site.example/x"' in saved and "<link>https://site.example/<" in saved


LOST = {
    "gone": ({"status": 404}, "gone (status-404)"),
    "a picture": (
        {"body": b"\x89PNG\r\n\x1a\n\0\0", "media_type": "image/png"},
        "is no page and no feed (image/png)",
    ),
    "a text": (
        {"body": b"Hello", "media_type": "text/plain"}, "is no page and no feed (text/plain)",
    ),
    "too big": ({"body": b"<p>" + b"x" * 2000}, "too_big (bytes)"),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "reason"), LOST.values(), ids=LOST.keys())
def test_a_page_that_is_not_had_is_named(
    answer: dict[str, Any], reason: str, origin: Origin, run: Run, tmp_path: Path
) -> None:
    serve_page(origin, URL, **{"body": b"<p>", **answer})
    (tmp_path / "archiver.toml").write_text("[limits]\nmax_page_bytes = 1000\n")
    result = run("archive", URL, "--json")
    assert (result.code, documents_of(result)) == (3, {URL: ("unreadable", reason)})
    assert not (tmp_path / "archived" / "site.example").exists()


def test_a_style_sheet_that_is_not_had_stays_where_it_is(
    origin: Origin, run: Run, tmp_path: Path
) -> None:
    serve_page(origin, URL, b"<link rel=stylesheet href=a.css><link rel=stylesheet href=b.css>")
    serve_page(origin, "https://site.example/post/b.css", b"<!doctype html><p>no sheet")
    result = run("archive", URL, "--json")
    outcome, reason = documents_of(result)[URL]
    assert "a.css: gone (status-404)" in reason and "b.css: is no style sheet" in reason
    assert b"href=https://site.example/post/a.css" in (tmp_path / PLACE).read_bytes()
    assert outcome == "rewritten" and result.code == 0


def test_a_page_drawn_by_scripts_is_said_to_be_one(origin: Origin, run: Run) -> None:
    serve_page(origin, URL, b"<div id=root></div>" + b"<script src=/a.js></script>" * 9)
    assert "drawn by scripts" in run("archive", URL).stdout


ROBOTS = "https://site.example/robots.txt"
CONFIG = f'[[sources]]\nurl = "{URL}"\n\n[[sources]]\nfeed = "https://site.example/feed"\n'


def test_run_saves_pages_and_feeds_where_robots_may(site: Origin, run: Run, tmp_path: Path) -> None:
    (tmp_path / "archiver.toml").write_text(CONFIG)
    site.serve(ROBOTS, b"User-agent: *\nDisallow: /feed\n", media_type="text/plain")
    serve_page(site, "https://site.example/feed", FEED)
    result = run("run", "--json")
    found = documents_of(result)
    assert found[URL] == ("rewritten", "")
    assert found["https://site.example/feed"] == ("skipped", "robots.txt forbids it")
    assert site.urls.count(ROBOTS) == 1
    assert "../../../../archive/assets" in (tmp_path / PLACE).read_text()
    (tmp_path / "archiver.toml").write_text(CONFIG + "[network]\nrobots = false\n")
    assert documents_of(run("run", "--json"))["https://site.example/feed"][0] != "skipped"


def test_a_person_is_not_held_by_robots(site: Origin, run: Run, tmp_path: Path) -> None:
    site.serve(ROBOTS, b"User-agent: *\nDisallow: /\n", media_type="text/plain")
    run("archive", URL)
    assert ROBOTS not in site.urls and (tmp_path / PLACE).exists()


def test_run_tells_the_server_what_we_have(origin: Origin, run: Run, tmp_path: Path) -> None:
    (tmp_path / "archiver.toml").write_text(f'[[sources]]\nurl = "{URL}"\n')
    tags = {"ETag": '"one"', "Last-Modified": "Mon, 05 Jan 2026 10:00:00 GMT"}
    serve_page(origin, URL, b"<p>Hello, <a href=x>you</a>", headers=tags, times=1)
    serve_page(origin, URL, status=304, body=b"")
    assert run("run").code == 0
    before = files_of(tmp_path)
    again = run("run", "--json")
    assert documents_of(again) == {URL: ("unchanged", "")}
    assert files_of(tmp_path) == before
    last = origin.exchanges[-1]
    assert last.url == URL and last.header("if-none-match") == '"one"'
    assert last.header("if-modified-since") == tags["Last-Modified"]


def test_a_restored_page_is_left_alone_by_run_until_it_changes(
    site: Origin, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "archiver.toml").write_text(f'[[sources]]\nurl = "{URL}"\n')
    run("run")
    run("restore", PLACE)
    assert documents_of(run("run", "--json"))[URL] == ("unchanged", "")
    assert (tmp_path / PLACE).read_bytes() == PAGE
    site.answers.pop(URL)
    serve_page(site, URL, PAGE + b"<p>more")
    assert documents_of(run("run", "--json"))[URL] == ("rewritten", "")


def test_two_urls_of_one_place_are_told(origin: Origin, run: Run) -> None:
    for url in (URL, f"{URL}/"):
        serve_page(origin, url, b"<p>Hello")
    result = run("archive", URL, f"{URL}/", URL, "--json")
    found = documents_of(result)
    assert sorted(outcome for outcome, _ in found.values()) == ["conflict", "unchanged"]


def test_a_url_that_is_none(run: Run) -> None:
    result = run("archive", "http://h.example:99999/", "--json")
    told = {"http://h.example:99999/": ("unreadable", "not asked for (url)")}
    assert (result.code, documents_of(result)) == (3, told)


def test_what_cannot_be_done_with_a_url(run: Run) -> None:
    for arguments in (("archive", URL, "--in-place"), ("scan", URL)):
        result = run(*arguments)
        assert result.code == 2 and URL in result.stderr


def test_a_page_and_files_together(site: Origin, run: Run, tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text(f"![a]({IMAGE})\n")
    result = run("archive", "post.md", URL, "-o", "out", "--json")
    assert len(documents_of(result)) == 4
    assert site.urls.count(IMAGE) == 1
    assert (tmp_path / "out" / "site.example/post/1/index.html").exists()
    assert "archive/assets" in (tmp_path / "out" / "post.md").read_text()


def test_no_page_and_no_style_sheet_leads_inside(
    origin: Origin, fault: FaultServer, tmp_path: Path
) -> None:
    """The page itself is the operator's own; its style sheets and the sources are not."""
    connections = dict(fault.connections)
    inside = "".join(
        f"<link rel=stylesheet href=http://{host}:{fault.port}/{n}.css>"
        f"<style>@import 'http://{host}:{fault.port}/{n}.css?i'</style>"
        for n, host in enumerate(SPELLINGS.values())
    )
    serve_page(origin, "http://own.example/", inside.encode())
    mapped = f"own.example:80:127.0.0.1:{origin.port}"
    (tmp_path / "archiver.toml").write_text(
        f"[network]\nallow_ports = [80, {fault.port}]\nconnect_to = ['{mapped}']\n"
        + "".join(f"[[sources]]\nurl = 'http://{h}:{fault.port}/'\n" for h in SPELLINGS.values())
    )
    assert run_archiver("archive", "http://own.example/", "-o", "out", cwd=tmp_path).code == 0
    result = run_archiver("run", "--json", cwd=tmp_path)
    found = set(documents_of(result).values())
    assert {outcome for outcome, _ in found} <= {"unreadable", "skipped"}
    assert all("address" in reason or "fake-ip" in reason for _, reason in found)
    assert origin.urls == ["http://own.example/"] and fault.connections == connections
