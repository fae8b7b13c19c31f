"""A run over Markdown without HTML imports no library that only other runs need."""

from __future__ import annotations

from pathlib import Path

import pytest
from origin import Origin
from pictures import plain
from program import run_code

PROGRAM = """
import sys
from archiver.cli import main
try:
    main.main()
finally:
    print("modules:", *sorted(sys.modules), file=sys.stderr)
"""
OF_FEEDS = {"archiver.visits", "feedparser", "jinja2", "nh3"}
OF_HTML = {"bs4", "soupsieve", "turbohtml"}
OF_OTHER_RUNS = {"trafilatura", "obstore", "ray", "rich", "prometheus_client", "aiohttp_socks"}


@pytest.fixture
def base(origin: Origin, tmp_path: Path) -> Path:
    origin.serve("http://img.example.com/a.png", plain((1, 2, 3)))
    (tmp_path / "post.md").write_text("![](http://img.example.com/a.png)\n")
    return tmp_path


def modules_of_a_run(base: Path, origin: Origin, *sources: str) -> set[str]:
    arguments = ["archive", *sources, "--connect-to", origin.connect_to[0], "--quiet"]
    done = run_code(PROGRAM, *arguments, cwd=base)
    assert done.code == 0, done.stderr
    return set(done.stderr.partition("modules:")[2].split())


def test_a_plain_run_imports_what_it_needs(base: Path, origin: Origin) -> None:
    modules = modules_of_a_run(base, origin, "post.md")
    assert "aiohttp" in modules, "it fetched nothing"
    assert (OF_FEEDS | OF_HTML | OF_OTHER_RUNS) & modules == set()


def test_a_page_brings_the_parts_for_pages(base: Path, origin: Origin) -> None:
    page = b'<!doctype html><img src="http://img.example.com/a.png">'
    origin.serve("http://site.example.com/page.html", page, media_type="text/html")
    modules = modules_of_a_run(base, origin, "http://site.example.com/page.html")
    assert modules >= OF_FEEDS | OF_HTML
