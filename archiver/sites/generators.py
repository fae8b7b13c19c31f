"""The table of site generators: how each is recognised, and where it keeps things.

An entry is a generator; the first that recognises a folder counts. Sources: their manuals, on
configuration and on the structure of folders.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Options = Mapping[str, Any]

_DATA = ("toml", "yaml", "yml", "json")
_SCRIPTS = ("js", "mjs", "cjs", "ts", "mts", "cts")
_MAX_CONFIG_BYTES = 1_000_000  # a site's config has some kB; more is something else
_PATH_IN_SCRIPT = re.compile(r"""^\s*(?:base|pathPrefix)\s*:\s*["']([^"'\n]*)["']""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Generator:
    """How to recognise a generator and where it keeps things.

    Attributes:
        find: the options of a site in this folder; None: it isn't one.
        content: folders that may hold the posts, the first that exists counts, else the last.
        content_key, static_key: the options that name other folders.
        outputs: folders it writes.
    """

    name: str
    find: Callable[[Path], Options | None]
    content: tuple[str, ...]
    static: str
    outputs: tuple[str, ...] = ()
    content_key: str = ""
    static_key: str = ""
    is_served_from_root: bool = True
    note: str = ""


def _find_hugo(folder: Path) -> Options | None:
    for stem in ("hugo", "config/_default/hugo"):
        if (file := _first_file(folder, stem, _DATA)) is not None:
            return _read_options(file)
    for stem in ("config", "config/_default/config"):
        if (file := _first_file(folder, stem, _DATA)) is not None:
            options = _read_options(file)
            if "baseurl" in options or ("theme" in options and (folder / "content").is_dir()):
                return options
    return None


def _find_zola(folder: Path) -> Options | None:
    file = _first_file(folder, "zola", ("toml",)) or _first_file(folder, "config", ("toml",))
    options = _read_options(file) if file else {}
    return options if "base_url" in options else None


def _find_hexo(folder: Path) -> Options | None:
    file = _first_file(folder, "_config", ("yml", "yaml", "json"))
    is_hexo = (folder / "source/_posts").is_dir() or (folder / "scaffolds").is_dir()
    return _read_options(file) if file and is_hexo else None


def _find_jekyll(folder: Path) -> Options | None:
    file = _first_file(folder, "_config", ("yml", "yaml", "toml"))
    is_jekyll = any((folder / name).is_dir() for name in ("_posts", "_layouts", "_drafts"))
    return _read_options(file) if file and is_jekyll else None


def _find_eleventy(folder: Path) -> Options | None:
    old = _first_file(folder, ".eleventy", ("js",))
    return _read_script(old or _first_file(folder, "eleventy.config", _SCRIPTS))


def _find_astro(folder: Path) -> Options | None:
    return _read_script(_first_file(folder, "astro.config", _SCRIPTS))


def _find_obsidian(folder: Path) -> Options | None:
    return {} if (folder / ".obsidian").is_dir() else None


_PASSTHROUGH = (
    'Eleventy copies only what its config names: add eleventyConfig.addPassthroughCopy("archive") '
    "to it."
)
GENERATORS = (
    Generator("Astro", _find_astro, ("src/content", "src/pages"), "public", ("dist",)),
    Generator(
        "Eleventy",
        _find_eleventy,
        ("content", "src", "posts", "."),
        ".",
        ("_site",),
        note=_PASSTHROUGH,
    ),
    Generator("Zola", _find_zola, ("content",), "static", ("public",)),
    Generator("Hugo", _find_hugo, ("content",), "static", ("public",), "contentdir", "staticdir"),
    Generator("Hexo", _find_hexo, ("source",), "source", ("public",), "source_dir", "source_dir"),
    Generator("Jekyll", _find_jekyll, ("_posts", "."), ".", ("_site",)),
    Generator("Obsidian", _find_obsidian, (".",), ".", is_served_from_root=False),
)


def _first_file(folder: Path, stem: str, suffixes: tuple[str, ...]) -> Path | None:
    files = (folder / f"{stem}.{suffix}" for suffix in suffixes)
    return next((file for file in files if file.is_file()), None)


def _read_script(file: Path | None) -> Options | None:
    """The one option that shows in a script without running it: the site's path on its host."""
    if file is None:
        return None
    match = _PATH_IN_SCRIPT.search(_read_text(file))
    return {"root": match[1]} if match else {}


def _read_options(file: Path) -> Options:
    """The top-level options by lower-case name (Hugo's count in any case); broken ones: none."""
    # Imported here: a walk asks for outputs rarely, and must not cost a YAML parser.
    import tomllib

    import yaml

    readers: Mapping[str, Callable[[str], Any]] = {".toml": tomllib.loads, ".json": json.loads}
    read = readers.get(file.suffix, yaml.safe_load)
    try:
        options = read(_read_text(file))
    except (ValueError, yaml.YAMLError, RecursionError):
        return {}
    return {str(k).lower(): v for k, v in options.items()} if isinstance(options, dict) else {}


def _read_text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return stream.read(_MAX_CONFIG_BYTES).decode("utf-8-sig", errors="replace")
    except OSError:
        return ""
