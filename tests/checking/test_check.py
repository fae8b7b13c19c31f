"""``archiver check`` over folders, without git and without a network."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from checks import found_in
from program import run_archiver, snapshot_of

REMOTE, THERE, BROKEN = "https://a.example/x.png", "img/there.png", "img/none.png"
BADGE = "https://img.shields.io/npm/v/x.svg"
CONFIG = 'archive = "static/archive"\nlink_prefix = "{}"\n'
OG = '<meta property="og:image" content="https://a.example/x.png">'
OTHER = "https://b.example/archive/a.png"

# files (name → text) → what is found: document:line:column and the end of the link
FOLDERS = {
    "nothing": ({"a.md": "no pictures\n", "b.html": f"<img src={THERE}>"}, []),
    "a remote image": ({"a.md": f"x\n\n![]({REMOTE})"}, [f"a.md:3:5 {REMOTE}"]),
    "without a scheme": ({"a.html": "<img src=//a.example/x.png>"}, [f"a.html:1:10 {REMOTE}"]),
    "a broken link": ({"a.md": f"![]({BROKEN})"}, [f"a.md:1:5 {BROKEN}"]),
    "a link that leads somewhere": ({"a.md": f"![]({THERE})"}, []),
    "with a query": ({"a.md": f"![]({THERE}?v=1#x)"}, []),
    "encoded": ({"a.md": "![](img/a%20b.png)", "img/a b.png": ""}, []),
    "a folder is no image": (
        {"a.md": "![](img)<img src=img/>"}, ["a.md:1:5 img", "a.md:1:18 img/"],
    ),
    "in a subfolder": (
        {"x/y/a.md": f"![](../../{THERE})![](../{THERE})"}, [f"x/y/a.md:1:29 ../{THERE}"],
    ),
    "columns are bytes": ({"a.md": f"图![]({REMOTE})"}, [f"a.md:1:8 {REMOTE}"]),
    "badges stay": ({"a.md": f"![]({BADGE})"}, []),
    "a host that is left": (
        {"a.md": f"![]({REMOTE})", "archiver.toml": '[[hosts]]\npattern = "a.*"\nskip = true'},
        [],
    ),
    "opted out": ({"a.md": f"---\narchiver: false\n---\n![]({REMOTE})![]({BROKEN})"}, []),
    "between the marks": (
        {"a.md": f"<!-- archiver:off -->\n![]({REMOTE})\n<!-- archiver:on -->\n![]({BROKEN})"},
        [f"a.md:4:5 {BROKEN}"],
    ),
    "in code": ({"a.md": f"`![]({REMOTE})`\n\n    ![]({REMOTE})\n"}, []),
    "a template": ({"a.md": "![]({{ site.baseurl }}/x.png)"}, []),
    "data": ({"a.html": '<img src="data:image/png;base64,AA==">'}, []),
    "from the root of the folder": (
        {"x/a.md": f"![](/{THERE})![](/{BROKEN})"}, [f"x/a.md:1:24 /{BROKEN}"],
    ),
    "where generators serve from": (
        {"x/a.md": "![](/s.png)![](/p.png)", "static/s.png": "", "x/public/p.png": ""}, [],
    ),
    "Hugo's own folder, below a path": (
        {
            "hugo.toml": 'baseURL = "https://me.example/blog/"\nstaticDir = "files"\ntheme = "t"',
            "content/a.md": "![](/blog/s.png)![](/s.png)![](/blog/t.png)", "files/s.png": "",
        },
        ["content/a.md:1:32 /blog/t.png"],
    ),
    "a folder of the post's name": ({"a.md": "![](s.png)", "a/s.png": ""}, []),
    "a field, from the root": (
        {"x/a.md": f"---\ncover: {THERE}\nicon: {BROKEN}\n---\n"}, [f"x/a.md:3:7 {BROKEN}"],
    ),
    "a field that is a word": ({"a.md": "---\nicon: star\nheader: dark\n---\n"}, []),
    "with a link prefix": (
        {
            "archiver.toml": CONFIG.format("/archive/"), "static/archive/assets/a.png": "",
            "x/a.md": f"![](/archive/assets/a.png)![](/archive/b.png)![]({OTHER})",
        },
        ["x/a.md:1:31 /archive/b.png", f"x/a.md:1:50 {OTHER}"],
    ),
    "with a link prefix on another host": (
        {
            "archiver.toml": CONFIG.format("https://cdn.example/a/"), "static/archive/a.png": "",
            "a.md": "![](https://cdn.example/a/a.png)![](https://cdn.example/a/b.png)",
        },
        ["a.md:1:37 https://cdn.example/a/b.png"],
    ),
    "on another host, and no archive here": (
        {
            "archiver.toml": CONFIG.format("https://cdn.example/a/"),
            "a.md": "![](https://cdn.example/a/b.png)![](https://cdn.example/b.png)",
        },
        ["a.md:1:37 https://cdn.example/b.png"],
    ),
    "on the site's own address": (
        {
            "archiver.toml": 'site_url = "https://me.example/"', "archive/a.png": "",
            "a.html": OG.replace(REMOTE, "https://me.example/archive/a.png") + OG,
        },
        [f"a.html:1:105 {REMOTE}"],
    ),
    "not the archive's own drawings": (
        {"archive/sanitized/a.svg": f"<svg><image href='{REMOTE}'/></svg>"}, [],
    ),
    "a loop of links": ({"a.md": "![](loop.png)"}, ["a.md:1:5 loop.png"]),
}  # fmt: skip


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in {THERE: "", **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("files", "expected"), FOLDERS.values(), ids=FOLDERS.keys())
def test_what_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], expected: list[str]
) -> None:
    write(tmp_path, files)
    if "loop.png" in str(files):
        (tmp_path / "loop.png").symlink_to("loop.png")
    monkeypatch.chdir(tmp_path)
    state = snapshot_of(tmp_path)
    assert found_in(tmp_path) == expected
    assert snapshot_of(tmp_path) == state, "nothing is written"


def test_named_files_only(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": f"![]({REMOTE})", "b.md": f"![]({REMOTE})", "c.png": "no document"})
    result = run_archiver("check", "b.md", "c.png", cwd=tmp_path)
    assert result.stdout == f"b.md:1:5: remote image, not archived: {REMOTE} (markdown image)\n"
    assert result.stderr.startswith("1 problem in 1 document; ")
    assert run_archiver("check", "b.md", "-q", cwd=tmp_path).stderr == ""
    assert run_archiver("check", "none.md", cwd=tmp_path).code == 2


def test_what_the_archive_holds_but_cannot_link(tmp_path: Path) -> None:
    """A place that needs an absolute URL keeps the remote one; its picture is archived."""
    write(tmp_path, {"a.html": OG})
    assert run_archiver("check", cwd=tmp_path).code == 3
    line = {"kind": "image", "v": 1, "when": "2026-01-02T03:04:05Z", "url": REMOTE}
    journal = tmp_path / ".archiver" / "journal" / "20260102T030405Z-00000000.ndjson"
    journal.parent.mkdir(parents=True)
    journal.write_text(json.dumps(line | {"outcome": "gone"}) + "\n")
    assert run_archiver("check", cwd=tmp_path).code == 3
    journal.write_text(json.dumps(line | {"outcome": "stored"}) + "\n")
    assert run_archiver("check", cwd=tmp_path).code == 0
    assert [p.name for p in (tmp_path / ".archiver").iterdir()] == ["journal"]


def test_names_that_are_odd(tmp_path: Path) -> None:
    """Non-UTF-8 bytes come out as they are; what would end a field of GitHub's is escaped."""
    names = [b"100%,a:b\n.md", b"caf\xe9.md", "图.md".encode()]
    for name in names:
        Path(os.fsdecode(bytes(tmp_path) + b"/" + name)).write_text(f"![]({REMOTE})")
    text = run_archiver("check", cwd=tmp_path).stdout
    heads = [os.fsencode(line.partition(":1:5: ")[0]) for line in text.splitlines()]
    assert sorted(heads) == sorted([b"100%,a:b\\u000a.md", *names[1:]])
    lines = run_archiver("check", "--format", "github", cwd=tmp_path).stdout.splitlines()
    assert sorted(os.fsencode(line.partition(",line=1,col=5::")[0]) for line in lines) == sorted(
        [
            b"::error file=100%25%2Ca%3Ab%0A.md",
            b"::error file=caf\xe9.md",
            b"::error file=" + names[2],
        ]
    )
    documents = [
        json.loads(x)["document"]
        for x in run_archiver("check", "--json", cwd=tmp_path).stdout.splitlines()
    ]
    assert sorted(map(os.fsencode, documents)) == sorted(names)


def test_messages_hold_no_secret_and_are_escaped(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "![](https://me:pw@a.example/50%25.png?token=canary&w=8)"})
    result = run_archiver("check", "--format", "github", cwd=tmp_path)
    assert result.stdout == (
        "::error file=a.md,line=1,col=5::remote image, not archived: "
        "https://a.example/50%2525.png?token=…&w=8 (markdown image)\n"
    )


def test_a_document_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.md").symlink_to("/dev/null")
    (tmp_path / "b.md").write_text(f"![]({REMOTE})")
    result = run_archiver("check", "a.md", "b.md", cwd=tmp_path)
    assert result.code in (2, 3) and "a.md" in result.stderr
