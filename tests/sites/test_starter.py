"""The configuration that init writes: TOML that the configuration's own reader accepts."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from archiver.config import Config
from archiver.sites import detect_site, render_config

IN_PLACE = {"in_place": True}
COPIES = {"in_place": False, "output": "archived"}
STATIC = {"archive": "static/archive", "link_prefix": "/archive/"}

# the site's config file and its text → what the written configuration says
STARTERS = {
    "hugo": ("hugo.toml", "", STATIC | {"sources": [{"path": "content"} | IN_PLACE]}),
    "hugo with odd names": (
        "hugo.json",
        json.dumps({"contentDir": 'po"sts\\图', "staticDir": "a\n[network]"}),
        STATIC | {"sources": [{"path": 'po"sts\\图'} | IN_PLACE]},
    ),
    "eleventy": (
        ".eleventy.js",
        "",
        {
            "archive": "archive",
            "link_prefix": "/archive/",
            "sources": [{"path": "."} | IN_PLACE],
        },
    ),
    "obsidian": (
        ".obsidian/app.json",
        "",
        {"archive": "archive", "link_prefix": "", "sources": [{"path": "."} | IN_PLACE]},
    ),
    "no site": (
        "post.md",
        "",
        {"archive": "archive", "link_prefix": "", "sources": [{"path": "."} | COPIES]},
    ),
}


@pytest.mark.parametrize(("name", "text", "expected"), STARTERS.values(), ids=STARTERS.keys())
def test_render_config(tmp_path: Path, name: str, text: str, expected: dict[str, object]) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text, encoding="utf-8")
    table = tomllib.loads(render_config(detect_site(tmp_path)))
    assert table.pop("network") == {}
    assert table == expected
    config = Config.from_dict(table, base=str(tmp_path))
    assert (config.archive, config.rewrite.link_prefix) == (
        expected["archive"],
        expected["link_prefix"],
    )


def test_what_a_person_must_do_stands_on_top(tmp_path: Path) -> None:
    (tmp_path / "eleventy.config.js").touch()
    assert "addPassthroughCopy" in render_config(detect_site(tmp_path)).splitlines()[0]
