"""Archives written without a network: a journal, pictures, and documents that show them."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scenery import landscape

from archiver.imaging.thumbnails import hash_difference
from archiver.journal import Journal
from archiver.model import DocumentRecord, ImageRecord, Kind, Outcome, Refusal, Splice

HOSTS = ("img.ithome.example", "pic.zhimg.example", "cdn.photos.example", "static.cnbeta.example")
SIZES = ((1600, 1067), (1200, 1600), (2048, 858), (1080, 1080), (820, 1174), (1920, 1080))
LOSSES = (
    (Outcome.GONE, "status-404", "2026-12-02T09:00:00Z"),
    (Outcome.BLOCKED, "status-403", "2026-11-30T12:30:00Z"),
    (Outcome.GONE, "status-410", "9999-12-31T00:00:00Z"),
    (Outcome.UNREACHABLE, "tls-expired", "2026-11-26T08:15:00Z"),
    (Outcome.PLACEHOLDER, "known-bytes", "2026-12-05T00:00:00Z"),
    (Outcome.TRANSIENT, "timeout", "2026-11-25T21:00:00Z"),
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture in an archive, and its thumbnail."""

    path: str
    thumbnail: str
    digest: str
    size_bytes: int
    width_px: int
    height_px: int
    difference_hash: str = ""


def draw_picture(base: Path, seed: int, width: int = 900, mark: str = "") -> Drawn:
    """Draw a landscape into the archive below *base*, in one of `SIZES` scaled to *width*."""
    full = SIZES[seed % len(SIZES)]
    size = width, round(full[1] * width / full[0])
    picture = landscape(seed, size, mark)
    name = hashlib.sha256(f"{seed} {size} {mark}".encode()).hexdigest()
    path = f"archive/assets/{name[:2]}/{name}.jpg"
    thumbnail = f"archive/thumbnails/320/{name[:2]}/{name}.webp"
    for place, image in ((path, picture), (thumbnail, picture.copy())):
        (base / place).parent.mkdir(parents=True, exist_ok=True)
        if place == thumbnail:
            image.thumbnail((320, 320))
        image.save(base / place, quality=82)
    size_bytes = (base / path).stat().st_size
    return Drawn(path, thumbnail, f"sha256:{name}", size_bytes, *size, hash_difference(picture))


def held(url: str, drawn: Drawn, **values: object) -> ImageRecord:
    """The record of a picture that is held."""
    record = ImageRecord(
        url, Outcome.STORED, requested_url=url, kind=Kind.AS_GIVEN, digest=drawn.digest,
        path=drawn.path, media_type="image/jpeg", size_bytes=drawn.size_bytes,
        width_px=drawn.width_px, height_px=drawn.height_px, frames=1, attempts=1,
        thumbnails={"320": drawn.thumbnail}, thumbnail_widths={"320": 320},
        when="2026-11-20T10:00:00Z", difference_hash=drawn.difference_hash,
    )  # fmt: skip
    return replace(record, **values)  # type: ignore[arg-type]


def lost(url: str, number: int = 0, **values: object) -> ImageRecord:
    """The record of a picture that is lost, for one of `LOSSES`."""
    outcome, reason, again = LOSSES[number % len(LOSSES)]
    record = ImageRecord(url, outcome, reason, not_before=again, attempts=2,
                         when="2026-11-21T10:00:00Z")  # fmt: skip
    return replace(record, **values)  # type: ignore[arg-type]


def write_archive(
    base: Path, records: Sequence[ImageRecord], documents: Sequence[tuple[str, str]] = ()
) -> None:
    """Write the journal of *records*, and *documents* (path, text) as rewritten ones."""
    folder = base / ".archiver" / "journal"
    folder.mkdir(parents=True)
    journal = Journal(str(folder), "20261120T100000Z-00000000")
    for record in records:
        journal.append_image(record)
    for name, text in documents:
        path, data = name.encode("utf-8", "surrogateescape"), text.encode()
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        journal.append_document(
            DocumentRecord(path, "0" * 64, digest, (Splice(0, b"x", b"y"),), "2026-11-22T10:00:00Z")
        )
        journal.append_done(path, digest)
    journal.sync()
    journal.close()


def write_scenic_archive(base: Path, count: int = 60, drawn: int = 24) -> None:
    """An archive of landscapes with some of everything, the same each time."""
    source = random.Random(8)
    pictures = [draw_picture(base, seed) for seed in range(drawn)]
    marked = draw_picture(base, 3, mark="photo.example")
    small = draw_picture(base, 5, width=420)
    records, documents = [], {}
    for number in range(count):
        record = _scenic(number, pictures[number % drawn], source)
        if number % 17 == 3:
            record = held(record.url, marked, flags=("watermarked",), when=record.when,
                          refused=(Refusal(record.url, "clean", "baidu-bos", "status-403",
                                           "blocked"),))  # fmt: skip
        if number == 5:
            record = held(record.url, small, when=record.when)
        records.append(record)
        post = f"posts/2026/{'日落' if number % 3 else 'evening'}-{number // 4}.md"
        shown = record.path and f"../../{record.path}"
        documents[post] = documents.get(post, "") + f"![]({shown or record.url})\n"
    write_archive(base, records, sorted(documents.items()))


def _scenic(number: int, drawn: Drawn, source: random.Random) -> ImageRecord:
    host = HOSTS[number % len(HOSTS)]
    name = source.choice(("sunset", "harbour", "日落", "ridge", "lake", "fjord", "dunes"))
    url = f"https://{host}/upload/2026/{number % 12 + 1}/{name}-{number}.jpg"
    when = f"2026-11-{number % 20 + 1:02}T{number % 24:02}:00:00Z"
    if number % 9 == 4:
        return lost(url, number // 9, when=when)
    if number % 5 == 2:
        given = f"{url}?x-bce-process=image/watermark,image_aW1n,g_7"
        return held(given, drawn, requested_url=url, kind=Kind.CLEAN, rule="baidu-bos", when=when)
    flags = ("rescued",) if number % 13 == 6 else ("suspect",) if number % 19 == 8 else ()
    return held(url, drawn, flags=flags, when=when)
