"""The catalog with a million images beside one with ten thousand: a look-up, and a write.

usage: python scripts/bench_catalog.py [--images 10000 1000000]

The two are asked in turns, in one process; a write is a batch of a thousand new images and their
commit. Aims: a look-up at most 2 times, a write at most 5 times what it costs in the small one.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from archiver.catalog import Catalog
from archiver.journal.lines import encode
from archiver.model import ImageRecord, Outcome

ROUNDS = 7
LOOK_UPS = 2000
WRITES = 1000  # as many as are committed at a time
WHEN = "2026-01-02T03:04:05Z"
AIMS = {"look-up": 2.0, "write": 5.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--images", type=int, nargs=2, default=(10_000, 1_000_000))
    sizes = sorted(parser.parse_args().images)
    with tempfile.TemporaryDirectory(prefix="archiver-bench-") as folder:
        costs = measure([fill(Path(folder, str(size)), size) for size in sizes], sizes)
    few, many = sizes
    print(f"| | {few} images, µs | {many} images, µs | ratio (aim) |\n| --- | --- | --- | --- |")
    for name, aim in AIMS.items():
        small, large = (costs[name, size] * 1e6 for size in sizes)
        print(f"| {name} | {small:.1f} | {large:.1f} | {large / small:.2f} ({aim:.0f}) |")


def fill(folder: Path, images: int) -> Catalog:
    """A catalog that read a journal of so many images."""
    journal = folder / "journal"
    journal.mkdir(parents=True)
    with (journal / "20260102T030405Z-00000000.ndjson").open("wb") as file:
        file.writelines(encode(image(n), WHEN) for n in range(images))
    began_s = time.perf_counter()
    catalog = Catalog(str(folder / "catalog.sqlite"), str(journal))
    catalog.commit()
    seconds = time.perf_counter() - began_s
    size = (folder / "catalog.sqlite").stat().st_size
    print(f"{images} images read in {seconds:.1f} s, {size / images:.0f} bytes each", flush=True)
    return catalog


def image(number: int) -> ImageRecord:
    """The record of an image as an ordinary run writes it."""
    url = f"https://img{number % 97}.example.com/newsuploadfiles/2022/5/{number:032x}.png"
    digest = f"{number * 2654435761 % 2**256:064x}"
    path = f"archive/assets/{digest[:2]}/{digest}.png"
    small = f"archive/thumbnails/320/{digest[:2]}/{digest}.webp"
    return ImageRecord(
        url,
        Outcome.STORED,
        requested_url=url,
        digest=f"sha256:{digest}",
        path=path,
        media_type="image/png",
        size_bytes=150_000,
        width_px=1200,
        height_px=800,
        frames=1,
        thumbnails={"320": small},
        attempts=1,
        when=WHEN,
    )


def measure(catalogs: list[Catalog], sizes: list[int]) -> dict[tuple[str, int], float]:
    """Seconds of one look-up and one write, the median of the rounds."""
    found: dict[tuple[str, int], list[float]] = {}
    for number in range(ROUNDS):
        for catalog, size in zip(catalogs, sizes, strict=True):
            work: dict[str, Callable[[], int]] = {
                "look-up": lambda c=catalog, s=size, n=number: look_up(c, s, n),  # type: ignore[misc]
                "write": lambda c=catalog, s=size, n=number: write(c, s, n),  # type: ignore[misc]
            }
            for name, action in work.items():
                began_s = time.perf_counter()
                count = action()
                taken_s = time.perf_counter() - began_s
                found.setdefault((name, size), []).append(taken_s / count)
    return {key: statistics.median(values) for key, values in found.items()}


def look_up(catalog: Catalog, size: int, round: int) -> int:
    """Half of them are known."""
    chance = random.Random(round)
    for n in range(LOOK_UPS):
        number = chance.randrange(size) + (n % 2) * 10 * size
        record = catalog.find_image(image(number).url)
        if (record is None) != (n % 2 == 1):
            raise RuntimeError(f"image {number} was not found as it should be")
    return LOOK_UPS


def write(catalog: Catalog, size: int, round: int) -> int:
    first = 100 * size + round * WRITES
    for number in range(first, first + WRITES):
        catalog.add_image(image(number))
    catalog.commit()
    return WRITES


if __name__ == "__main__":
    main()
