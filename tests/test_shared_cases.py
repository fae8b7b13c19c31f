"""The cases are a copy: where the originals lie beside the repository, both are equal."""

from __future__ import annotations

from pathlib import Path

from required import ORIGINALS, give_up

CASES = Path(__file__).parent / "cases"


def test_the_copies_equal_the_originals() -> None:
    def contents(folder: Path) -> dict[str, bytes]:
        return {
            str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()
        }

    if not (ORIGINALS / "cases").is_dir():
        give_up("originals", "they are not beside this clone")
    assert contents(CASES) == contents(ORIGINALS / "cases")


def test_the_copies_are_taken_as_bytes() -> None:
    attributes = (CASES.parents[1] / ".gitattributes").read_text()
    assert "tests/cases/** -text" in attributes
