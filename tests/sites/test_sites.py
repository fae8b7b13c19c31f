"""A small tree of each generator, and trees that are none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archiver.sites import Site, detect_site, find_site, list_outputs

Tree = dict[str, str]  # name → text; a final slash makes a folder


def plant(root: Path, tree: Tree) -> None:
    for name, text in tree.items():
        if name.endswith("/"):
            (root / name).mkdir(parents=True, exist_ok=True)
            continue
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


HUGO = "baseURL = 'https://me.example/'\nlanguageCode = 'en'\ntitle = 'x'\n"
JEKYLL = 'title: x\nbaseurl: "/blog"\nurl: "https://me.example"\nplugins:\n  - jekyll-feed\n'
HEXO = "title: x\nurl: https://me.example/child\nroot: /child/\nsource_dir: source\n"
ZOLA = 'base_url = "https://me.example/z"\ncompile_sass = false\n[markdown]\n'
ELEVENTY = 'module.exports = function (config) {\n  return { dir: { input: "src" } };\n};\n'
ASTRO = 'export default defineConfig({\n  site: "https://me.example",\n  base: "/docs",\n});\n'

# tree → generator, content, static, archive, link prefix, site URL
SITES = {
    "hugo": (
        {"hugo.toml": HUGO, "content/": "", "static/": ""},
        ("Hugo", "content", "static", "static/archive", "/archive/", "https://me.example/"),
    ),
    "hugo in yaml, below a path": (
        {"hugo.yaml": "baseURL: https://me.example/blog/\n"},
        (
            "Hugo",
            "content",
            "static",
            "static/archive",
            "/blog/archive/",
            "https://me.example/blog/",
        ),
    ),
    "hugo in json": (
        {"hugo.json": json.dumps({"baseURL": "/"})},
        ("Hugo", "content", "static", "static/archive", "/archive/", ""),
    ),
    "hugo of old, with folders of its own": (
        {"config.toml": HUGO + 'contentDir = "posts"\nstaticDir = "./assets/raw"\n'},
        (
            "Hugo",
            "posts",
            "assets/raw",
            "assets/raw/archive",
            "/archive/",
            "https://me.example/",
        ),
    ),
    "hugo of old, by theme and content": (
        {"config.yml": "theme: ananke\n", "content/": ""},
        ("Hugo", "content", "static", "static/archive", "/archive/", ""),
    ),
    "hugo with a folder of configs": (
        {"config/_default/config.toml": HUGO, "content/a.md": ""},
        ("Hugo", "content", "static", "static/archive", "/archive/", "https://me.example/"),
    ),
    "hugo with a broken config": (
        {"hugo.toml": "baseURL = "},
        ("Hugo", "content", "static", "static/archive", "/archive/", ""),
    ),
    "hugo whose folders leave the site": (
        {"hugo.toml": 'contentDir = "../shared"\nstaticDir = "/srv/static"\n'},
        ("Hugo", "content", "static", "static/archive", "/archive/", ""),
    ),
    "hugo with several static folders": (
        {"hugo.toml": 'staticDir = ["a", "b"]\n'},
        ("Hugo", "content", "static", "static/archive", "/archive/", ""),
    ),
    "hexo": (
        {"_config.yml": HEXO, "source/_posts/a.md": "", "scaffolds/": ""},
        (
            "Hexo",
            "source",
            "source",
            "source/archive",
            "/child/archive/",
            "https://me.example/child",
        ),
    ),
    "jekyll": (
        {"_config.yml": JEKYLL, "_posts/2020-01-01-a.md": ""},
        ("Jekyll", "_posts", ".", "archive", "/blog/archive/", "https://me.example"),
    ),
    "jekyll without posts": (
        {"_config.yml": "title: x\n", "_layouts/": ""},
        ("Jekyll", ".", ".", "archive", "/archive/", ""),
    ),
    "zola": (
        {"config.toml": ZOLA, "content/": ""},
        ("Zola", "content", "static", "static/archive", "/z/archive/", "https://me.example/z"),
    ),
    "eleventy": (
        {".eleventy.js": ELEVENTY, "src/": ""},
        ("Eleventy", "src", ".", "archive", "/archive/", ""),
    ),
    "eleventy of today": (
        {"eleventy.config.mjs": 'export default {\n  pathPrefix: "/x/",\n}\n', "content/": ""},
        ("Eleventy", "content", ".", "archive", "/x/archive/", ""),
    ),
    "astro": (
        {"astro.config.mjs": ASTRO, "src/content/blog/a.md": "", "public/": ""},
        ("Astro", "src/content", "public", "public/archive", "/docs/archive/", ""),
    ),
    "astro without collections": (
        {"astro.config.ts": "export default {}\n", "src/pages/": ""},
        ("Astro", "src/pages", "public", "public/archive", "/archive/", ""),
    ),
    "obsidian": ({".obsidian/app.json": "{}"}, ("Obsidian", ".", ".", "archive", "", "")),
    "a hugo site written in obsidian": (
        {".obsidian/app.json": "{}", "hugo.toml": HUGO},
        ("Hugo", "content", "static", "static/archive", "/archive/", "https://me.example/"),
    ),
    "a path that no link may hold": (
        {"hugo.toml": "baseURL = 'https://me.example/a b\"/'\n"},
        ("Hugo", "content", "static", "static/archive", "/archive/", 'https://me.example/a b"/'),
    ),
    "a URL that is none": (
        {"config.toml": "base_url = 'http://[me'\n"},
        ("Zola", "content", "static", "static/archive", "/archive/", "http://[me"),
    ),
}


@pytest.mark.parametrize(("tree", "expected"), SITES.values(), ids=SITES.keys())
def test_detect_site(tmp_path: Path, tree: Tree, expected: tuple[str, ...]) -> None:
    plant(tmp_path, tree)
    site = detect_site(tmp_path)
    assert site is not None
    fields = (site.generator, site.content_path, site.static_path, site.archive)
    assert (*fields, site.link_prefix, site.site_url) == expected
    assert site.root == tmp_path
    assert bool(site.note) == (site.generator == "Eleventy")


NO_SITES: dict[str, Tree] = {
    "an empty folder": {},
    "a config of ours": {"config.toml": 'archive = "archive"\n[[sources]]\npath = "inbox"\n'},
    "a theme without content": {"config.toml": 'theme = "dark"\n'},
    "a config of something else": {"_config.yml": "a: 1\n", "config.yml": "b: 1\n"},
    "a broken config": {"config.toml": "baseURL = ", "_config.yml": "a: [", "content/": ""},
    "a list": {"config.json": "[1]", "config.yml": "- baseURL\n"},
    "too deep": {"config.json": "[" * 100_000},
    "folders named like configs": {"hugo.toml/": "", "astro.config.mjs/": "", "_config.yml/": ""},
    "posts without a config": {"_posts/a.md": "", "public/a.html": "", "source/_posts/": ""},
}


@pytest.mark.parametrize("tree", NO_SITES.values(), ids=NO_SITES.keys())
def test_no_site(tmp_path: Path, tree: Tree) -> None:
    plant(tmp_path, tree)
    assert detect_site(tmp_path) is None
    assert list_outputs(tmp_path) == ()


OUTPUTS: dict[str, tuple[Tree, tuple[str, ...]]] = {
    "hugo": ({"hugo.toml": ""}, ("public",)),
    "zola": ({"config.toml": ZOLA}, ("public",)),
    "hexo": ({"_config.yml": HEXO, "scaffolds/": ""}, ("public",)),
    "jekyll": ({"_config.yml": JEKYLL, "_posts/": ""}, ("_site",)),
    "eleventy": ({".eleventy.js": ELEVENTY}, ("_site",)),
    "astro, whose public is no output": ({"astro.config.mjs": ASTRO}, ("dist",)),
    "obsidian writes none": ({".obsidian/": ""}, ()),
    "a vault with a site": ({".obsidian/": "", "hugo.toml": ""}, ("public",)),
}


@pytest.mark.parametrize(("tree", "expected"), OUTPUTS.values(), ids=OUTPUTS.keys())
def test_list_outputs(tmp_path: Path, tree: Tree, expected: tuple[str, ...]) -> None:
    plant(tmp_path, tree)
    assert list_outputs(tmp_path) == expected


def find_root(folder: Path) -> Path | None:
    site: Site | None = find_site(folder)
    return site.root if site else None


def test_find_site_looks_upwards_to_the_repository(tmp_path: Path) -> None:
    plant(tmp_path, {"hugo.toml": "", "content/posts/": "", "tools/.git/": "", "tools/docs/": ""})
    assert find_root(tmp_path / "content/posts") == tmp_path
    assert find_root(tmp_path) == tmp_path
    assert find_root(tmp_path / "tools/docs") is None
