"""What planning costs beside `urllib.parse.urlsplit` on the same URLs, in the same run.

    python scripts/bench_plan.py

Prints one line a set of URLs and exits 1 where planning costs more than its limit.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from archiver.planning import plan_candidates

PLAIN_LIMIT = 2.0  # × urlsplit, for URLs without any marker
MARKED_LIMIT = 15.0  # × urlsplit, for URLs with one
BATCH = 100_000  # URLs made at a time, so that memory stays small

PLAIN = (
    "https://img{n}.example.com/2024/05/{i:07d}/photo-{i}.jpg",
    "https://cdn.example.org/a/{i}.png?v={n}",
    "https://static{n}.example.net/uploads/{i}/picture.webp?w=800&token={i:x}",
    "https://example.com/content/{i}/{n}/image.jpeg",
)
MARKED = (
    "https://img.example.com/{i}.png?x-bce-process=image/watermark,image_aW1n,g_7,x_14,y_{n}",
    "https://i.example.com/{i}.png?x-oss-process=image/resize,w_{n}/watermark,text_QQ/format,webp",
    "https://i.example.com/{i}.jpg?imageView2/2/w/{n}|watermark/2/text/QQ==/gravity/SouthEast",
    "https://i.example.com/{i}.jpg!/fw/{n}/watermark/url/L3BhdGg/align/center",
    "https://res.cloudinary.com/demo/image/upload/w_{n}/l_logo,w_100/v1/{i}.jpg",
)


def make(templates: tuple[str, ...], start: int, count: int) -> list[str]:
    kinds = len(templates)
    return [templates[i % kinds].format(i=i, n=i % 97) for i in range(start, start + count)]


def spent_s(function: Callable[[str], object], urls: Iterable[str]) -> float:
    """Seconds of CPU that *function* takes over all *urls*."""
    gc.collect()
    start = time.process_time()
    for url in urls:
        function(url)
    return time.process_time() - start


def measure(name: str, templates: tuple[str, ...], count: int, limit: float) -> bool:
    """Whether planning *count* URLs stays under *limit* × urlsplit; batches take turns."""
    split_s = plan_s = 0.0
    for start in range(0, count, BATCH):
        urls = make(templates, start, min(BATCH, count - start))
        split_s += spent_s(urlsplit, urls)
        plan_s += spent_s(plan_candidates, urls)
    ratio = plan_s / split_s
    cost = f"{plan_s / count * 1e6:.2f} µs a URL, urlsplit {split_s / count * 1e6:.2f} µs"
    print(f"{name}: {count} URLs, {cost}: {ratio:.2f} × (limit {limit:.0f} ×)")
    return ratio <= limit


def main() -> int:
    plan_candidates(MARKED[0])  # reads and compiles the table
    is_fast = measure("without a marker", PLAIN, 1_000_000, PLAIN_LIMIT)
    is_fast &= measure("with a marker", MARKED, 100_000, MARKED_LIMIT)
    return 0 if is_fast else 1


if __name__ == "__main__":
    sys.exit(main())
