"""Make 390 pictures and the posts that name them, the same ones every time.

usage: python scripts/make_pictures.py DIR [--host img.example]

300 JPEG and 30 WebP like photographs (smooth noise with edges and grain), 60 PNG like screenshots.
They go to DIR/pictures, 78 posts of five pictures each to DIR/posts.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw

PHOTO_PX = (1088, 704)
SCREENSHOT_PX = (1000, 640)
PICTURES_A_POST = 5
WATERMARK = "?x-bce-process=image/watermark,image_bG9nby5wbmc=,g_7,x_14,y_14"
_OCTAVES_PX = ((9, 6), (34, 22), (136, 88))  # sizes of the noise before it is enlarged
_COUNTS = (("jpg", 300), ("png", 60), ("webp", 30))


@dataclass(frozen=True, slots=True)
class Task:
    path: Path
    seed: int


def make_pictures(folder: Path) -> list[str]:
    """Write the pictures to *folder*; their names."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"{suffix}-{i:03}.{suffix}" for suffix, count in _COUNTS for i in range(count)]
    tasks = [Task(folder / name, seed) for seed, name in enumerate(names)]
    with ProcessPoolExecutor() as pool:
        for _ in pool.map(_make_picture, tasks, chunksize=10):
            pass
    return names


def make_posts(
    folder: Path, urls: list[str], count: int | None = None, a_post: int = PICTURES_A_POST
) -> int:
    """Write posts that name *a_post* of *urls* each, in turn; how many.

    Args:
        count: of the posts; None: as many as it takes to name each URL once.
    """
    folder.mkdir(parents=True, exist_ok=True)
    count = -(-len(urls) // a_post) if count is None else count
    for i in range(count):
        named = [urls[j % len(urls)] for j in range(i * a_post, (i + 1) * a_post)]
        (folder / f"post-{i:05}.md").write_text(_post(i, list(dict.fromkeys(named))), "utf-8")
    return count


def _post(number: int, urls: list[str]) -> str:
    figures = "".join(
        f'<p data-vmark="{number:04x}"><img src="{url}" alt="图 {i}" referrerpolicy="no-referrer">'
        f"</p><p>IT之家 5 月 11 日消息，第 {number} 篇。</p>"
        for i, url in enumerate(urls)
    )
    head = f"title: '第 {number} 篇'\ndate: Wed, 11 May 2022 02:16:25 GMT\nheadimg: '{urls[0]}'\n"
    return f"\n---\n{head}---\n\n<div>\n{figures}\n</div>\n"


def _make_picture(task: Task) -> None:
    rng = random.Random(task.seed)
    match task.path.suffix:
        case ".jpg":
            _photograph(rng).save(task.path, quality=85)
        case ".webp":
            _photograph(rng).save(task.path, quality=80, method=4)
        case _:
            _screenshot(rng).save(task.path)


def _photograph(rng: random.Random) -> Image.Image:
    image = _noise(rng, _OCTAVES_PX[0])
    for size, share in zip(_OCTAVES_PX[1:], (0.35, 0.2), strict=True):
        image = Image.blend(image, _noise(rng, size), share)
    _draw_edges(rng, image)
    grain = Image.frombytes("L", PHOTO_PX, rng.randbytes(PHOTO_PX[0] * PHOTO_PX[1]))
    grain = grain.point(lambda level: level * 13 // 256)
    return ImageChops.subtract(image, Image.merge("RGB", (grain,) * 3))


def _noise(rng: random.Random, size: tuple[int, int]) -> Image.Image:
    small = Image.frombytes("RGB", size, rng.randbytes(size[0] * size[1] * 3))
    return small.resize(PHOTO_PX, Image.Resampling.BICUBIC)


def _draw_edges(rng: random.Random, image: Image.Image) -> None:
    draw = ImageDraw.Draw(image)
    for _ in range(40):
        corner = (rng.randrange(PHOTO_PX[0]), rng.randrange(PHOTO_PX[1]))
        others = [
            (corner[0] + rng.randint(-160, 160), corner[1] + rng.randint(-160, 160)) for _ in "ab"
        ]
        draw.polygon([corner, *others], fill=_colour(rng))


def _screenshot(rng: random.Random) -> Image.Image:
    """Flat boxes and lines of something like letters; a third of them transparent somewhere."""
    mode = rng.choice(("RGB", "RGB", "RGBA"))
    image = Image.new(mode, SCREENSHOT_PX, (250, 250, 250, 0)[: len(mode)])
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        x, y = rng.randrange(900), rng.randrange(560)
        draw.rectangle(
            (x, y, x + rng.randint(40, 300), y + rng.randint(20, 120)), fill=_colour(rng)
        )
    for x, y in _letters(rng):
        draw.line((x, y, x + rng.randint(1, 6), y + rng.randint(-6, 6)), fill=_colour(rng), width=2)
    return image


def _letters(rng: random.Random) -> Iterator[tuple[int, int]]:
    for y in range(20, SCREENSHOT_PX[1] - 10, 22):
        for x in range(20, rng.randint(300, SCREENSHOT_PX[0] - 20), 9):
            yield x, y


def _colour(rng: random.Random) -> tuple[int, int, int]:
    return rng.randrange(256), rng.randrange(256), rng.randrange(256)


def name_urls(names: list[str], host: str) -> list[str]:
    """The pictures' URLs on *host*; every tenth with a watermark to be left out."""
    return [f"http://{host}/{n}{WATERMARK if i % 10 == 0 else ''}" for i, n in enumerate(names)]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--host", default="img.example", help="the host the posts name")
    arguments = parser.parse_args()
    names = make_pictures(arguments.folder / "pictures")
    posts = make_posts(arguments.folder / "posts", name_urls(names, arguments.host))
    print(f"{len(names)} pictures and {posts} posts in {arguments.folder}")


if __name__ == "__main__":
    main()
