"""A whole run over every bomb: it ends in time, within its memory, and says what each was."""

from __future__ import annotations

import base64
import gzip
import json
import subprocess
import sys
import time
from pathlib import Path

import pictures
import pytest
from memory import PeakMemory
from origin import Origin

LARGEST_LEGAL = 4 * 50_000_000  # bytes: 50 MP as RGBA
BEYOND = 300_000_000  # bytes, all processes together
DEADLINE_S = 60
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="900">'


def drawing(inside: str) -> bytes:
    return f"{SVG}{inside}</svg>".encode()


def uses(levels: int) -> str:
    """A drawing of 10^levels rectangles."""
    return '<g id="u0"><rect width="1" height="1"/></g>' + "".join(
        f'<g id="u{n}">' + f'<use href="#u{n - 1}"/>' * 10 + "</g>" for n in range(1, levels + 1)
    )


BOMBS = {
    "pixels": (lambda: pictures.pixel_bomb(), "unsafe"),
    "header": (lambda: pictures.header_bomb(), "unsafe"),
    "gif-header": (lambda: pictures.gif_header_bomb(), "unsafe"),
    "webp-header": (lambda: pictures.webp_header_bomb(), "unsafe"),
    "scans": (lambda: pictures.scan_bomb(), "unsafe"),
    "chunks": (lambda: pictures.chunk_bomb(), "unsafe"),
    "segments": (lambda: pictures.segment_bomb(), "unsafe"),
    "frames": (lambda: pictures.frame_bomb(), "stored"),
    "texts": (lambda: pictures.text_bomb(), "stored"),
    "profile": (lambda: pictures.profile_bomb(), "stored"),
    "largest-legal": (lambda: pictures.pixel_bomb(7000), "stored"),
    "entities": (lambda: pictures.entity_bomb(), "not_image"),
    "gzip": (lambda: gzip.compress(b"<svg" + b" " * 200_000_000, 9, mtime=0), "not_image"),
    "deep": (lambda: drawing("<g>" * 4000 + "</g>" * 4000), "skipped"),
    "wide": (lambda: drawing("<g>" * 62 + "<g/>" * 100_000 + "</g>" * 62), "skipped"),
    "uses": (lambda: drawing(uses(9)), "stored"),
    "in-a-drawing": (
        lambda: drawing(
            '<image href="data:image/png;base64,'
            f'{base64.b64encode(pictures.pixel_bomb()).decode()}"/>'
        ),
        "skipped",
    ),
}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_every_bomb_ends_within_its_limits(origin: Origin, tmp_path: Path) -> None:
    for name, (make, _) in BOMBS.items():
        origin.serve(f"https://{name}.example/{name}", make())
    urls = [f"https://{name}.example/{name}" for name in BOMBS]
    (tmp_path / "post.md").write_text("".join(f"![]({url})\n\n" for url in urls))
    command = [sys.executable, "-m", "archiver", "archive", "post.md", "--json"]
    command += ["--ca-file", origin.ca_file]
    command += [word for place in origin.connect_to for word in ("--connect-to", place)]
    started = time.monotonic()
    with (
        subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process,
        PeakMemory(process.pid) as memory,
    ):
        output, errors = process.communicate(timeout=5 * DEADLINE_S)
    assert time.monotonic() - started < DEADLINE_S
    assert process.returncode == 3, errors
    lines = [json.loads(line) for line in output.splitlines()]
    outcomes = {
        line["url"].rpartition("/")[2]: line["outcome"]
        for line in lines
        if line.get("kind") == "image"
    }
    assert outcomes == {name: outcome for name, (_, outcome) in BOMBS.items()}
    assert memory.processes > 1
    assert memory.size_bytes < LARGEST_LEGAL + BEYOND
