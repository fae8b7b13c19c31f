"""Many small posts in one folder: a run over none that changed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench_measure import Command, Cost, compare, measure
from bench_origin import serve
from bench_pictures import HOST, environment
from make_pictures import make_pictures, make_posts, name_urls

SCRIPTS = Path(__file__).parent
PICTURES = 20  # the posts name these in turn
UNCHANGED_AIM = 4.0  # times the CPU of bench_stat.py
CONFIG = """\
[network]
connect_to = ["{host}:80:127.0.0.1:{port}"]

[[sources]]
path = "posts"
in_place = true
"""


def run_unchanged(folder: Path, rounds: int, posts: int = 15_000) -> list[str]:
    """A run over *posts* that are as the run before left them, against `bench_stat`."""
    with _archived(folder, posts):
        pass  # nginx is gone: a run with nothing to do must not miss it
    yardstick = [sys.executable, str(SCRIPTS / "bench_stat.py"), "posts", "stat.sqlite"]
    plain = {key: value for key, value in environment(folder).items() if key != "PYTHONPATH"}
    costs = compare(
        [
            Command("archiver run", _run(folder), environment(folder), folder),
            # without the network guard, which would make the yardstick longer
            Command("ten lines", yardstick, plain, folder),
            Command("git status", ["git", "status", "--short"], plain, folder),
        ],
        rounds,
    )
    ratio = costs["archiver run"].cpu_s / costs["ten lines"].cpu_s
    return [
        "",
        f"{posts} posts, none of them changed:",
        "",
        "| | CPU s | wall s | peak MiB |",
        "| --- | --- | --- | --- |",
        *(_row(name, cost) for name, cost in costs.items()),
        "",
        f"The run costs {ratio:.1f} × the CPU of the ten lines (aim: {UNCHANGED_AIM:.0f}).",
    ]


@contextmanager
def _archived(folder: Path, posts: int) -> Iterator[None]:
    """Posts in a git repository after their first run."""
    names = make_pictures(folder / "pictures")[:PICTURES]
    make_posts(folder / "posts", name_urls(names, HOST), posts, a_post=1)
    (folder / ".gitignore").write_text("/pictures/\n/nginx/\n/pycache/\n*.sqlite*\n")
    _git(folder, "init", "-q")
    _git(folder, "add", "posts", ".gitignore")
    with serve(folder / "pictures", folder / "nginx") as port:
        config = folder / "archiver.toml"
        config.write_text(CONFIG.format(host=HOST, port=port), encoding="utf-8")
        first = Command("first run", _run(folder), environment(folder), folder, timeout_s=1200)
        measure(first)
        left = sum(HOST in post.read_text("utf-8") for post in (folder / "posts").glob("*.md"))
        if left:
            raise RuntimeError(f"the first run left {left} of {posts} posts as they were")
        yield


def _run(folder: Path) -> list[str]:
    config = str(folder / "archiver.toml")
    return [sys.executable, "-m", "archiver", "run", "--config", config, "--quiet"]


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True)


def _row(name: str, cost: Cost) -> str:
    return f"| {name} | {cost.cpu_s:.3f} | {cost.wall_s:.3f} | {cost.peak_bytes / 2**20:.0f} |"
