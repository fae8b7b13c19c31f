"""Links point at where the archive lies now; restore still gives the original bytes."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from inside import run_inside
from origin import Origin
from pictures import photograph, save
from program import Result

URLS = [f"https://img.example.com/{letter}.jpg" for letter in "ab"]
POSTS = {
    "a.md": f'---\nheadimg: {URLS[0]}\n---\n![x]({URLS[0]}) <img src="{URLS[1]}?x=1&amp;y=2">\n',
    "sub/b.html": f'<p><img src={URLS[1]} srcset="{URLS[0]} 2x, {URLS[1]} 1x">',
    "sub/wide.html": f'\ufeff<img src="{URLS[0]}">\n',
}
Run = Callable[..., Result]


def serve(origin: Origin) -> list[str]:
    """Serve the pictures; the options to have them."""
    for number, url in enumerate(URLS):
        origin.serve(url, save(photograph(number + 3, (640, 480)), "JPEG"))
    origin.serve(f"{URLS[1]}?x=1&y=2", save(photograph(9, (640, 480)), "JPEG"))
    mapped = [word for place in origin.connect_to for word in ("--connect-to", place)]
    return [*mapped, "--ca-file", origin.ca_file]


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Archived posts, made once; a test has a copy."""
    base = tmp_path_factory.mktemp("archived")
    for name, text in POSTS.items():
        (base / name).parent.mkdir(exist_ok=True)
        (base / name).write_bytes(original(name, text))
    (base / "archiver.toml").write_text('[[sources]]\npath = "."\nin_place = true\n')
    with Origin() as origin:
        assert run_inside("run", *serve(origin), cwd=base).code == 0
    return base


@pytest.fixture
def run(origin: Origin, archived: Path, tmp_path: Path) -> Run:
    shutil.copytree(archived, tmp_path, dirs_exist_ok=True)
    options = serve(origin)
    return lambda *arguments: run_inside(*arguments, *options, cwd=tmp_path)


def original(name: str, text: str) -> bytes:
    return text.encode("utf-16-le" if "wide" in name else "utf-8")


def links(file: Path) -> list[str]:
    """Every link into an archive, as it stands."""
    text = file.read_bytes().replace(b"\0", b"").decode("utf-8", "replace")
    return re.findall(r"[\w./:-]*(?:assets|thumbnails)/[\w./-]+", text)


def check_restored(run: Run, base: Path, names: dict[str, str] | None = None) -> None:
    """*names*: where documents are now → where they were."""
    where = names or {name: name for name in POSTS}
    assert run("restore", *(str(base / now) for now in where)).code == 0
    for now, before in where.items():
        assert (base / now).read_bytes() == original(before, POSTS[before]), now


def test_a_new_link_prefix(run: Run, tmp_path: Path) -> None:
    assert run("relink").stdout.count("every link leads where it should") == 3
    (tmp_path / "archiver.toml").write_text('link_prefix = "/pictures/"\n')
    result = run("relink")
    assert (result.code, result.stdout.count("relinked")) == (0, 3), result.stdout
    for name in POSTS:
        assert links(tmp_path / name) and all(
            link.startswith("/pictures/") for link in links(tmp_path / name)
        )
    assert run("verify", "--documents").code == 0
    (tmp_path / "archiver.toml").write_text('link_prefix = ""\n')
    run("relink", "a.md", "sub")
    assert all(link.startswith("archive/") for link in links(tmp_path / "a.md"))
    assert all(link.startswith("../archive/") for link in links(tmp_path / "sub" / "wide.html"))
    check_restored(run, tmp_path)


def test_what_programs_are_told(run: Run, tmp_path: Path) -> None:
    def told(*arguments: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in run(*arguments, "--json").stdout.splitlines()]

    about = {"kind": "document", "document": "a.md"}
    reason = "every link leads where it should"
    unchanged = about | {"outcome": "unchanged", "links": 0, "reason": reason}
    assert told("relink", "a.md") == [unchanged]
    assert told("restore", "a.md") == [about | {"outcome": "restored", "reason": ""}]
    told("restore", "--all")
    *files, last = told("gc", "--grace", "0")
    assert {each["action"] for each in files} == {"deleted"}
    assert last["summary"]["deleted"]["files"] == len(files) > len(URLS)
    assert (last["summary"]["dry_run"], last["summary"]["in_use"]["files"]) == (False, 0)
    assert [each["removed"] for each in told("why", URLS[0])] == [True]
    assert "taken out by gc" in run("why", URLS[0]).stdout


def test_a_moved_archive(run: Run, tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "archive").rename(tmp_path / "static" / "pictures")
    (tmp_path / "archiver.toml").write_text('archive = "static/pictures"\n')
    assert run("relink").stdout.count("relinked") == 3
    assert all(link.startswith("static/pictures/") for link in links(tmp_path / "a.md"))
    assert run("verify", "--documents").code == 0
    check_restored(run, tmp_path)


def test_moved_documents_by_a_run(run: Run, origin: Origin, tmp_path: Path) -> None:
    """By their hash, and by their links where they were edited as well."""
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "a.md").rename(tmp_path / "deep" / "er" / "a2.md")
    moved = tmp_path / "deep" / "b2.html"
    (tmp_path / "sub" / "b.html").rename(moved)
    moved.write_bytes(b"<!-- mine -->" + moved.read_bytes())
    shutil.copy(tmp_path / "sub" / "wide.html", tmp_path / "copy.html")
    asked = len(origin.urls)
    assert run("run").code == 0
    assert len(origin.urls) == asked
    assert all(x.startswith("../../archive/") for x in links(tmp_path / "deep" / "er" / "a2.md"))
    assert all(x.startswith("../archive/") for x in links(moved))
    assert all(x.startswith("archive/") for x in links(tmp_path / "copy.html"))
    assert run("verify", "--documents").code == 0
    state = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.md")}
    run("run")
    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.md")} == state
    check_restored(
        run,
        tmp_path,
        {"deep/er/a2.md": "a.md", "copy.html": "sub/wide.html", "sub/wide.html": "sub/wide.html"},
    )
    run("restore", "deep/b2.html")
    assert moved.read_bytes() == b"<!-- mine -->" + original("", POSTS["sub/b.html"])


def test_other_links_stay(run: Run, tmp_path: Path) -> None:
    """Of another archive, of no known digest, in a comment, in a document that opted out."""
    other = tmp_path / "other"
    shutil.copytree(tmp_path / "archive", other / "archive")
    name = links(tmp_path / "a.md")[0]
    unknown = "archive/assets/ab/ab" + 62 * "0" + ".png"
    texts = {
        "other/x.md": f"![]({name})\n",
        "sub/x.md": f"![](../{unknown})\n",
        "sub/y.md": f"<!-- <img src='{name}'> -->\n",
        "sub/z.md": f"---\narchiver: false\n---\n![]({name})\n",
    }
    for path, text in texts.items():
        (tmp_path / path).write_text(text)
    assert run("relink").code == 0
    assert {path: (tmp_path / path).read_text() for path in texts} == texts


def test_a_pasted_link_is_mended_and_a_read_only_document_is_not(run: Run, tmp_path: Path) -> None:
    name = links(tmp_path / "a.md")[0]
    (tmp_path / "sub" / "pasted.md").write_text(f"![]({name})\n")
    (tmp_path / "sub" / "locked.md").write_text(f"![]({name})\n")
    (tmp_path / "sub" / "locked.md").chmod(0o444)
    result = run("relink", "sub")
    assert result.code == 3 and "read-only" in result.stdout
    assert (tmp_path / "sub" / "pasted.md").read_text() == f"![](../{name})\n"
    assert os.path.exists(tmp_path / "sub" / ".." / name)


URL_CASES = {
    "HTML": ("x.html", '<img src="{a}"><img src={b}>', '<img src="{a_url}"><img src={b_url}>'),
    "a query in HTML": ("x.html", '<img src="{q}">', '<img src="{q_url}">'),
    "Markdown": ("x.md", "![]({a}) and ![]({b} 'title')", "![]({a_url}) and ![]({b_url} 'title')"),
    "srcset": ("x.html", '<img srcset="{a} 2x,{b}">', '<img srcset="{a_url} 2x,{b_url}">'),
    "CSS": ("x.css", "p{{background:url({a})}}", "p{{background:url({a_url})}}"),
    "front matter": ("x.md", "---\ncover: {a}\n---\n", "---\ncover: {a_url}\n---\n"),
    "text around it": ("x.md", "{a} stays as text", "{a} stays as text"),
}


@pytest.mark.parametrize(("name", "text", "expected"), URL_CASES.values(), ids=URL_CASES.keys())
def test_urls_into_any_document(
    name: str, text: str, expected: str, run: Run, tmp_path: Path
) -> None:
    a, _, q = links(tmp_path / "a.md")[:3]
    b = links(tmp_path / "sub" / "b.html")[0].removeprefix("../")
    values = {"a": a, "b": b, "q": q, "a_url": URLS[0], "b_url": URLS[1]}
    values["q_url"] = f"{URLS[1]}?x=1&y=2"
    (tmp_path / name).write_text(text.format(**values))
    result = run("restore", "--urls", name)
    assert result.code == 0, result.stdout + result.stderr
    assert (tmp_path / name).read_text() == expected.format(**values)
    assert run("restore", "--urls", name).stdout.startswith("unchanged")


XHTML = """{head}<html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title>
<style>/*<![CDATA[*/ a{{background:url("{q}")}} /*]]>*/</style>
</head><body><img src="{q}" alt="a &amp; b"/><p style="background:url({q})"/></body></html>
"""
XML_CASES = {
    "told by its name": ("x.xhtml", ""),
    "told by its declaration": ("x.html", "<?xml version='1.0' encoding='utf-8'?>\n"),
    "both, the name in capitals": ("x.XHTML", "<?xml version='1.0'?>\n"),
}


@pytest.mark.parametrize(("name", "head"), XML_CASES.values(), ids=XML_CASES.keys())
def test_urls_into_xhtml_leave_it_xml(name: str, head: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / name).write_text(XHTML.format(head=head, q=links(tmp_path / "a.md")[2]))
    result = run("restore", "--urls", name)
    assert result.code == 0, result.stdout + result.stderr
    url = f"{URLS[1]}?x=1&y=2"
    root = ElementTree.fromstring((tmp_path / name).read_bytes())
    found = {element.tag.partition("}")[2]: element for element in root.iter()}
    assert found["img"].attrib == {"src": url, "alt": "a & b"}
    assert found["p"].get("style") == f"background:url({url})"
    assert f'url("{url}")' in (found["style"].text or "")
    assert run("restore", "--urls", name).stdout.startswith("unchanged")


def test_urls_into_what_we_rewrote(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    pasted = links(tmp_path / "sub" / "b.html")[0].removeprefix("../")
    path.write_text(path.read_text() + f"![]({pasted})\n")
    assert run("restore", "--urls", "a.md").code == 0
    assert path.read_text() == POSTS["a.md"] + f"![]({URLS[1]})\n"
    assert run("run").code == 0
    assert path.read_text() == POSTS["a.md"] + f"![]({URLS[1]})\n"  # left alone until it changes


def test_several_urls_of_one_picture(run: Run, origin: Origin, tmp_path: Path) -> None:
    twin = "https://other.example.com/twin.jpg"
    origin.serve(twin, save(photograph(3, (640, 480)), "JPEG"))
    (tmp_path / "twin.md").write_text(f"![]({twin})\n")
    run("run")
    shown = (tmp_path / "twin.md").read_text()
    (tmp_path / "pasted.md").write_text(shown)
    (tmp_path / "twin.md").write_text(f"{shown}later ![]({links(tmp_path / 'twin.md')[0]})\n")
    result = run("restore", "--urls", "twin.md")
    assert (tmp_path / "twin.md").read_text() == f"![]({twin})\nlater ![]({twin})\n"
    (tmp_path / "pasted.md").write_text(f"new text ![]({links(tmp_path / 'pasted.md')[0]} 'x')\n")
    result = run("restore", "--urls", "pasted.md")
    assert "2 URLs gave" in result.stdout
    assert URLS[0] in (tmp_path / "pasted.md").read_text()


USAGE = {
    "a folder": (["restore", "--urls", "sub"], "name documents"),
    "all": (["restore", "--urls", "--all"], "name documents"),
    "changes of one document": (["relink", "--take-changes", "sub"], "name none"),
    "nothing there": (["relink", "none"], "none: no such file"),
}


@pytest.mark.parametrize(("arguments", "message"), USAGE.values(), ids=USAGE.keys())
def test_wrong_usage(arguments: list[str], message: str, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    result = run_inside(*arguments, cwd=tmp_path)
    assert (result.code, message in result.stderr) == (2, True), result.stderr
