"""Links that lead to documents: rewritten in place, each document is one, by its real name."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from origin import Origin
from pictures import photograph, save
from program import Result, run_archiver

URL = "https://img.example.com/a.jpg"
TEXT = f"![a]({URL})\n"
Run = Callable[..., Result]

# link → where it leads
LINKS = {
    "a link above its document": ("a.md", "sub/b.md"),
    "a link below its document": ("sub/a.md", "../b.md"),
    "a link beside its document": ("a.md", "b.md"),
    "a link that comes later": ("z.md", "b.md"),
    "a link to a link": ("a.md", "between.md"),
}


@pytest.fixture
def run(origin: Origin, tmp_path: Path) -> Run:
    origin.serve(URL, save(photograph(1, (480, 320)), "JPEG"))
    mapped = [word for place in origin.connect_to for word in ("--connect-to", place)]
    options = [*mapped, "--ca-file", origin.ca_file]
    (tmp_path / "archiver.toml").write_text(
        "[[sources]]\npath = '.'\nin_place = true\n[run]\nmin_age = '0s'\n"
    )
    return lambda *words: run_archiver(*words, *options, cwd=tmp_path)


def plant(base: Path, link: str, target: str) -> Path:
    """The document that *link* leads to in the end."""
    (base / "sub").mkdir()
    (base / "between.md").symlink_to("b.md")
    (base / link).symlink_to(target)
    document = Path(os.path.realpath(base / link))
    document.write_text(TEXT)
    return document


def leads_to_the_picture(document: Path) -> bool:
    link = document.read_text().partition("(")[2].partition(")")[0]
    return "archive/assets/" in link and (document.parent / link).is_file()


@pytest.mark.parametrize(("link", "target"), LINKS.values(), ids=LINKS.keys())
def test_a_run_rewrites_it_once(link: str, target: str, run: Run, tmp_path: Path) -> None:
    document = plant(tmp_path, link, target)
    told = run("run", "--json")
    assert told.code == 0, told.stdout
    assert json.loads(told.stdout.splitlines()[-1])["summary"]["documents"] == {"rewritten": 1}
    assert leads_to_the_picture(document) and (tmp_path / link).is_symlink()
    assert "unchanged" in run("run").stdout
    assert run_archiver("relink", link, cwd=tmp_path).code == 0
    assert leads_to_the_picture(document)
    assert run_archiver("restore", link, cwd=tmp_path).code == 0
    assert document.read_text() == TEXT and (tmp_path / link).is_symlink()
    run("run")
    assert document.read_text() == TEXT, "a restored document is left alone"


def test_copies_of_both_are_made(run: Run, tmp_path: Path) -> None:
    plant(tmp_path, "a.md", "sub/b.md")
    assert run("archive", "a.md", "sub", "-o", "out").code == 0
    copies = [tmp_path / "out" / name for name in ("a.md", "b.md")]
    assert all(leads_to_the_picture(copy) and not copy.is_symlink() for copy in copies)


def test_one_that_two_sources_hold_is_one(run: Run, tmp_path: Path) -> None:
    document = plant(tmp_path, "sub/a.md", "../b.md")
    sources = "[[sources]]\npath = '.'\nin_place = true\n" * 2
    (tmp_path / "archiver.toml").write_text(sources + "[run]\nmin_age = '0s'\n")
    told = run("run")
    assert told.code == 0 and "1 document: 1 rewritten" in told.stdout
    assert leads_to_the_picture(document)


def test_urls_are_put_back_once(run: Run, tmp_path: Path) -> None:
    document = plant(tmp_path, "sub/a.md", "../b.md")
    run("run")
    words = ("restore", "--urls", "sub/a.md", "b.md", "./b.md", "between.md")
    told = run_archiver(*words, cwd=tmp_path)
    assert (told.code, told.stdout.count("restored")) == (0, 1), told.stdout
    assert document.read_text() == TEXT
