"""Generated pages say what the program says; links between pages lead somewhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "generate_docs", ROOT / "scripts/generate_docs.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_current(generator: ModuleType) -> None:
    for name, render in generator.PAGES.items():
        text = (ROOT / "docs" / name).read_text()
        assert text == render(), f"run scripts/generate_docs.py: docs/{name} is not current"


@pytest.mark.parametrize("page", PAGES, ids=[p.name for p in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text()):
        assert (page.parent / target).exists(), target


def test_no_word_of_the_workshop() -> None:
    """Sources speak of the project alone: no absolute path of a machine."""
    texts = [
        p for d in ("archiver", "docs", "scripts") for p in (ROOT / d).rglob("*") if p.is_file()
    ]
    for path in [*texts, ROOT / "README.md", ROOT / "CHANGELOG.md"]:
        if path.suffix in (".py", ".md", ".toml", ""):
            assert not re.search(r"/(?:root|home/\w+)/", path.read_text("utf-8", "replace")), path
