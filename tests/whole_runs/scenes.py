"""What the runs archive: documents on the disk and pictures on an origin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pictures
from origin import Origin

HOST = "http://img.example.com"
PAGE = "http://site.example/post.html"

DOCUMENTS = {
    "posts/a.md": (
        b"---\nheadimg: 'http://img.example.com/photo.jpg'\n---\r\n"
        b"A ![](http://img.example.com/photo.jpg) and ![](http://img.example.com/small.png)\r\n"
    ),
    "posts/sub/\u56fe & 'x'.md": (
        b"\xff ![](http://img.example.com/small.png) ![](http://img.example.com/lost.png)\n"
    ),
    "posts/page.html": (
        b"<!doctype html><img src='http://img.example.com/small.png'"
        b" srcset='http://img.example.com/photo.jpg 2x'>"
        b"<img src='http://img.example.com/drawing.svg'>"
    ),
    "posts/plain.md": b"no picture in it\n",
}
OTHERS = {"posts/notes.txt": b"carried along\n" * 9, "posts/data/table.csv": b"a,b\n1,2\n"}
DRAWING = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="320">'
    b'<script>no()</script><rect width="99" height="99"/>'
    b'<image href="http://img.example.com/small.png"/></svg>'
)
SITE = {
    PAGE: (
        b"<!doctype html><link rel=stylesheet href=/main.css>"
        b"<img src=http://img.example.com/photo.jpg>",
        "text/html; charset=utf-8",
    ),
    "http://site.example/main.css": (
        b"body { background: url(http://img.example.com/small.png) }",
        "text/css",
    ),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A run to be stopped.

    Attributes:
        words: of the command line, before the network options.
        files: path → bytes before the run.
        home: the folder of the archive and its state.
        expected: the exit code: 3 where a picture is lost.
    """

    words: Sequence[str]
    files: dict[str, bytes]
    home: str = "."
    expected: int = 3

    def lay_out(self, base: Path) -> None:
        """Make *base* with its files."""
        base.mkdir()
        for path, data in self.files.items():
            (base / path).parent.mkdir(parents=True, exist_ok=True)
            (base / path).write_bytes(data)

    def arguments(self, origin: Origin) -> list[str]:
        """The command line."""
        mapped = [word for place in origin.connect_to for word in ("--connect-to", place)]
        return [*self.words, "--quiet", *mapped, "--ca-file", origin.ca_file]


SCENES = {
    "in place": Scene(("archive", "posts", "--in-place"), DOCUMENTS | OTHERS),
    "copies": Scene(("archive", "posts", "-o", "out"), DOCUMENTS | OTHERS, "out"),
    "a page": Scene(("archive", PAGE, "-o", "out"), {}, "out", 0),
}


def serve(origin: Origin) -> None:
    """Give *origin* all that the scenes ask for; everything else is 404."""
    photo = pictures.save(pictures.photograph(1, (480, 320)), "JPEG")
    origin.serve(f"{HOST}/photo.jpg", photo, media_type="image/jpeg")
    origin.serve(f"{HOST}/small.png", pictures.picture("PNG", (40, 30)))
    origin.serve(f"{HOST}/drawing.svg", DRAWING, media_type="image/svg+xml")
    for url, (body, media_type) in SITE.items():
        origin.serve(url, body, media_type=media_type)


LONG_POST = Scene(
    ("archive", "posts", "--in-place"),
    {"posts/long.md": b"![](http://img.example.com/small.png)\n" + b"some words\n" * 10_000},
    expected=0,
)
