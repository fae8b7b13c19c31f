"""A folder of posts that `archiver run` works through again and again, while time passes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from moody_origin import image
from origin import Origin
from program import Result, run_archiver

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


class Site:
    """A folder of posts that `archiver run` works through again and again."""

    def __init__(self, folder: Path, origin: Origin, url: str, settings: str = "") -> None:
        self.folder, self.origin, self.url = folder, origin, url
        self.post = folder / "posts" / "a.md"
        self.post.parent.mkdir()
        self.post.write_text(image(url))
        config = CONFIG.format(connect_to=json.dumps(origin.connect_to), ca_file=origin.ca_file)
        (folder / "archiver.toml").write_text(config + settings)

    def run(self, *options: str) -> int:
        """The number of requests of a run."""
        before = len(self.origin.exchanges)
        self.run_whole(*options)
        return len(self.origin.exchanges) - before

    def run_whole(self, *options: str) -> Result:
        """What a run says."""
        result = run_archiver("run", *options, cwd=self.folder)
        assert result.code in (0, 3), result.stderr
        return result

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
