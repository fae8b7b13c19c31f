"""The layers: imports point down this list; neighbours of a layer don't know each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "archiver"

LAYERS = (
    ("__main__",),
    ("cli",),
    ("api",),
    ("demo", "report", "maintenance"),
    ("jobs", "scanning", "checking"),
    ("job",),
    ("listeners", "selection"),
    ("orders", "engines"),
    ("wiring",),
    ("visits",),
    ("tools",),
    ("context",),
    ("config",),
    ("tables", "given"),
    ("keys",),
    ("pipeline", "sources"),
    ("feeds",),
    ("rewrite", "catalog", "planning", "sites"),
    ("journal",),
    ("formats", "cdn", "fetch", "imaging", "storage"),
    ("syntax", "files"),
    ("model", "settings", "memory"),
    ("errors",),
    ("redact",),
)

HEAVY = {
    "httpx": {"fetch"},
    "aiohttp": {"fetch"},
    "tenacity": {"fetch"},
    "PIL": {"imaging", "demo"},
    "bs4": {"syntax", "formats"},
    "turbohtml": {"syntax", "formats"},
    "pyromark": {"syntax"},
    "yaml": {"syntax", "sites"},
    "feedparser": {"feeds"},
    "jinja2": {"feeds"},
    "nh3": {"feeds"},
    "trafilatura": {"feeds"},
    "click": {"cli"},
    "prometheus_client": {"report"},
    "rich": {"report"},
    "sqlite3": {"catalog"},
    "obstore": {"storage"},
    "ray": {"engines"},
}

# The public names are exported from the top, lazily; it is no layer.
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
FILES = sorted(p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py")


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def imports_of(path: Path) -> tuple[str, ...]:
    """Dotted names imported anywhere in the file, those inside functions too."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            if node.module == "archiver":
                yield from (f"archiver.{alias.name}" for alias in node.names)
            else:
                yield node.module


def test_every_part_has_its_layer() -> None:
    assert {part_of(path) for path in FILES} == set(LEVEL)


@pytest.mark.parametrize("path", FILES, ids=[str(p.relative_to(PACKAGE)) for p in FILES])
def test_imports_point_down(path: Path) -> None:
    part = part_of(path)
    for name in imports_of(path):
        if not name.startswith("archiver."):
            continue
        other = name.split(".")[1]
        if other in LEVEL and other != part:
            assert LEVEL[other] > LEVEL[part], f"{part} must not know {other}"


@pytest.mark.parametrize("library", HEAVY)
def test_a_library_is_imported_by_the_parts_that_own_it(library: str) -> None:
    users = {part_of(p) for p in FILES if library in {n.split(".")[0] for n in imports_of(p)}}
    assert users <= HEAVY[library]


OWNED = {
    "httpx.AsyncClient": "fetch",
    "PIL.Image": "imaging",
    "bs4.BeautifulSoup": "syntax",
    "tenacity.AsyncRetrying": "fetch",
}


@pytest.mark.parametrize(("name", "part"), OWNED.items())
def test_the_named_libraries_are_used_under_their_own_names(name: str, part: str) -> None:
    module, _, attribute = name.rpartition(".")
    texts = [p.read_text() for p in FILES if part_of(p) == part]
    assert any(
        (f"from {module} import" in text and attribute in text) or name in text for text in texts
    ), name
