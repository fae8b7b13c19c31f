"""The pages in ``pages/``: served whole, archived once, and a browser to open both.

A picture's name says what becomes of it on its page: ``shown-…`` is seen, ``other-…`` is archived
but not what this browser shows, ``left-…`` stays as it is. A comment names what style sheets hold.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote

import pyromark
from chromium import Chromium, Shown
from page_origin import SITE, PageOrigin, picture_of, unseen
from program import run_archiver

PAGES = Path(__file__).parent / "pages"
LOCAL = ("shown-local", "shown-local-set", "shown-local-style", "shown-local-css",
         "shown-local-base", "shown-odd-local", "shown-blank #1")  # fmt: skip
RENDERED = "post.html"  # of post.md, which no browser shows as it is
_MARKDOWN = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_YAML_STYLE_METADATA_BLOCKS


@dataclass(frozen=True, slots=True)
class PageSet:
    """The pages in both forms; each is opened once in each.

    Attributes:
        whole: the folder as its author has it.
        copies: the folder that was written by the archiver.
        asked: the URLs the archiver asked for.
    """

    whole: Path
    copies: Path
    asked: frozenset[str]
    browser: Chromium
    _opened: dict[tuple[str, bool], Shown] = field(default_factory=dict)

    def served(self, page: str) -> Shown:
        """*page* of the site, with its pictures where they are."""
        return self._open(page, f"http://{SITE}/{quote(page)}", False)

    def offline(self, page: str) -> Shown:
        """The archived *page*, from disk."""
        return self._open(page, f"file://{quote(str(self.copies / page))}", True)

    def _open(self, page: str, url: str, is_offline: bool) -> Shown:
        if (page, is_offline) not in self._opened:
            names = names_in(self.whole / page, "shown")
            self._opened[page, is_offline] = self.browser.open(
                url,
                is_offline=is_offline,
                has_scripts=not page.startswith("noscript"),
                until=lambda screenshot: not unseen(screenshot, names),
            )
        return self._opened[page, is_offline]


def names_in(page: Path, kind: str) -> set[str]:
    """The pictures whose names begin with *kind* in the text of *page*."""
    data = page.read_bytes()
    charset = re.search(rb"charset=(gbk|shift_jis)", data)
    encoding = charset[1].decode() if charset else "utf-8"
    text = data.decode("utf-16" if data[:2] == b"\xff\xfe" else encoding)
    found = re.findall(rf"{kind}-[^\s/\"'<>?#]*?\.(?:png|gif|jpg|webp|avif|bmp|ico|svg)", text)
    return {unquote(name) for name in found}


@contextmanager
def open_page_set(folder: Path, program: str) -> Iterator[PageSet]:
    """The page set in *folder*, archived, with the browser *program* at hand."""
    whole, copies = folder / "site", folder / "out"
    shutil.copytree(PAGES, whole)
    (whole / "img").mkdir(exist_ok=True)
    for name in LOCAL:
        (whole / "img" / f"{name}.png").write_bytes(picture_of(f"{name}.png"))
    with PageOrigin(whole) as origin:
        asked = _archive(folder, origin)
        for root in (whole, copies):
            _render(root / "post.md", root / RENDERED)
        with Chromium(program, origin.port) as browser:
            yield PageSet(whole, copies, asked, browser)


def _archive(folder: Path, origin: PageOrigin) -> frozenset[str]:
    mapped = [word for place in origin.connect_to for word in ("--connect-to", place)]
    result = run_archiver(
        "archive", "site", "-o", "out", *mapped, "--ca-file", origin.ca_file, cwd=folder
    )
    assert result.code == 0, result.stdout + result.stderr
    return frozenset(origin.urls)


def _render(post: Path, page: Path) -> None:
    html = pyromark.html(post.read_text(), options=_MARKDOWN)
    page.write_text(f"<!doctype html><meta charset=utf-8><title>post</title>{html}")
