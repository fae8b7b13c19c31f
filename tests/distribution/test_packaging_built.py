"""The wheel and the source distribution, as `python -m build` makes them."""

from __future__ import annotations

import re
import tarfile
import zipfile
from pathlib import Path

import pytest
from wheelhouse import PROJECT, build, read_wheel

import archiver

_RELATIVE_LINK = re.compile(r"!?\[[^\]]*\]\((?!https?:|#)([^)#]+)[^)]*\)")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The source distribution, and the wheel that is made from it."""
    source, wheel = sorted(build(tmp_path_factory.mktemp("dist")), key=lambda path: path.suffix)
    return source, wheel


def files_below(folder: Path) -> set[str]:
    return {
        str(path.relative_to(PROJECT))
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_every_file_of_the_package(built: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(built[1]) as archive:
        names = archive.namelist()
    information = {name for name in names if ".dist-info/" in name}
    assert set(names) - information == files_below(PROJECT / "archiver")
    assert {name.partition(".dist-info/")[2] for name in information} == {
        "METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE",
    }  # fmt: skip
    assert "archiver/py.typed" in names


def test_the_source_distribution_is_the_project(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[0]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for folder in ("archiver", "deploy", "docs", "scripts"):
        assert files_below(PROJECT / folder) <= names
    linked = {link.rstrip("/") for link in _RELATIVE_LINK.findall(readme())}
    assert {path for path in linked if (PROJECT / path).is_file()} <= names
    assert {"PKG-INFO", "config.toml", "mkdocs.yml", "tests/conftest.py"} <= names


def test_the_tree_and_the_source_distribution_make_the_same_wheel(
    built: tuple[Path, Path], tmp_path: Path
) -> None:
    (wheel,) = build(tmp_path, "--wheel")
    assert wheel.name == built[1].name
    assert wheel.read_bytes() == built[1].read_bytes()


def test_what_the_wheel_says_of_itself(built: tuple[Path, Path]) -> None:
    wheel = read_wheel(built[1])
    assert wheel.version == archiver.__version__
    assert [(e.group, e.name, e.value) for e in wheel.entry_points] == [
        ("console_scripts", "archiver", "archiver.cli.start:main")
    ]
    assert wheel.metadata["License-Expression"] == "MIT"


def test_the_description_names_files_instead_of_linking_to_them(
    built: tuple[Path, Path],
) -> None:
    wheel = read_wheel(built[1])
    text = wheel.metadata["Description"] or wheel.metadata.get_payload()  # type: ignore[attr-defined]
    assert wheel.metadata["Description-Content-Type"] == "text/markdown"
    assert _RELATIVE_LINK.findall(text) == []
    missing = [path for path in _RELATIVE_LINK.findall(readme()) if f"`{path}" not in text]
    assert missing == []
    assert len(text) > 0.95 * len(readme())


def readme() -> str:
    return (PROJECT / "README.md").read_text("utf-8")
