"""Copies whose originals change: each is undone to what it was made from."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from origin import Origin
from pictures import photograph, save
from program import Result, run_archiver, snapshot_of

URL = "https://img.example.com/a.jpg"
LINKED = f"see /about\n\n![a]({URL})\n"
VERSIONS = {
    "another picture": (LINKED, f"later\n\n![a]({URL}) ![b]({URL}?b)\n"),
    "the pictures are gone": (LINKED, "no pictures any more\n"),
    "there were none": ("no pictures yet\n", LINKED),
    "as it was": (LINKED, "no pictures any more\n", LINKED),
}


@pytest.fixture
def archive(origin: Origin, tmp_path: Path) -> Callable[[], Result]:
    for url in (URL, f"{URL}?b"):
        origin.serve(url, save(photograph(len(url), (480, 320)), "JPEG"))
    mapped = [word for place in origin.connect_to for word in ("--connect-to", place)]
    options = [*mapped, "--ca-file", origin.ca_file]
    return lambda: run_archiver("archive", "post.md", "-o", "out", *options, cwd=tmp_path)


@pytest.mark.parametrize("versions", VERSIONS.values(), ids=VERSIONS.keys())
def test_a_changed_original(
    versions: tuple[str, ...], archive: Callable[[], Result], tmp_path: Path
) -> None:
    copy = tmp_path / "out" / "post.md"
    for text in versions:
        (tmp_path / "post.md").write_text(text)
        assert archive().code == 0
        assert copy.read_text() == text or "archive/assets/" in copy.read_text()
    assert run_archiver("restore", "out/post.md", cwd=tmp_path).code == 0
    assert copy.read_text() == versions[-1]


def test_what_a_person_wrote_into_a_copy_stays(
    archive: Callable[[], Result], tmp_path: Path
) -> None:
    (tmp_path / "post.md").write_text(LINKED)
    archive()
    (tmp_path / "out" / "post.md").write_text("mine")
    (tmp_path / "post.md").write_text("other text\n")
    result = archive()
    assert result.code == 3 and "conflict" in result.stdout
    assert (tmp_path / "out" / "post.md").read_text() == "mine"


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("none")])
def test_what_is_no_file_in_the_place_of_a_copy_stays(
    make: Callable[[Path], None], archive: Callable[[], Result], tmp_path: Path
) -> None:
    place = tmp_path / "out" / "post.md"
    place.parent.mkdir()
    make(place)
    before = snapshot_of(place.parent)
    (tmp_path / "post.md").write_text(LINKED)
    result = archive()
    assert result.code == 3 and "stands there with other bytes" in result.stdout
    assert snapshot_of(place.parent)["post.md"] == before["post.md"]
