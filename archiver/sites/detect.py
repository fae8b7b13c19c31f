"""The site a folder is, or belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archiver.sites.generators import GENERATORS, Generator, Options

_SAFE_PATH = re.compile(r"[A-Za-z0-9._~/:%-]*")  # what a link_prefix may hold


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
    name = "/".join(parts)
    is_inside = ".." not in parts and parts[:1] != ("/",)
    return name if is_inside and name.isprintable() else ""


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
