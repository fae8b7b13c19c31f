"""Finding references against BeautifulSoup with lxml merely parsing the same pages.

    python scripts/bench_find.py

Ordinary pages (about 100 kB, 40 images, half of them with a srcset of two), made with a fixed
seed; both sides take turns, the best of several rounds of CPU time counts. Needs lxml
(``pip install lxml``), which the archiver itself doesn't. The aim: five times its speed.
"""

import gc
import random
import time

from bs4 import BeautifulSoup

from archiver.formats import read_document

PAGES, ROUNDS = 20, 7
TEXT = "the of a picture shows how light falls on water while other words make up an article"
WORDS = TEXT.split()


def make_page(seed: int) -> bytes:
    """A page as a blog engine writes it."""
    rng = random.Random(seed)
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>'
        '<meta property="og:image" content="https://img.example.com/og.jpg">'
        '<link rel="icon" href="/favicon.ico"><link rel="stylesheet" href="/s.css">'
        "<style>body{margin:0}.hero{background:url(/img/hero.jpg)}</style>"
        '<script>window.dataLayer=window.dataLayer||[];function g(){dataLayer.push("x")}</script>'
        "</head><body><nav><ul>"
    )
    menu = "".join(f'<li class="item"><a href="/c/{i}/">Topic {i}</a></li>' for i in range(30))
    body = "".join(_section(rng, number) for number in range(40))
    return f"{head}{menu}</ul></nav><main>{body}</main></body></html>".encode()


def _section(rng: random.Random, number: int) -> str:
    text = "".join(f"<p>{_sentence(rng)}</p>\n" for _ in range(4))
    name = f"https://img.example.com/2024/{number:03}"
    sizes = f' srcset="{name}-400.jpg 400w, {name}-800.jpg 800w"' if number % 2 else ""
    image = (
        f'<img class="picture" src="{name}.jpg?x=1&amp;y=2" alt="Picture {number}" width="800"'
        f' height="600" loading="lazy"{sizes}>'
    )
    heading = f'<h2 id="s{number}">Part {number}</h2>'
    return f'<section class="post">{heading}\n{text}<figure>{image}</figure></section>\n'


def _sentence(rng: random.Random) -> str:
    words = [rng.choice(WORDS) for _ in range(95)]
    words[10] = f"<b>{words[10]}</b>"
    words[30] = f'<a href="/p/{words[31]}.html">{words[30]}</a>'
    return " ".join(words)


def cpu_ms(action, pages) -> float:
    """Milliseconds of CPU a page."""
    gc.collect()
    start = time.process_time()
    for page in pages:
        action(page)
    return (time.process_time() - start) * 1000 / len(pages)


def main() -> None:
    pages = [make_page(seed) for seed in range(PAGES)]
    found = len(read_document(pages[0]).references)
    size = sum(map(len, pages)) / len(pages) / 1000
    sides = {
        "archiver, finding": lambda page: read_document(page, format="html"),
        "bs4 + lxml, parsing": lambda page: BeautifulSoup(page, "lxml"),
    }
    best = dict.fromkeys(sides, float("inf"))
    for _ in range(ROUNDS):
        for name, action in sides.items():
            best[name] = min(best[name], cpu_ms(action, pages))
    print(f"{PAGES} pages of {size:.0f} kB, {found} references each")
    for name, value in best.items():
        print(f"{name:22} {value:7.2f} ms a page {size / value:7.1f} MB/s")
    ours, theirs = best.values()
    print(f"ratio {theirs / ours:.1f}")


if __name__ == "__main__":
    main()
