"""Thumbnails beside libvips: CPU a picture with the same encoder, and how true the pixels are.

CPU is of one thread in one process, whole pictures from a warm disk; the archiver's holds the walk
over the structure, the proof that the picture is whole, and its hash. Quality is PSNR against
LANCZOS of the full decode, before encoding.
"""

from __future__ import annotations

import math
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench_measure import BenchError
from bench_shrink import SIDE_PX, TOOLS
from make_pictures import make_pictures
from PIL import Image, ImageChops, ImageStat

SCRIPT = Path(__file__).with_name("bench_shrink.py")
SOURCES = {"jpg": 1.3, "webp": 1.3, "png": 2.0}  # suffix → at most so many times libvips' CPU
ENCODERS = ("jpeg", "webp")


def run(folder: Path, rounds: int) -> list[str]:
    """Measure in *folder*; the table's lines."""
    names = make_pictures(folder / "pictures")
    for suffix in SOURCES:
        (folder / suffix).mkdir()
        for name in names:
            if name.endswith(suffix):
                shutil.move(folder / "pictures" / name, folder / suffix / name)
    return [*_compare_cpu(folder, rounds), *_compare_quality(folder)]


def _compare_cpu(folder: Path, rounds: int) -> Iterator[str]:
    yield from ("", "| source | thumbnail | archiver ms | libvips ms | ratio (at most) |")
    yield "| --- | --- | --- | --- | --- |"
    for suffix, aim in SOURCES.items():
        count = len(list((folder / suffix).iterdir()))
        for encoder in ENCODERS:
            ours, theirs = _measure(folder, suffix, encoder, rounds)
            yield (
                f"| {suffix} | {encoder} | {1000 * ours / count:.2f} | {1000 * theirs / count:.2f} "
                f"| {ours / theirs:.2f} ({aim}) |"
            )


def _measure(folder: Path, suffix: str, encoder: str, rounds: int) -> list[float]:
    """CPU seconds of each tool, the median of rounds in which they take turns."""
    taken: dict[str, list[float]] = {tool: [] for tool in TOOLS}
    for _ in range(rounds):
        for tool in TOOLS:
            taken[tool].append(_shrink(tool, folder / suffix, folder / "out", encoder))
    return [statistics.median(each) for each in taken.values()]


def _shrink(tool: str, folder: Path, out: Path, encoder: str) -> float:
    shutil.rmtree(out, ignore_errors=True)
    done = subprocess.run(
        [sys.executable, str(SCRIPT), tool, str(folder), str(out), encoder],
        env={**os.environ, "VIPS_CONCURRENCY": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BenchError(f"{tool}: {done.stderr[-2000:]}")
    return float(done.stdout)


def _compare_quality(folder: Path) -> Iterator[str]:
    yield from ("", "| source | archiver dB, median and least | libvips dB, median and least |")
    yield "| --- | --- | --- |"
    for suffix in SOURCES:
        cells = []
        for tool in TOOLS:
            _shrink(tool, folder / suffix, folder / "out", "png")
            found = [
                _psnr(folder / "out" / source.name, source)
                for source in sorted((folder / suffix).iterdir())
            ]
            cells.append(f"{statistics.median(found):.1f}, {min(found):.1f}")
        yield f"| {suffix} | {' | '.join(cells)} |"


def _psnr(small_file: Path, source_file: Path) -> float:
    """In dB; transparent pixels on white."""
    with Image.open(small_file) as small, Image.open(source_file) as source:
        shown, whole = _on_white(small), _on_white(source)
    whole.thumbnail((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS, reducing_gap=None)
    squares = ImageStat.Stat(ImageChops.difference(shown, whole)).sum2
    error = sum(squares) / (3 * shown.width * shown.height)
    return 10 * math.log10(255**2 / error) if error else math.inf


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode not in ("RGBA", "LA"):
        return image.convert("RGB")
    below = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(below, image.convert("RGBA")).convert("RGB")
