"""The first run over many posts, in place: memory flat, time linear; then all of it undone.

Every post names four pictures: one of its own, twice, and two that other posts name as well. The
pictures are small, so that the documents are what costs.
"""

from __future__ import annotations

import hashlib
import random
import sys
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bench_measure import BenchError, Command, Cost, measure
from bench_origin import serve
from bench_pictures import HOST, environment
from make_pictures import make_posts
from PIL import Image

SIZES = (1_000, 10_000)  # posts
MEMORY_AIM_MIB = 200  # of all processes together
LINEAR_AIM = 1.2  # times the CPU of a post, in the larger run
PICTURE_PX = (96, 64)
CONFIG = """\
[network]
connect_to = ["{host}:80:127.0.0.1:{port}"]

[[sources]]
path = "posts"
in_place = true
"""


def run(folder: Path, rounds: int) -> list[str]:
    """Measure once for each of `SIZES`; the table's lines."""
    names = _make_pictures(folder / "pictures", max(SIZES))
    costs = {}
    with serve(folder / "pictures", folder / "nginx") as port:
        for posts in SIZES:
            costs[posts] = _archive_and_restore(folder / str(posts), names[:posts], port)
    return list(_table(costs))


def _archive_and_restore(folder: Path, names: list[str], port: int) -> Mapping[str, Cost]:
    """What the commands cost over a post a picture; all bytes are looked at."""
    _make_posts(folder / "posts", names)
    before = _digests(folder / "posts")
    config = folder / "archiver.toml"
    config.write_text(CONFIG.format(host=HOST, port=port), encoding="utf-8")
    costs = {"run": measure(_command(folder, "run", "--quiet"), is_sampled=True)}
    left = sum(HOST in post.read_text("utf-8") for post in (folder / "posts").glob("*.md"))
    if left:
        raise BenchError(f"the run left {left} of {len(names)} posts as they were")
    (folder / ".archiver" / "catalog.sqlite").unlink()  # it is only derived
    costs["restore"] = measure(_command(folder, "restore", "--all", "--json"), is_sampled=True)
    if _digests(folder / "posts") != before:
        raise BenchError("restore did not give back every byte")
    costs["gc"] = measure(_command(folder, "gc", "--grace", "0", "--quiet"), is_sampled=True)
    if left := sum(path.is_file() for path in (folder / "archive").rglob("*")):
        raise BenchError(f"gc left {left} files in a store that no document names")
    return costs


def _make_posts(folder: Path, names: list[str]) -> None:
    """Post number i names the pictures i, i + 1 and 7 i: duplicates near and far."""
    count = len(names)
    urls = [f"http://{HOST}/{name}" for name in names]
    named = [urls[j % count] for i in range(count) for j in (i, i + 1, 7 * i)]
    make_posts(folder, named, count, a_post=3)


def _make_pictures(folder: Path, count: int) -> list[str]:
    folder.mkdir()
    paths = [folder / f"picture-{i:05}.jpg" for i in range(count)]
    with ProcessPoolExecutor() as pool:
        for _ in pool.map(_make_picture, paths, range(count), chunksize=500):
            pass
    return [path.name for path in paths]


def _make_picture(path: Path, seed: int) -> None:
    width, height = PICTURE_PX
    small = Image.frombytes("RGB", (6, 4), random.Random(seed).randbytes(6 * 4 * 3))
    small.resize((width, height), Image.Resampling.BICUBIC).save(path, quality=85)


def _command(folder: Path, *words: str) -> Command:
    config = ("--config", str(folder / "archiver.toml"))
    arguments = [sys.executable, "-m", "archiver", *words, *config]
    return Command(words[0], arguments, environment(folder), folder, timeout_s=1800)


def _digests(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.glob("*.md")}


def _table(costs: Mapping[int, Mapping[str, Cost]]) -> list[str]:
    lines = [
        "",
        "Posts in one folder with four references each, archived in place, then restored without",
        "the catalog, every byte compared, then the store emptied (memory is sampled, so times",
        "are high):",
        "",
        "| posts | command | CPU s | wall s | CPU ms a post | peak MiB |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for posts, of_size in costs.items():
        for name, cost in of_size.items():
            lines.append(
                f"| {posts} | {name} | {cost.cpu_s:.1f} | {cost.wall_s:.1f}"
                f" | {cost.cpu_s / posts * 1000:.2f} | {cost.peak_bytes / 2**20:.0f} |"
            )
    return [*lines, "", *_verdict(costs)]


def _verdict(costs: Mapping[int, Mapping[str, Cost]]) -> list[str]:
    few, many = min(costs), max(costs)
    lines = []
    for name, cost in costs[many].items():
        ratio = (cost.cpu_s / many) / (costs[few][name].cpu_s / few)
        lines.append(
            f"`{name}`: a post costs {ratio:.2f} × as much CPU among {many} as among {few}"
            f" (aim: {LINEAR_AIM}); {cost.peak_bytes / 2**20:.0f} MiB at most"
            f" (aim: {MEMORY_AIM_MIB})."
        )
    return lines
