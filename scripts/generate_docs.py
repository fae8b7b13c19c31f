#!/usr/bin/env python3
"""Write the pages of docs/ that are made from the program; ``--check`` only compares.

usage: generate_docs.py [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parent))

from cdn_page import build_page

from archiver.cli.main import COMMANDS, program

DOCS = Path(__file__).parents[1] / "docs"


def render_cli() -> str:
    """The help of every command, as a page."""
    context = click.Context(
        program, info_name="archiver", terminal_width=80, **program.context_settings
    )
    parts = [
        "# Command line\n",
        "Made from the program's own help by `scripts/generate_docs.py`.\n",
    ]
    parts.append(_block("archiver", program.get_help(context)))
    for name in COMMANDS:
        command = program.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        parts.append(_block(f"archiver {name}", command.get_help(inner)))
    return "\n".join(parts)


def render_config() -> str:
    """The settings with their defaults, as a page; tests hold config.toml equal to the program."""
    text = (DOCS.parent / "config.toml").read_text(encoding="utf-8").rstrip()
    return (
        "# Configuration\n\n"
        "Every setting with its default, unit and reason: `config.toml` of the repository, made "
        "into a page by\n`scripts/generate_docs.py`. `archiver init` writes one for a site.\n\n"
        f"```toml\n{text}\n```\n"
    )


def _block(title: str, text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return f"## {title}\n\n```text\n{lines}\n```\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "cli.md": render_cli,
    "config.md": render_config,
    "cdn-rules.md": build_page,
}


def main() -> int:
    stale = []
    for name, render in PAGES.items():
        path = DOCS / name
        if path.exists() and path.read_text() == render():
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            path.write_text(render())
    is_check = "--check" in sys.argv
    for name in stale:
        print(f"docs/{name}: {'not what the program says' if is_check else 'written'}")
    return 1 if stale and is_check else 0


if __name__ == "__main__":
    sys.exit(main())
