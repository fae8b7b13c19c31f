"""When lost pictures are asked for again: real runs, and the times of the journal moved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from moody_origin import MoodyOrigin, image, photo
from program import run_archiver

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CONFIG = """\
[[sources]]
path = "posts"
in_place = true
[network]
tries = 1
backoff_s = 0.01
connect_to = {connect_to}
ca_file = "{ca_file}"
"""


@pytest.fixture
def origin() -> Iterator[MoodyOrigin]:
    with MoodyOrigin() as server:
        yield server


class Site:
    """A folder of posts that `archiver run` works through again and again."""

    def __init__(self, folder: Path, origin: MoodyOrigin, url: str) -> None:
        self.folder, self.origin, self.url = folder, origin, url
        (folder / "posts").mkdir()
        (folder / "posts" / "a.md").write_text(image(url))
        config = CONFIG.format(connect_to=json.dumps(origin.connect_to), ca_file=origin.ca_file)
        (folder / "archiver.toml").write_text(config)

    def run(self, *options: str) -> int:
        """The number of requests of a run."""
        before = len(self.origin.exchanges)
        result = run_archiver("run", *options, cwd=self.folder)
        assert result.code in (0, 3), result.stderr
        return len(self.origin.exchanges) - before

    def record(self) -> dict[str, Any]:
        """The newest image line."""
        journals = sorted((self.folder / ".archiver" / "journal").iterdir())
        lines = [json.loads(x) for path in journals for x in path.read_text().splitlines()]
        return [line for line in lines if line["kind"] == "image" and line["url"] == self.url][-1]

    def gap(self) -> timedelta:
        """How long the picture is left alone after the newest failure."""
        record = self.record()
        return _time(record["not_before"]) - _time(record["when"])

    def pass_time(self, passed: timedelta) -> None:
        """As if all had happened so much earlier; the catalog is made again from it."""
        state = self.folder / ".archiver"
        (state / "catalog.sqlite").unlink()
        for path in (state / "journal").iterdir():
            lines = [json.loads(line) for line in path.read_text().splitlines()]
            for line in lines:
                for key in ("when", "not_before"):
                    if key in line and not line[key].startswith("9999"):
                        line[key] = f"{_time(line[key]) - passed:%Y-%m-%dT%H:%M:%SZ}"
            path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


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
