"""A run over one feed of many items, saved or made into posts: time linear, memory flat.

Items show few pictures, in turns, so that the feed is what costs.
"""

from __future__ import annotations

import shutil
import sys
from html import escape
from pathlib import Path

from bench_measure import BenchError, Command, Cost, measure
from bench_origin import serve
from bench_pictures import HOST, environment
from make_pictures import make_pictures

SIZES = (1_000, 2_500, 10_000)  # items
PICTURES = 20
KINDS = {"saved": "", "posts": 'as = "posts"\npath = "posts"\n'}
AIMS = {"saved": 2.5, "posts": 2}  # times the feed's bytes, in memory above that of the first size
CONFIG = """\
site_url = "https://me.example/"

[network]
connect_to = ["{host}:80:127.0.0.1:{port}"]

[[sources]]
feed = "feed.xml"
{source}
"""


def run(folder: Path, rounds: int) -> list[str]:
    """Measure once for each kind and each of `SIZES`; the table's lines."""
    names = make_pictures(folder / "pictures")[:PICTURES]
    lines = [
        "",
        "A feed with two references an item, read for the first time (memory is sampled, so times",
        "are high):",
        "",
        "| | items | MiB | CPU s | CPU ms an item | peak MiB | more than the first, feeds |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    with serve(folder / "pictures", folder / "nginx") as port:
        for kind in KINDS:
            base = folder / kind
            found = [(_make_feed(names, size), size) for size in SIZES]
            costs = [_measure(base / str(size), kind, data, port) for data, size in found]
            first = costs[0].peak_bytes, len(found[0][0])
            for (data, size), cost in zip(found, costs, strict=True):
                lines.append(_row(kind, size, len(data), cost, first))
    return [*lines, "", f"Aims: {AIMS['saved']} and {AIMS['posts']} × the bytes of the feed."]


def _measure(folder: Path, kind: str, data: bytes, port: int) -> Cost:
    folder.mkdir(parents=True)
    (folder / "feed.xml").write_bytes(data)
    config = CONFIG.format(host=HOST, port=port, source=KINDS[kind])
    (folder / "archiver.toml").write_text(config, encoding="utf-8")
    arguments = [sys.executable, "-m", "archiver", "run", "--quiet"]
    command = Command(kind, arguments, environment(folder), folder, timeout_s=1800)
    cost = measure(command, is_sampled=True)
    if kind == "posts" and len(list((folder / "posts").iterdir())) != data.count(b"<item>"):
        raise BenchError("not every item became a post")
    if kind == "saved" and HOST.encode() in (folder / "archived" / "feed.xml").read_bytes():
        raise BenchError("the saved feed names pictures of others")
    shutil.rmtree(folder)
    return cost


def _make_feed(names: list[str], size: int) -> bytes:
    return (
        '<rss version="2.0"><channel><title>F</title><link>https://site.example/</link>\n'
        + "".join(_item(number, names[number % len(names)]) for number in range(size))
        + "</channel></rss>\n"
    ).encode()


def _item(number: int, name: str) -> str:
    url = f"http://{HOST}/{name}"
    text = "".join(f"<p>{number}.{n} {'Some words that say it. ' * 6}</p>" for n in range(18))
    return (
        f"<item><title>Item {number}</title><link>https://site.example/{number}</link>"
        f"<guid isPermaLink='false'>tag:{number}</guid>"
        f"<description>{escape(text)}{escape(f'<img src={url} alt=é>')}</description>"
        f"<enclosure url='{url}' length='1' type='image/jpeg'/></item>\n"
    )


def _row(kind: str, size: int, size_bytes: int, cost: Cost, first: tuple[int, int]) -> str:
    more = (cost.peak_bytes - first[0]) / max(1, size_bytes - first[1])
    cells = [
        kind,
        f"{size:,}",
        f"{size_bytes / 2**20:.1f}",
        f"{cost.cpu_s:.1f}",
        f"{cost.cpu_s / size * 1000:.2f}",
        f"{cost.peak_bytes / 2**20:.0f}",
        f"{more:.1f}" if size_bytes > first[1] else "",
    ]
    return f"| {' | '.join(cells)} |"
