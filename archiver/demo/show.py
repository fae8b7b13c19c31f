"""The demo: its origin served, its post archived from it, what changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from archiver import files, jobs, orders
from archiver.config import Config
from archiver.demo.origin import DemoOrigin
from archiver.listeners import Listener, Silent
from archiver.model import ImageRecord, Summary

EXPECTED_IMAGES = {"stored": 5, "gone": 1}  # what the built-in post and origin come to
FOLDER = "archiver-demo"


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo did.

    Attributes:
        images: what became of each, in the order they ended.
        changes: (line before, line after), trimmed, for each line and tag that differs.
    """

    summary: Summary
    post: Path
    rewritten: Path
    archive: Path
    images: tuple[ImageRecord, ...]
    changes: tuple[tuple[str, str], ...]


class _Noting:
    """Notes the images, and tells another listener."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self.images: list[ImageRecord] = []
        self.on_document = listener.on_document

    def on_image(self, record: ImageRecord) -> None:
        self.images.append(record)
        self._listener.on_image(record)


async def run_demo(folder: Path | None, listener: Listener | None) -> Demo:
    """Write the built-in post into *folder* and archive it from the built-in origin.

    Args:
        folder: created; None: the first of archiver-demo, archiver-demo-2, … that is free.
    """
    folder = folder or _free_folder()
    post = folder / "post.md"
    files.write_new(bytes(post), resources.files(__package__).joinpath("post.md").read_bytes())
    noting = _Noting(listener or Silent())
    output = folder / "archived"
    async with DemoOrigin() as origin:
        config = Config(base=str(output))
        network = replace(config.network, connect_to=(f"::127.0.0.1:{origin.port}",))
        summary = await jobs.archive_async(
            [orders.Order((str(post),), str(output))], replace(config, network=network), noting
        )
    rewritten = output / post.name
    changes = _changes(post.read_text(), rewritten.read_text())
    return Demo(summary, post, rewritten, output / config.archive, tuple(noting.images), changes)


def _free_folder() -> Path:
    names = (FOLDER if n == 1 else f"{FOLDER}-{n}" for n in range(1, 10_000))
    return next(path for path in map(Path, names) if not path.exists())


def _changes(before: str, after: str) -> tuple[tuple[str, str], ...]:
    """Each front matter line and each tag that differs."""
    pairs = zip(_pieces(before), _pieces(after), strict=True)
    return tuple((old.strip(), new.strip()) for old, new in pairs if old != new)


def _pieces(text: str) -> list[str]:
    return text.replace("><", ">\n<").split("\n")
