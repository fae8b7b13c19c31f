"""What every engine must do. A test class of a member inherits `EngineContract` and names it.

The same documents are archived by the engine `local` and by the member: what lies in the archive,
what the documents become and what the catalog says of each picture must not differ.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
from origin import Origin
from pictures import cut, photograph, save
from program import Result, run_archiver, snapshot_of

from archiver.catalog import Catalog

HOSTS = [f"img{n}.example.com" for n in range(6)]
WATERMARK = "?x-bce-process=image/watermark,g_7"
DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 30">
<image href="https://img1.example.com/1.jpg" width="20"/>
<image href="https://img5.example.com/inside.jpg" width="20"/><script>alert(1)</script></svg>"""

DOCUMENTS = {
    "post.md": f"""---\ntitle: a\nheadimg: https://img0.example.com/0.jpg{WATERMARK}
thumbnail: https://img0.example.com/0.jpg{WATERMARK}\n---\n![](https://img1.example.com/1.jpg)
<img src="https://img2.example.com/2.jpg" srcset="https://img3.example.com/3.jpg 2x">\n""",
    "page.html": """<!doctype html><title>a</title>
<p style="background:url(//img4.example.com/4.jpg)">
<img src="https://img1.example.com/1.jpg"><img src="https://img2.example.com/moved.jpg">
<img src="https://img3.example.com/gone.jpg"><img src="https://img4.example.com/cut.jpg">\n""",
    "drawings.md": "![](https://img2.example.com/drawing.svg)\n![](https://img5.example.com/5.jpg)\n",
    "repeats.md": "".join(f"![](https://img5.example.com/same-{n}.jpg)\n" for n in range(3)),
    "long.html": "<!doctype html><title>a</title>\n"
    + "<p>So much text that another machine may read it.</p>\n" * 2500
    + '<img src="https://img0.example.com/long.jpg">\n',
    "local.md": "![](here.png)\n![](https://img0.example.com/forbidden.jpg)\n",
    "plain.md": "no pictures\n",
}
OUTCOMES = {
    "https://img3.example.com/gone.jpg": ("gone", "status-404"),
    "https://img0.example.com/forbidden.jpg": ("blocked", "status-403"),
}
"""Of the pictures that are not had; all others are stored."""

CONFIG = """engine = "%s"
[network]
tries = 2
backoff_s = 0.01
[[hosts]]
pattern = "img1.example.com"
in_flight = 1
[rewrite]
data_urls = "extract"
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of the program left."""

    result: Result
    folder: Path
    urls: tuple[str, ...]

    def catalog(self) -> dict[str, tuple[object, ...]]:
        """URL → what its record says but for the times."""
        state = self.folder / ".archiver"
        with Catalog(str(state / "catalog.sqlite"), str(state / "journal"), True) as catalog:
            return {
                record.url.replace(self.folder.as_uri(), ""): (
                    str(record.outcome), record.reason, record.digest, record.path,
                    record.requested_url, record.final_url, record.media_type, record.size_bytes,
                    record.width_px, record.height_px, dict(record.thumbnails), record.sanitized,
                    sorted(record.flags), bool(record.not_before),
                )
                for record in catalog.images()
            }  # fmt: skip

    def files(self) -> dict[str, bytes]:
        """Path → bytes of the documents and of all below the archive folder."""
        paths = [p for p in self.folder.rglob("*") if p.is_file() and ".archiver" not in p.parts]
        return {str(p.relative_to(self.folder)): p.read_bytes() for p in paths}


def serve(origin: Origin) -> None:
    """All that `DOCUMENTS` ask for."""
    pictures = [save(photograph(n, (480, 320)), "JPEG") for n in range(10)]
    for n, host in enumerate(HOSTS):
        origin.serve(f"https://{host}/{n}.jpg", pictures[n], media_type="image/jpeg")
    target = {"Location": "https://img4.example.com/target.jpg"}
    origin.serve("https://img2.example.com/moved.jpg", status=302, headers=target)
    origin.serve("https://img4.example.com/target.jpg", pictures[6])
    origin.serve("https://img4.example.com/cut.jpg", cut(pictures[7], 0.5))
    origin.serve("https://img0.example.com/forbidden.jpg", status=403)
    drawing = DRAWING.encode()
    origin.serve("https://img2.example.com/drawing.svg", drawing, media_type="image/svg+xml")
    origin.serve("https://img5.example.com/inside.jpg", pictures[8])
    origin.serve("https://img0.example.com/long.jpg", pictures[9])
    for n in range(3):
        origin.serve(f"https://img5.example.com/same-{n}.jpg", pictures[7])


def archive(origin: Origin, folder: Path) -> Run:
    """Archive *folder* in place, by the engine of its configuration."""
    mapped = [word for place in origin.connect_to for word in ("--connect-to", place)]
    origin.exchanges.clear()
    network = (*mapped, "--ca-file", origin.ca_file)
    result = run_archiver("archive", ".", "--in-place", "--json", *network, cwd=folder)
    return Run(result, folder, tuple(origin.urls))


def first_run(origin: Origin, folder: Path, engine: str, more: str = "") -> Run:
    """Archive `DOCUMENTS` in a new folder."""
    folder.mkdir()
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text)
    (folder / "here.png").write_bytes(save(photograph(20, (64, 48)), "PNG"))
    (folder / "archiver.toml").write_text(CONFIG % engine + more)
    return archive(origin, folder)


class EngineContract:
    """Members set `engine`, and `more` of the configuration where they need it."""

    engine: ClassVar[str]
    more: ClassVar[str] = ""

    @pytest.fixture(scope="class")
    @classmethod
    def runs(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Run, Run, Run]]:
        """The run of `local`, that of the member, and the member's second one."""
        base = tmp_path_factory.mktemp("engines")
        with Origin() as origin:
            serve(origin)
            local = first_run(origin, base / "one", "local")
            member = first_run(origin, base / "other", cls.engine, cls.more)
            before = snapshot_of(member.folder)
            second = archive(origin, member.folder)
            assert snapshot_of(member.folder) == before, "a second run has nothing to do"
            yield local, member, second

    def test_what_is_had_and_what_is_lost(self, runs: tuple[Run, Run, Run]) -> None:
        _, member, _ = runs
        assert member.result.code == 3, member.result.stderr
        catalog = member.catalog()
        found = {url: line[:2] for url, line in catalog.items() if line[0] != "stored"}
        assert found == OUTCOMES
        assert len(catalog) == 16

    def test_the_archive_and_the_documents_are_those_of_the_local_engine(
        self, runs: tuple[Run, Run, Run]
    ) -> None:
        local, member, _ = runs
        mine, theirs = member.files(), local.files()
        mine.pop("archiver.toml"), theirs.pop("archiver.toml")
        assert sorted(mine) == sorted(theirs)
        assert mine == theirs

    def test_the_catalog_is_that_of_the_local_engine(self, runs: tuple[Run, Run, Run]) -> None:
        local, member, _ = runs
        assert member.catalog() == local.catalog()

    def test_each_url_is_asked_for_as_often_as_by_the_local_engine(
        self, runs: tuple[Run, Run, Run]
    ) -> None:
        local, member, _ = runs
        assert _asked(member) == _asked(local)

    def test_what_is_told_is_what_the_local_engine_tells(self, runs: tuple[Run, Run, Run]) -> None:
        told = [_summary(run.result) for run in runs[:2]]
        assert told[0] == told[1]
        assert told[0]["requests"] == len(runs[0].urls)

    def test_nothing_temporary_stays(self, runs: tuple[Run, Run, Run]) -> None:
        assert list((runs[1].folder / ".archiver" / "tmp").iterdir()) == []

    def test_a_second_run_asks_nobody(self, runs: tuple[Run, Run, Run]) -> None:
        _, _, second = runs
        assert second.urls == ()
        assert _summary(second.result)["documents"] == {"unchanged": len(DOCUMENTS)}

    def test_a_journal_alone_is_enough(self, runs: tuple[Run, Run, Run], tmp_path: Path) -> None:
        _, member, _ = runs
        journal = str(member.folder / ".archiver" / "journal")
        with Catalog(str(tmp_path / "new.sqlite"), journal) as catalog:
            found = {record.url: str(record.outcome) for record in catalog.images()}
        told = {url: line[0] for url, line in member.catalog().items()}
        prefix = member.folder.as_uri()
        assert {url.replace(prefix, ""): outcome for url, outcome in found.items()} == told


def _asked(run: Run) -> list[str]:
    """The URLs asked for; of those that bring the same bytes whichever is third is asked twice."""
    return sorted(re.sub(r"same-\d", "same", url) for url in run.urls)


def _summary(result: Result) -> dict[str, object]:
    found = json.loads(result.stdout.splitlines()[-1])["summary"]
    return {name: value for name, value in found.items() if name != "seconds"}
