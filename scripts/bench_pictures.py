"""390 pictures with a thumbnail each: the archiver, Scrapy's ImagesPipeline and the limit.

All fetch the same files from the same nginx, at most 16 at a time, in turns; and so does wget, but
one at a time, without thumbnails and without a look into the pictures.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from bench_measure import BenchError, Command, Cost, compare
from bench_origin import serve
from make_pictures import make_pictures, make_posts, name_urls

HOST = "img.example"
SCRIPTS = Path(__file__).parent
FORMATS = {"jpeg": 82, "webp": 80}  # format of the thumbnails → quality
AIMS = {  # at most so many times the other's CPU, wall and peak memory; None: no aim
    ("jpeg", "Scrapy"): (0.7, 0.35, 0.8),
    ("webp", "Scrapy"): (0.7, 0.35, 0.8),
    ("jpeg", "the limit"): (1.7, None, None),
    ("webp", "the limit"): (1.3, None, None),
}
WGET = "wget -p -k"
PAGE = "page.html"  # names every picture
_WGET = ["wget", "--no-config", "--no-proxy", "-q", "-p", "-k", "-nH", "-e", "robots=off", "-P"]
CONFIG = """\
[network]
in_flight_per_host = 16

[[thumbnails]]
name = "320"
max_width = 320
max_height = 320
format = "{format}"
quality = {quality}
"""


def run(folder: Path, rounds: int) -> list[str]:
    """Measure in *folder*; the table's lines."""
    names = make_pictures(folder / "pictures")
    make_posts(folder / "posts", name_urls(names, HOST))
    page = "".join(f'<p><img src="{name}"></p>\n' for name in names)
    (folder / "pictures" / PAGE).write_text(f"<!doctype html>\n{page}", encoding="utf-8")
    lines: list[str] = []
    with serve(folder / "pictures", folder / "nginx") as port:
        urls = folder / "urls.txt"
        urls.write_text("".join(f"http://127.0.0.1:{port}/{n}\n" for n in names), encoding="utf-8")
        for format_name in FORMATS:
            commands = _commands(folder, port, urls, format_name, len(names))
            lines += format_table(format_name, compare(commands, rounds))
    return lines


def _commands(folder: Path, port: int, urls: Path, format_name: str, count: int) -> list[Command]:
    config = folder / f"{format_name}.toml"
    config.write_text(CONFIG.format(format=format_name, quality=FORMATS[format_name]))
    out = folder / "out"
    ours = [sys.executable, "-m", "archiver", "archive", str(folder / "posts"), "-o", str(out)]
    ours += ["--config", str(config), "--connect-to", f"{HOST}:80:127.0.0.1:{port}", "--quiet"]

    def command(name: str, arguments: list[str], *patterns: str) -> Command:
        return Command(
            name,
            arguments,
            environment(folder),
            folder,
            prepare=lambda: shutil.rmtree(out, ignore_errors=True),
            check=_expect(out, dict.fromkeys(patterns, count), name),
        )

    def script(name: str) -> list[str]:
        return [sys.executable, str(SCRIPTS / name), str(urls), str(out), format_name]

    return [
        command("archiver", ours, "archive/assets/*/*.*", "archive/thumbnails/320/*/*.*"),
        command("Scrapy", script("bench_scrapy.py"), "full/*", "thumbs/320/*"),
        command("the limit", script("bench_limit.py"), "full/*-*", "thumbs/*"),
        command(WGET, [*_WGET, str(out), f"http://127.0.0.1:{port}/{PAGE}"], "*-*.*"),
    ]


def environment(folder: Path) -> Mapping[str, str]:
    """Ours, with the guard that keeps every Python child on loopback.

    Byte code is kept, as in an installed program, but in *folder*.
    """
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder / "pycache"), "VIPS_CONCURRENCY": "1"}


def _expect(out: Path, counts: Mapping[str, int], name: str) -> Callable[[], None]:
    def check() -> None:
        for pattern, count in counts.items():
            found = sum(file.is_file() for file in out.glob(pattern))
            if found != count:
                raise BenchError(f"{name}: {found} files are {pattern}, expected {count}")

    return check


def format_table(format_name: str, costs: Mapping[str, Cost]) -> list[str]:
    """Costs and ratios as a Markdown table."""
    ours = costs["archiver"]
    lines = [
        "",
        f"Thumbnails as {format_name.upper()}, quality {FORMATS[format_name]}:",
        "",
        "| | CPU s | wall s | peak MiB | archiver's CPU, wall, memory as a ratio (aim) |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, cost in costs.items():
        mib = cost.peak_bytes / 2**20
        ratios = (
            _ratios(ours, cost, AIMS.get((format_name, name), (None, None, None)))
            if cost is not ours
            else ""
        )
        lines.append(f"| {name} | {cost.cpu_s:.2f} | {cost.wall_s:.2f} | {mib:.0f} | {ratios} |")
    return lines


def _ratios(ours: Cost, other: Cost, aims: tuple[float | None, ...]) -> str:
    pairs = (
        (ours.cpu_s, other.cpu_s),
        (ours.wall_s, other.wall_s),
        (ours.peak_bytes, other.peak_bytes),
    )
    return ", ".join(
        f"{mine / theirs:.2f}" + (f" ({aim})" if aim else "")
        for (mine, theirs), aim in zip(pairs, aims, strict=True)
    )
