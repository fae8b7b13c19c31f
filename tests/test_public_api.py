"""What `archiver` exports, and what importing it costs."""

from __future__ import annotations

import doctest
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from program import unmeasured

import archiver
from archiver import Config, Replacement, Span

NAMES = [
    "ArchiverError", "Candidate", "Config", "Reference", "Replacement", "Span", "Summary",
    "archive", "archive_async", "clean_url", "find_references", "splice",
]  # fmt: skip
HEAVY = {
    "httpx", "aiohttp", "PIL", "bs4", "turbohtml", "rich", "click", "sqlite3", "tenacity", "ray"
}  # fmt: skip
PACKAGE = Path(archiver.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
    if path.stem != "__main__"
)


def test_exported_names() -> None:
    assert archiver.__all__ == NAMES
    for name in NAMES:
        value = getattr(archiver, name)
        assert inspect.getdoc(value), f"{name} has no docstring"
    with pytest.raises(AttributeError, match="nothing"):
        archiver.nothing  # noqa: B018


def test_importing_the_package_imports_no_library() -> None:
    code = "import sys, archiver; print(*{m.split('.')[0] for m in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], env=unmeasured(), capture_output=True, text=True, check=True
    )
    assert HEAVY.isdisjoint(done.stdout.split())


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name: str) -> None:
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    for test in doctest.DocTestFinder().find(importlib.import_module(name)):
        if test.examples:  # to run one takes a millisecond, also where there is nothing to run
            runner.run(test)
    assert not runner.failures


def test_archive_from_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "post.md").write_bytes(b"no pictures here\n")
    summary = archiver.archive("post.md", Config())
    assert dict(summary.documents) == {"unchanged": 1}
    assert (tmp_path / "archived" / "post.md").read_bytes() == b"no pictures here\n"


async def test_archive_from_an_event_loop(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_bytes(b"no pictures here\n")
    summary = await archiver.archive_async(
        [tmp_path / "post.md"], Config(base=str(tmp_path)), in_place=True
    )
    assert dict(summary.documents) == {"unchanged": 1}


def test_splice_and_clean_url() -> None:
    assert archiver.splice(b"abc", [Replacement(Span(1, 2), b"-")]) == b"a-c"
    url = "https://img.example/a.png?x-oss-process=image/resize,w_8/watermark,text_MQ"
    kinds = [(c.kind, c.url) for c in archiver.clean_url(url)]
    assert kinds == [
        ("clean", "https://img.example/a.png?x-oss-process=image/resize,w_8"),
        ("as given", url),
    ]
    assert archiver.clean_url(url, quality="original")[0].url == "https://img.example/a.png"
    with pytest.raises(ValueError, match="quality"):
        archiver.clean_url(url, quality="best")
