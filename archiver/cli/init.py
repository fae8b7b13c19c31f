"""``archiver init``: a configuration for the site it finds."""

from __future__ import annotations

from pathlib import Path

import click

from archiver import files
from archiver.cli.main import EXIT_CODES
from archiver.cli.tell import tell, tell_lines
from archiver.errors import UsageError
from archiver.sites import detect_site, render_config


@click.command("init", epilog=EXIT_CODES)
@click.argument("folder", default=".", metavar="[DIR]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def command(folder: str, as_json: bool) -> int:
    """Write archiver.toml for the site in DIR (default: this folder).

    Hugo, Hexo, Jekyll, Zola, Eleventy, Astro and Obsidian are recognised: the archive goes where
    they publish it from, and links start where they serve it.

    \b
    Example:
      archiver init && archiver run
    """
    root = Path(folder)
    if not root.is_dir():
        raise UsageError(f"{folder}: expected a folder")
    site = detect_site(root)
    target = root / "archiver.toml"
    if target.exists():
        raise UsageError(f"{target} exists; it is left as it is")
    files.write_new(bytes(target), render_config(site).encode())
    if as_json:
        from archiver.report.json_lines import dump_json

        click.echo(
            dump_json({"config": str(target), "generator": site.generator if site else None})
        )
    else:
        found = f"found {site.generator}; " if site else ""
        tell(f"{found}wrote {target}; next: archiver run")
        if site and site.note:
            tell_lines(site.note)
    return 0
