"""``archiver why`` tells the story of a picture; ``archiver clean-url`` says why it would ask."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from origin import Origin
from pictures import photograph, save
from program import Result, run_archiver

MARK = "?x-bce-process=image/watermark,g_7"
KEPT, LOST = f"https://i.example/kept.jpg{MARK}", "https://i.example/lost.jpg"
POST = f'---\ntitle: x\n---\n<p><img src="{KEPT}">\n<img src="{LOST}"></p>\n'


@pytest.fixture
def archived(origin: Origin, tmp_path: Path) -> Path:
    """A folder whose post was archived: its clean picture refused, another one lost."""
    origin.serve("https://i.example/kept.jpg", b"no", status=403, media_type="text/plain")
    origin.serve(KEPT, save(photograph(1, (480, 320)), "JPEG"), media_type="image/jpeg")
    (tmp_path / "post.md").write_text(POST)
    mapped = [word for place in origin.connect_to for word in ("--connect-to", place)]
    result = run_archiver("archive", "post.md", *mapped, "--ca-file", origin.ca_file, cwd=tmp_path)
    assert result.code == 3, result.stderr
    assert "a web archive may have what is lost" in result.stdout
    return tmp_path


def why(folder: Path, *arguments: str) -> Result:
    result = run_archiver("why", *arguments, cwd=folder)
    assert result.code == 0, result.stderr
    return result


def test_the_story_of_a_url(archived: Path) -> None:
    lines = why(archived, KEPT).stdout.splitlines()
    assert lines[0] == "https://i.example/kept.jpg?x-bce-process=…"
    assert lines[1] == "  clean         https://i.example/kept.jpg by baidu-bos"
    assert lines[2] == "                not taken: the server refuses it (status-403)"
    assert lines[3].startswith("  as given      https://i.example/kept.jpg?x-bce-process=…: kept")
    assert any("image/jpeg, 480×320 px" in line for line in lines)
    assert "                it kept its watermark" in lines
    assert lines[-1].strip().startswith("2 requests, ")
    text = why(archived, LOST).stdout
    assert "the server has it no more (status-404), again from " in text


@pytest.mark.parametrize(
    "document", ["archived/post.md", "post.md"], ids=["the copy", "the source"]
)
def test_the_stories_of_a_document(archived: Path, document: str) -> None:
    lines = why(archived, document, "--json").stdout.splitlines()
    found = {line["url"]: line["image"] for line in map(json.loads, lines)}
    assert list(found) == [KEPT, LOST]
    assert found[KEPT]["outcome"] == "stored"
    assert found[KEPT]["refused"] == [
        {
            "url": "https://i.example/kept.jpg",
            "kind": "clean",
            "rule": "baidu-bos",
            "reason": "status-403",
            "outcome": "blocked",
            "referer": "",
        }
    ]
    assert found[LOST]["outcome"] == "gone"


NOT_ASKED = {
    "an address inside": ("http://10.1.2.3/a.png", "(address)"),
    "a name of such an address": ("http://localhost/a.png", "(address)"),
    "a port": ("http://93.184.215.14:8443/a.png", "(port)"),
}


@pytest.mark.parametrize(("url", "reason"), NOT_ASKED.values(), ids=NOT_ASKED.keys())
def test_what_was_refused_was_not_asked(tmp_path: Path, url: str, reason: str) -> None:
    (tmp_path / "post.md").write_text(f"![x]({url})\n")
    assert run_archiver("archive", "post.md", cwd=tmp_path).code == 3
    lines = why(tmp_path, url).stdout.splitlines()
    assert reason in lines[-2]
    assert lines[-1].strip().startswith("0 requests, ")


def test_nothing_is_written(archived: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in archived.rglob("*")}
    why(archived, "post.md", KEPT)
    assert {path: path.stat().st_mtime_ns for path in archived.rglob("*")} == before


def test_what_no_run_has_asked_for(tmp_path: Path) -> None:
    text = why(tmp_path, KEPT).stdout
    assert "no run has asked for it" in text
    assert "  clean         https://i.example/kept.jpg by baidu-bos" in text
    assert not list(tmp_path.iterdir())


REASONS = {
    "a mark cut": (KEPT, ["clean", "as given"], "without the watermark; "),
    "nothing to cut": (LOST, ["as given"], "no rule finds a watermark in it"),
    "signed": (
        f"{KEPT}&X-Amz-Credential=a&X-Amz-Signature=b", ["as given"],
        "it asks for a watermark; a signature covers its path and query",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("url", "kinds", "reason"), REASONS.values(), ids=REASONS.keys())
def test_clean_url_says_why(tmp_path: Path, url: str, kinds: list[str], reason: str) -> None:
    found = json.loads(run_archiver("clean-url", "--json", url, cwd=tmp_path).stdout)
    assert [c["kind"] for c in found["candidates"]] == kinds
    assert found["candidates"][0]["reason"].startswith(reason)
    text = run_archiver("clean-url", url, cwd=tmp_path).stdout
    assert reason in text


def test_clean_url_knows_ones_own_rules(tmp_path: Path) -> None:
    rule = '[[rules]]\nname = "mine"\ngrammar = "chain"\nparameter = "x-my-process"\n'
    (tmp_path / "archiver.toml").write_text(
        rule + 'prefix = "image/"\ndrop = ["logo"]\nsource = "my own"\n'
    )
    url = "https://i.example/a.jpg?x-my-process=image/logo,x_1"
    text = run_archiver("clean-url", url, cwd=tmp_path).stdout
    assert "mine, high" in text and "without the watermark; my own" in text
