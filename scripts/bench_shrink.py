"""Make a thumbnail of every picture in a folder, with one tool, in one process and thread.

usage: python scripts/bench_shrink.py archiver|libvips FOLDER OUT jpeg|webp|png

Prints the CPU seconds of the pictures alone, imports left out.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

SIDE_PX = 320
QUALITY = {"jpeg": 82, "webp": 80, "png": 80}  # png: lossless, to look at the pixels

Shrink = Callable[[Path, Path], None]


def use_archiver(encoder: str) -> Shrink:
    """All that the archiver does with a picture: structure, decode, hash, thumbnail."""
    from archiver.imaging.examine import examine_file
    from archiver.imaging.settings import ImagingSettings, ThumbnailSettings

    limits = ImagingSettings()
    wanted = [ThumbnailSettings(format=encoder, quality=QUALITY[encoder])]

    def shrink(source: Path, target: Path) -> None:
        (made,) = examine_file(str(source), limits, wanted).renditions
        target.write_bytes(made.data)

    return shrink


def use_libvips(encoder: str) -> Shrink:
    import pyvips

    options = {"jpeg": {"Q": 82}, "webp": {"Q": 80, "effort": 4}, "png": {}}[encoder]

    def shrink(source: Path, target: Path) -> None:
        small = pyvips.Image.thumbnail(str(source), SIDE_PX, height=SIDE_PX, size="down")
        if encoder == "jpeg" and small.hasalpha():
            small = small.flatten(background=255)
        suffix = ".jpg" if encoder == "jpeg" else f".{encoder}"
        target.write_bytes(small.write_to_buffer(suffix, strip=True, **options))

    return shrink


TOOLS = {"archiver": use_archiver, "libvips": use_libvips}


def main() -> None:
    tool, folder, out, encoder = sys.argv[1:]
    shrink, target = TOOLS[tool](encoder), Path(out)
    target.mkdir(parents=True, exist_ok=True)
    sources = sorted(Path(folder).iterdir())
    shrink(sources[0], target / sources[0].name)  # decoders are loaded at the first picture
    before = time.process_time()
    for source in sources:
        shrink(source, target / source.name)
    print(time.process_time() - before)


if __name__ == "__main__":
    main()
