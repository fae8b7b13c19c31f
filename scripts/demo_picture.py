#!/usr/bin/env python3
"""Write docs/demo.svg: what `archiver demo` prints, as a picture of a terminal.

usage: demo_picture.py
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

PICTURE = Path(__file__).parents[1] / "docs" / "demo.svg"
STYLES = {
    r"^\$ .*$": "bold",
    r"^  stored\b": "green",
    r"^  gone\b": "red",
    r"^  - .*$": "red",
    r"^  \+ .*$": "green",
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "archiver", "demo"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
    text = Text(f"$ archiver demo\n{done.stdout}")
    for pattern, style in STYLES.items():
        for match in re.finditer(pattern, text.plain, re.MULTILINE):
            text.stylize(style, *match.span())
    console = Console(record=True, width=100, file=StringIO())
    console.print(text)
    svg = console.export_svg(title="archiver demo", unique_id="demo")
    # no font is fetched from elsewhere: the viewer's own monospace one serves
    svg = re.sub(r"@font-face\s*\{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    PICTURE.write_text(svg.replace("Fira Code, monospace", "monospace"), "utf-8")


if __name__ == "__main__":
    main()
