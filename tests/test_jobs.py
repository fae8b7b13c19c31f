"""`archiver run`: what is taken, what is left alone, and the exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from origin import Origin
from pictures import photograph, save
from program import Result, run_archiver, snapshot_of

CONFIG = '[[sources]]\npath = "posts"\nin_place = true\n\n[[sources]]\npath = "inbox"\n'
TEXT = "![a](https://img.example.com/a.jpg)\n"


@pytest.fixture
def job(origin: Origin, tmp_path: Path) -> Callable[..., Result]:
    """A folder with a configuration; the function runs the program there."""
    origin.serve("https://img.example.com/a.jpg", save(photograph(1, (480, 320)), "JPEG"))
    (tmp_path / "archiver.toml").write_text(CONFIG)
    for folder in ("posts", "inbox"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.md").write_text(TEXT)
    mapped = [word for place in origin.connect_to for word in ("--connect-to", place)]

    def run(command: str, *arguments: str) -> Result:
        network = [*mapped, "--ca-file", origin.ca_file] if command != "restore" else []
        return run_archiver(command, *arguments, *network, cwd=tmp_path)

    return run


def summary_of(result: Result) -> dict[str, dict[str, int]]:
    return json.loads(result.stdout.splitlines()[-1])["summary"]


def test_run_works_through_the_sources(
    job: Callable[..., Result], origin: Origin, tmp_path: Path
) -> None:
    result = job("run", "--json")
    assert result.code == 0, result.stderr
    assert summary_of(result)["documents"] == {"rewritten": 2}
    assert "archive/assets" in (tmp_path / "posts" / "a.md").read_text()
    assert (tmp_path / "inbox" / "a.md").read_text() == TEXT
    assert "](../archive/assets/" in (tmp_path / "archived" / "a.md").read_text()
    state = snapshot_of(tmp_path)
    again = job("run", "--json")
    assert summary_of(again)["documents"] == {"unchanged": 2}
    assert snapshot_of(tmp_path) == state
    assert len(origin.urls) == 1


def test_only_what_changed_is_taken(job: Callable[..., Result], tmp_path: Path) -> None:
    job("run")
    (tmp_path / "posts" / "b.md").write_text(TEXT)
    assert summary_of(job("run", "--json"))["documents"] == {"rewritten": 1, "unchanged": 2}


def test_a_restored_document_is_left_alone_until_it_changes(
    job: Callable[..., Result], tmp_path: Path
) -> None:
    post = tmp_path / "posts" / "a.md"
    job("run")
    assert job("restore", "posts/a.md").code == 0
    for _ in range(2):
        assert summary_of(job("run", "--json"))["documents"] == {"unchanged": 2}
        assert post.read_text() == TEXT
        (tmp_path / ".archiver" / "catalog.sqlite").unlink()  # the journal alone must know it too
    post.write_text(TEXT + "edited\n")
    assert summary_of(job("run", "--json"))["documents"]["rewritten"] == 1


def test_archive_takes_a_restored_document_again(
    job: Callable[..., Result], tmp_path: Path
) -> None:
    job("run")
    job("restore", "posts/a.md")
    assert job("archive", "posts", "--in-place").code == 0
    assert "archive/assets" in (tmp_path / "posts" / "a.md").read_text()


def test_only_new_losses_give_exit_code_3(job: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "posts" / "lost.md").write_text("![x](https://img.example.com/none.jpg)")
    assert job("run").code == 3
    assert job("run").code == 0
    (tmp_path / "posts" / "lost.md").write_text("edited ![x](https://img.example.com/none.jpg)")
    assert job("run").code == 0
    (tmp_path / "posts" / "lost.md").write_text("again ![x](https://img.example.com/none.jpg)")
    assert job("run", "--strict").code == 3


def test_run_without_sources_shows_one_to_paste(tmp_path: Path) -> None:
    result = run_archiver("run", cwd=tmp_path)
    assert result.code == 2
    assert "[[sources]]" in result.stderr


def test_a_held_lock_is_exit_code_5(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("text")
    run_archiver("archive", "a.md", "--in-place", cwd=tmp_path)
    code = (
        "import sys; from archiver import files\n"
        "with files.lock('.archiver/lock'):\n    print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None and holder.stdin is not None
        holder.stdout.readline()
        result = run_archiver("archive", "a.md", "--in-place", cwd=tmp_path)
        holder.stdin.close()
    assert result.code == 5
    assert str(holder.pid) in result.stderr


def test_relative_links_are_refused_in_a_site_that_moves_posts(tmp_path: Path) -> None:
    (tmp_path / "hugo.toml").write_text('baseURL = "https://site.example/"\n')
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "a.md").write_text(TEXT)
    result = run_archiver("archive", "content", "--in-place", cwd=tmp_path)
    assert result.code == 2
    assert 'link_prefix = "/archive/"' in result.stderr
    assert run_archiver("init", cwd=tmp_path).code == 0
    config = (tmp_path / "archiver.toml").read_text()
    assert 'link_prefix = "/archive/"' in config and "static/archive" in config
    assert run_archiver("init", cwd=tmp_path).code == 2, "what is there is left as it is"


OWN = """\
[[sources]]
path = "posts"
in_place = true
link_prefix = "/archive/"
quality = "original"
base_url = "https://blog.example.com/2026/"
front_matter.image_fields = ["ours"]

[[sources]]
path = "inbox"
rewrite.srcset = "largest"
"""


def test_sources_have_settings_of_their_own(
    job: Callable[..., Result], origin: Origin, tmp_path: Path
) -> None:
    resized, field = "?x-oss-process=image/resize,w_8", "/of-a-field"
    relative = "https://blog.example.com/c.jpg"
    pictures = {folder: f"https://img.example.com/{folder}.jpg" for folder in ("posts", "inbox")}
    served = [url + query for url in pictures.values() for query in ("", resized)]
    for n, url in enumerate((*served, relative, "https://img.example.com" + field)):
        origin.serve(url, save(photograph(n, (400 + n, 300)), "JPEG"))
    (tmp_path / "archiver.toml").write_text(OWN)
    text = f"---\nours: https://img.example.com{field}\n---\n![](%s{resized})\n"
    text += '<img src="/c.jpg" srcset="https://img.example.com/a.jpg 2x">\n'
    for folder, url in pictures.items():
        (tmp_path / folder / "a.md").write_text(text % url)
    result = job("run", "--json")
    assert result.code in (0, 3), result.stderr
    post = (tmp_path / "posts" / "a.md").read_text()
    places = ("ours: ", "](", 'src="', 'srcset="')
    assert all(f"{place}/archive/assets/" in post for place in places), post
    copy = (tmp_path / "archived" / "a.md").read_text()
    assert "](../archive/assets/" in copy and 'src="/c.jpg"' in copy and field in copy
    assert pictures["posts"] in origin.urls and pictures["inbox"] + resized in origin.urls
    assert pictures["inbox"] not in origin.urls and relative in origin.urls
    state = snapshot_of(tmp_path)
    assert job("run").code == 0
    assert snapshot_of(tmp_path) == state
    assert run_archiver("relink", cwd=tmp_path).code == 0
    assert (tmp_path / "posts" / "a.md").read_text() == post
    assert (tmp_path / "archived" / "a.md").read_text() == copy
