"""`run` over documents that did not change opens none of them, and nothing that reads documents is
imported."""

from __future__ import annotations

from pathlib import Path

import pytest
from origin import Origin
from pictures import plain
from program import run_archiver, run_code

DOCUMENTS = 200
CONFIG = '[[sources]]\npath = "posts"\nin_place = true\n\n[[sources]]\npath = "inbox"\n'

# What Python opens is told to audit hooks, also what its C modules open by its own functions.
WATCHED = """
import sys
opened = []
sys.addaudithook(lambda event, arguments: opened.append(arguments[0]) if event == "open" else None)
from archiver.cli import main
sys.argv = ["archiver", "run", "--quiet"]
try:
    main.main()
finally:
    for path in opened:
        print(path if isinstance(path, str) else repr(path), file=sys.stderr)
    print("modules:", *sorted(sys.modules), file=sys.stderr)
"""


@pytest.fixture
def base(origin: Origin, tmp_path: Path) -> Path:
    """Documents after their first run; one source in place, one copied."""
    origin.serve("http://img.example.com/a.png", plain((1, 2, 3)))
    (tmp_path / "archiver.toml").write_text(CONFIG)
    for folder in ("posts", "inbox"):
        (tmp_path / folder).mkdir()
        for n in range(DOCUMENTS // 2):
            text = "![](http://img.example.com/a.png)\n" if n % 2 else "no picture\n"
            (tmp_path / folder / f"document-{n}.md").write_text(text)
    first = run_archiver("run", "--connect-to", origin.connect_to[0], cwd=tmp_path)
    assert first.code == 0, first.stderr
    return tmp_path


def test_no_document_is_opened(base: Path) -> None:
    done = run_code(WATCHED, cwd=base)
    assert done.code == 0, done.stderr
    *opened, modules = done.stderr.splitlines()
    assert any("catalog.sqlite" in path for path in opened), "the watch saw nothing"
    assert [path for path in opened if "document-" in path] == []
    heavy = {
        "archiver.wiring",
        "archiver.formats.html",
        "aiohttp",
        "bs4",
        "PIL",
        "asyncio",
        "httpx",
    }
    assert heavy & set(modules.split()) == set()


def test_the_watch_sees_a_document_that_is_opened(base: Path) -> None:
    post = base / "posts" / "document-0.md"
    post.write_text("changed, no picture\n")
    done = run_code(WATCHED, cwd=base)
    assert any("document-0.md" in line for line in done.stderr.splitlines())
