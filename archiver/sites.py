"""Which site generator publishes a folder, and from where it would publish an archive.

A generator copies one folder as it is (``static/`` in Hugo) and moves the posts about, so that
links must start at the site's root (`Site.link_prefix`). A generator is one entry in `GENERATORS`;
the first that recognises a folder counts. Sources: the manuals on configuration and on the
directory structure of each.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Options = Mapping[str, Any]

_DATA = ("toml", "yaml", "yml", "json")
_SCRIPTS = ("js", "mjs", "cjs", "ts", "mts", "cts")
_MAX_CONFIG_BYTES = 1_000_000  # a site's config has some kB; more is something else
_PATH_IN_SCRIPT = re.compile(r"""^\s*(?:base|pathPrefix)\s*:\s*["']([^"'\n]*)["']""", re.MULTILINE)
_SAFE_PATH = re.compile(r"[A-Za-z0-9._~/:%-]*")


@dataclass(frozen=True, slots=True)
class Site:
    """A site's folder and where things lie in it; paths relative to `root`, with ``/``.

    Attributes:
        generator: its name (``Hugo``).
        content_path: where the posts are.
        static_path: what the generator copies as it is; ``.`` where that's the site's root.
        archive: where the archive must live to be published.
        link_prefix: the archive's place on the site; "" where links may be relative.
        site_url: the site's own URL where its config tells it, else "".
        note: what else a person must do, a sentence; "" for nothing.
    """

    root: Path
    generator: str
    content_path: str
    static_path: str
    archive: str
    link_prefix: str
    site_url: str = ""
    note: str = ""


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


def detect_site(folder: Path) -> Site | None:
    """The site whose root *folder* is; None: no generator of `GENERATORS` is at home there."""
    for generator in GENERATORS:
        options = generator.find(folder)
        if options is not None:
            return _describe(folder, generator, options)
    return None


def find_site(folder: Path) -> Site | None:
    """The site that *folder* belongs to: its own, else that of the nearest folder above it.

    The search ends at the root of a git repository.
    """
    for place in (folder, *folder.parents):
        site = detect_site(place)
        if site is not None or (place / ".git").exists():
            return site
    return None


def list_outputs(folder: Path) -> tuple[str, ...]:
    """The folders in *folder* that its generator writes; none without a generator."""
    for generator in GENERATORS:
        if generator.outputs and generator.find(folder) is not None:
            return generator.outputs
    return ()


def _describe(folder: Path, generator: Generator, options: Options) -> Site:
    static = _inner_path(options.get(generator.static_key)) or generator.static
    content = _inner_path(options.get(generator.content_key)) or next(
        (name for name in generator.content if (folder / name).is_dir()), generator.content[-1]
    )
    archive = "archive" if static == "." else f"{static}/archive"
    site_url, base_path = _read_place(options)
    prefix = f"{base_path}archive/" if generator.is_served_from_root else ""
    note = generator.note
    return Site(folder, generator.name, content, static, archive, prefix, site_url, note)


def _inner_path(value: Any) -> str:
    """A folder's name from a config as a path below the root; "" for anything else."""
    parts = Path(value).parts if isinstance(value, str) and value else ("/",)
    return "" if ".." in parts or parts[:1] == ("/",) else "/".join(parts)


def _read_place(options: Options) -> tuple[str, str]:
    """The site's URL ("" when unknown) and its path on the host, with both its slashes."""
    url = next((options[k] for k in ("baseurl", "base_url", "url") if k in options), "")
    path = options.get("root") or options.get("baseurl") or options.get("base_url") or ""
    url, path = (value if isinstance(value, str) else "" for value in (url, path))
    if not url.startswith(("http://", "https://")):  # Jekyll: the host in url, the path in baseurl
        url = options["url"] if isinstance(options.get("url"), str) else ""
    try:
        path = urlsplit(path).path
    except ValueError:
        path = ""
    path = "/" + f"{path.strip('/')}/".lstrip("/")
    is_web = url.startswith(("http://", "https://"))
    return url if is_web else "", path if _SAFE_PATH.fullmatch(path) else "/"


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
