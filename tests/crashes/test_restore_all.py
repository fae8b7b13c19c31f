"""Many documents archived and restored: every byte is what it was, and the
store empties; the catalog is not needed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pictures
import pytest
from origin import Origin
from program import run_archiver
from samples import DOCUMENTS_TO_RESTORE as DOCUMENTS

PICTURES = 40
_PIECES = (
    b"![a]({u})", b"<img src='{u}' alt=\"x\">\r\n", b'<img srcset="{u} 1x, {v} 2x">', b"\xff\xfe\r",
    b"[ref]: {u}\n![b][ref]\n", b"<p style=\"background:url({u})\">\n\n", b"\xe5\x9b\xbe&amp;\t",
    b"<!-- {u} -->", b"```\n![c]({u})\n```\n", b"\n\n", b"![d](<{v}> 'title')", b"plain {u} text ",
)  # fmt: skip


@pytest.fixture
def base(memory: Path) -> Path:
    return memory / "many"


@pytest.fixture
def posts(origin: Origin, base: Path) -> Iterator[dict[Path, bytes]]:
    """Documents of random pieces, each of a few pictures that others show as well."""
    urls = [f"http://img.example.com/{n}.png?v=1&amp;w={n}" for n in range(PICTURES)]
    for n, url in enumerate(urls):
        colour = (n * 5 % 256, n * 31 % 256, n)
        origin.serve(url.replace("&amp;", "&"), pictures.plain(colour, size=(40 + n, 30)))
    chance, made = random.Random(8), {}
    for n in range(DOCUMENTS):
        text = b"".join(
            piece.replace(b"{u}", chance.choice(urls).encode()).replace(
                b"{v}", chance.choice(urls).encode()
            )
            for piece in chance.choices(_PIECES, k=chance.randint(1, 12))
        )
        suffix = chance.choice(("md", "html"))
        path = base / "posts" / f"{n % 7}" / f"\u56fe '{n}' & x.{suffix}"
        made[path] = (b"---\nimage: " + urls[n % PICTURES].encode() + b"\n---\n") * (
            n % 3 == 0
        ) + text
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made[path])
    yield made


def test_restore_gives_back_every_byte(
    posts: dict[Path, bytes], origin: Origin, base: Path
) -> None:
    network = [word for place in origin.connect_to for word in ("--connect-to", place)]
    network += ["--ca-file", origin.ca_file]
    result = run_archiver("archive", "posts", "--in-place", "--quiet", *network, cwd=base)
    assert result.code in (0, 3), result.stderr
    changed = [path for path, data in posts.items() if path.read_bytes() != data]
    assert len(changed) > DOCUMENTS / 2
    (base / ".archiver" / "catalog.sqlite").unlink()
    assert run_archiver("restore", "--all", cwd=base).code == 0
    wrong = [path for path, data in posts.items() if path.read_bytes() != data]
    assert wrong == []
    (base / ".archiver" / "catalog.sqlite").unlink()
    assert run_archiver("gc", "--grace", "0", cwd=base).code == 0
    left = [path for path in (base / "archive").rglob("*") if path.is_file()]
    assert left == [], "a store that no document names is empty"
    assert [path for path in (base / ".archiver" / "trash").rglob("*") if path.is_file()] == []
