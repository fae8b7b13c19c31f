"""`archiver archive -`: a document in, a document out, and nothing else on stdout."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from origin import Origin
from pictures import photograph, save
from program import run_archiver

URL = "https://img.example.com/a.jpg"
Stream = Callable[..., tuple[int, bytes, str]]


@pytest.fixture
def stream(origin: Origin, tmp_path: Path) -> Stream:
    """Give bytes to the program; its exit code, bytes and messages."""
    mapped = [word for place in origin.connect_to for word in ("--connect-to", place)]
    options = [*mapped, "--ca-file", origin.ca_file]

    def run(data: bytes, *arguments: str) -> tuple[int, bytes, str]:
        done = run_archiver("archive", "-", *arguments, *options, cwd=tmp_path, text=data)
        return done.code, done.output, done.stderr

    return run


@pytest.fixture
def asset(origin: Origin) -> str:
    """The path of the picture's copy."""
    data = save(photograph(1, (480, 320)), "JPEG")
    origin.serve(URL, data)
    digest = hashlib.sha256(data).hexdigest()
    return f"archive/assets/{digest[:2]}/{digest}.jpg"


DOCUMENTS = {
    "markdown": "\ufeff![图](%s)\r\n\r\nno line end",
    "html": "<!doctype html>\n<p>é<img src='%s'>",
    "a style sheet": "p { background: url(%s) }\n",
    "a feed": None,
}


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_the_document_and_nothing_else(
    text: str | None, stream: Stream, asset: str, tmp_path: Path
) -> None:
    if text is None:  # its readers need absolute URLs, so it stays; the picture is archived
        data = (
            f'<rss><channel><item><enclosure type="image/jpeg" url="{URL}"/></item></channel></rss>'
        )
        expected = data
    else:
        data, expected = text % URL, text % asset
    code, out, said = stream(data.encode())
    assert (code, out) == (0, expected.encode()), said
    assert "1 stored" in said
    assert (tmp_path / asset).is_file()


def test_with_a_folder_for_the_pictures(stream: Stream, asset: str, tmp_path: Path) -> None:
    (tmp_path / "local.png").write_bytes(save(photograph(2, (80, 60)), "PNG"))
    local = hashlib.sha256((tmp_path / "local.png").read_bytes()).hexdigest()
    code, out, _ = stream(f"![]({URL}) ![](local.png)".encode(), "-o", "out")
    assert (code, out.decode()) == (
        0, f"![]({asset}) ![](archive/assets/{local[:2]}/{local}.png)",
    )  # fmt: skip
    assert (tmp_path / "out" / asset).is_file() and not (tmp_path / "archive").exists()


def test_local_images_stay_where_the_document_stays(stream: Stream, tmp_path: Path) -> None:
    (tmp_path / "local.png").write_bytes(save(photograph(2, (80, 60)), "PNG"))
    assert stream(b"![](local.png)")[:2] == (0, b"![](local.png)")


def test_the_address_it_was_taken_from(stream: Stream, asset: str) -> None:
    arguments = ("--base-url", "https://img.example.com/")
    assert stream(b"![](a.jpg)", *arguments)[1].decode() == f"![]({asset})"


def test_a_lost_image_and_json(stream: Stream) -> None:
    data = b"![](https://img.example.com/gone.png)"
    code, out, said = stream(data, "--json")
    assert (code, out) == (3, data)
    lines = [json.loads(line) for line in said.splitlines()]
    assert [x.get("kind") for x in lines] == ["image", "document", None]
    assert lines[1]["document"] == "-"
    assert lines[2]["summary"]["documents"] == {"unchanged": 1}


def test_what_is_no_document_comes_back(stream: Stream) -> None:
    for data in (
        b"",
        b"\x89PNG\r\n\x1a\n\0\0",
        b"---\narchiver: false\n---\n![](https://h.example/a.png)",
    ):
        assert stream(data, "--quiet") == (0, data, "")


def test_it_goes_alone(tmp_path: Path) -> None:
    for arguments in (("-", "a.md"), ("-", "--in-place"), ("-", "--dry-run")):
        result = run_archiver("archive", *arguments, cwd=tmp_path, text="x")
        assert result.code == 2 and "standard input" in result.stderr and not result.stdout


def test_a_dash_alone_means_archive(tmp_path: Path) -> None:
    assert run_archiver("-", cwd=tmp_path, text="# Hello\n").stdout == "# Hello\n"
