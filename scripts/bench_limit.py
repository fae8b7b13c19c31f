"""The limit: curl for the bytes, then one libvips process for the thumbnails; nothing is checked.

usage: python scripts/bench_limit.py URLS OUT jpeg|webp
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pyvips

AT_A_TIME = 16
ENCODERS = {"jpeg": (".jpg", {"Q": 82}), "webp": (".webp", {"Q": 80, "effort": 4})}


def fetch(urls: list[str], folder: Path) -> list[Path]:
    """Download *urls* to *folder*."""
    files = [folder / url.rpartition("/")[2] for url in urls]
    config = folder / "curl.conf"
    rows = (f'url = "{url}"\noutput = "{file}"\n' for url, file in zip(urls, files, strict=True))
    config.write_text("".join(rows), encoding="utf-8")
    options = ["--silent", "--fail", "--parallel", "--parallel-max", str(AT_A_TIME)]
    subprocess.run(["curl", *options, "--config", str(config)], check=True)
    return files


def make_thumbnail(file: Path, folder: Path, thumbnails: str) -> None:
    suffix, options = ENCODERS[thumbnails]
    small = pyvips.Image.thumbnail(str(file), 320, height=320, size="down")
    if thumbnails == "jpeg" and small.hasalpha():
        small = small.flatten(background=255)
    small.write_to_file(str(folder / f"{file.name}{suffix}"), strip=True, **options)


def main() -> None:
    urls, out, thumbnails = sys.argv[1:]
    full, thumbs = Path(out, "full"), Path(out, "thumbs")
    full.mkdir(parents=True)
    thumbs.mkdir()
    files = fetch(Path(urls).read_text(encoding="utf-8").split(), full)
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        list(pool.map(partial(make_thumbnail, folder=thumbs, thumbnails=thumbnails), files))


if __name__ == "__main__":
    main()
