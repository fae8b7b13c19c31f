"""When lost pictures are asked for again: real runs, and the times of the journal moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from moody_origin import MoodyOrigin, photo
from sites_over_time import Site

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def origin() -> Iterator[MoodyOrigin]:
    with MoodyOrigin() as server:
        yield server


# status: (the gap after each failure in a row)
GAPS = {
    500: (HOUR, 2 * HOUR, 4 * HOUR),
    404: (7 * DAY, 14 * DAY, 28 * DAY, 30 * DAY, 30 * DAY),
    403: (7 * DAY, 14 * DAY),
}


@pytest.mark.parametrize(("status", "gaps"), GAPS.items(), ids=[str(s) for s in GAPS])
def test_gaps_grow(
    status: int, gaps: tuple[timedelta, ...], tmp_path: Path, origin: MoodyOrigin
) -> None:
    origin.moods["h.example"] = lambda exchange: status
    site = Site(tmp_path, origin, "https://h.example/a.jpg")
    for gap in gaps:
        assert site.run() > 0
        assert site.gap() == gap
        assert site.run() == 0, "not yet"
        site.pass_time(gap - timedelta(minutes=1))
        assert site.run() == 0, "not yet, by a minute"
        site.pass_time(timedelta(minutes=2))
    origin.moods["h.example"] = lambda exchange: photo("a")
    assert site.run() == 1
    assert site.record()["outcome"] == "stored"
    assert "https://" not in (tmp_path / "posts" / "a.md").read_text()


def test_what_is_gone_for_good_is_never_asked_for_again(
    tmp_path: Path, origin: MoodyOrigin
) -> None:
    origin.moods["h.example"] = lambda exchange: 410
    site = Site(tmp_path, origin, "https://h.example/a.jpg")
    assert site.run() == 1
    site.pass_time(3650 * DAY)
    assert site.run() == 0
    assert site.run("--retry") == 1, "unless a person asks"


def test_an_unchanged_document_is_taken_up_when_its_picture_is_due(
    tmp_path: Path, origin: MoodyOrigin
) -> None:
    """Without the catalog made again: by what it remembers of the document."""
    origin.serve("https://h.example/a.jpg", status=503, headers={"Retry-After": "1"}, times=2)
    origin.serve("https://h.example/a.jpg", photo("a"), media_type="image/jpeg")
    site = Site(tmp_path, origin, "https://h.example/a.jpg")
    site.run()
    for _ in range(100):
        if site.record()["outcome"] == "stored":
            break
        site.run()
    assert "https://" not in (tmp_path / "posts" / "a.md").read_text()
