"""Pictures that their hosts lost: from mirrors, and from a web archive by the document's date."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import Exchange
from moody_origin import MARK, PLACEHOLDER, MoodyOrigin, Posts, by_query, image, photo, story
from timegate import TimeGate

from archiver.errors import ConfigError
from archiver.fetch.settings import FetchSettings, HostSettings
from archiver.model import ImageRecord, Outcome

URL = "https://dead.example/a.jpg"


@pytest.fixture
def origin() -> Iterator[MoodyOrigin]:
    with MoodyOrigin() as server:
        server.moods["dead.example"] = lambda exchange: 404
        yield server


@pytest.fixture
def archive() -> Iterator[TimeGate]:
    with TimeGate() as server:
        yield server


class Rescued(Posts):
    """Posts whose lost pictures are looked for in the archive."""

    def __init__(self, folder: Path, origin: MoodyOrigin, archive: TimeGate) -> None:
        super().__init__(folder, origin)
        self.gate = archive

    async def rescue(self, **more: object) -> dict[str, ImageRecord]:
        settings = {
            "rescue": ["memento"],
            "timegate": self.gate.url,
            "connect_to": [self.gate.connect_to, *self.origin.connect_to],
        }
        return await self.archive(**settings | more)


@pytest.fixture
def posts(tmp_path: Path, origin: MoodyOrigin, archive: TimeGate) -> Rescued:
    return Rescued(tmp_path, origin, archive)


def dated(year: int, url: str = URL) -> str:
    return f"---\ntitle: x\ndate: {year}-07-01\n---\n![]({url})\n"


async def test_off_by_default(posts: Rescued, archive: TimeGate) -> None:
    archive.capture(URL, 2019, photo("a"))
    posts.write("1.md", dated(2019))
    found = await posts.archive(
        timegate=archive.url, connect_to=[archive.connect_to, *posts.origin.connect_to]
    )
    assert found[URL].outcome is Outcome.GONE
    assert archive.asked == []


async def test_the_capture_nearest_to_the_documents_date(posts: Rescued, archive: TimeGate) -> None:
    for year in (2012, 2015, 2019, 2022):
        archive.capture(URL, year, photo(str(year)))
    posts.write("1.md", dated(2016))
    record = (await posts.rescue())[URL]
    assert (record.outcome, record.kind, record.rule) == (Outcome.STORED, "rescue", "memento")
    assert (record.flags, record.captured) == (("rescued",), "2015-07-01T00:00:00Z")
    assert posts.bytes_of(record) == photo("2015")
    assert story(record) == ["as given, none: status-404"]
    assert archive.asked == [f"gate {URL}", f"2015 {URL}"]
    assert URL not in (posts.folder / "out" / "1.md").read_text()
    assert archive.exchanges[0].header("accept-datetime") == "Fri, 01 Jul 2016 00:00:00 GMT"


async def test_without_a_date_the_files_own(posts: Rescued, archive: TimeGate) -> None:
    for year in (2012, 2019):
        archive.capture(URL, year, photo(str(year)))
    path = posts.write("1.html", image(URL))
    os.utime(path, (1341100000, 1341100000))  # July 2012
    assert posts.bytes_of((await posts.rescue())[URL]) == photo("2012")


@pytest.mark.parametrize("names_neighbours", [True, False], ids=["in Link", "in the TimeMap"])
async def test_then_the_older_then_the_newer_one(
    posts: Rescued, archive: TimeGate, names_neighbours: bool
) -> None:
    archive.names_neighbours = names_neighbours
    archive.capture(URL, 2012, b"<html>parked</html>")
    archive.capture(URL, 2015, 404)
    archive.capture(URL, 2019, photo("a"))
    posts.write("1.md", dated(2015))
    record = (await posts.rescue())[URL]
    assert record.captured == "2019-07-01T00:00:00Z"
    assert story(record)[1:] == ["rescue, none: status-404", "rescue, none: html"]
    timemap = [] if names_neighbours else [f"map {URL}"]
    years = [f"{year} {URL}" for year in (2012, 2019)]
    assert archive.asked == [f"gate {URL}", f"2015 {URL}", *timemap, *years]


async def test_a_gate_that_answers_directly(posts: Rescued, archive: TimeGate) -> None:
    archive.is_direct = True
    archive.capture(URL, 2015, photo("a"))
    posts.write("1.md", dated(2015))
    assert (await posts.rescue())[URL].captured == "2015-07-01T00:00:00Z"


async def test_captures_are_judged(posts: Rescued, archive: TimeGate) -> None:
    """The hotlink picture was archived for every URL: one more of a host is no rescue."""
    urls = [f"https://dead.example/{n}.jpg" for n in range(3)]
    for url in urls:
        archive.capture(url, 2015, PLACEHOLDER)
        posts.write(f"{url[-5]}.md", dated(2015, url))
    found = await posts.rescue()
    assert sorted(r.outcome for r in found.values()) == ["gone", "stored", "stored"]
    lost = next(r for r in found.values() if r.outcome is Outcome.GONE)
    assert story(lost)[1:] == ["rescue, none: same-bytes"]


async def test_an_answer_that_is_no_capture(posts: Rescued, archive: TimeGate) -> None:
    posts.write("1.md", dated(2015))
    posts.origin.moods["gate.example"] = lambda exchange: photo("we are sorry")
    record = (await posts.rescue(timegate="https://gate.example/{url}"))[URL]
    assert record.outcome is Outcome.GONE
    assert story(record)[1:] == ["rescue, none: no-capture"]


async def test_the_clean_one_first(posts: Rescued, archive: TimeGate) -> None:
    url = URL + MARK
    archive.capture(URL, 2015, photo("clean"))
    archive.capture(url, 2015, photo("marked"))
    posts.write("1.md", dated(2015, url))
    record = (await posts.rescue())[url]
    assert posts.bytes_of(record) == photo("clean")
    assert record.flags == ("rescued",)


PRIVATE = {
    "a signed URL": "https://dead.example/a.jpg?X-Amz-Signature=00&X-Amz-Credential=a",
    "a token": "https://dead.example/a.jpg?token=abcdef",
    "user information": "https://me:secret@dead.example/a.jpg",
    "a name of the inner network": "https://wiki.intranet/a.jpg",
    "a name without a dot": "https://wiki/a.jpg",
    "a private address": "http://10.0.0.1/a.jpg",
    "a host with a login": "https://login.example/a.jpg",
}


async def test_what_is_never_told(
    posts: Rescued, archive: TimeGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    for host in ("wiki.intranet", "wiki", "10.0.0.1", "login.example"):
        posts.origin.moods[host] = lambda exchange: 404
    for name, url in PRIVATE.items():
        archive.capture(url, 2015, photo(name))
        archive.capture(url.replace("me:secret@", ""), 2015, photo(name))
        posts.write(f"{name}.md", dated(2015, url))
    monkeypatch.setenv("LOGIN", "me:secret")
    hosts = {"hosts": [{"pattern": "login.example", "credentials": "LOGIN"}]}
    reach = {"rescue": ["memento"], "timegate": archive.url}
    found = await posts.archive(
        config=hosts, connect_to=[archive.connect_to, *posts.origin.connect_to], **reach
    )
    assert {r.outcome for r in found.values()} == {Outcome.GONE}
    assert len(found) == len(PRIVATE)
    assert archive.asked == []


async def test_what_may_pass_is_looked_for_in_the_next_run(
    posts: Rescued, archive: TimeGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts.origin.moods["dead.example"] = lambda exchange: 500
    archive.capture(URL, 2015, photo("a"))
    posts.write("1.md", dated(2015))
    assert (await posts.rescue(tries=1))[URL].outcome is Outcome.TRANSIENT
    assert archive.asked == []
    monkeypatch.setattr("archiver.pipeline.image.is_due", lambda *_: True)
    posts.write("2.md", dated(2015))
    assert (await posts.rescue(tries=1))[URL].outcome is Outcome.STORED


async def test_mirrors(posts: Rescued, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    (backup / "img").mkdir(parents=True)
    (backup / "img" / "in backup 1.jpg").write_bytes(photo("in the backup"))
    (tmp_path / "secret.jpg").write_bytes(photo("secret"))
    posts.origin.moods["mirror.example"] = mirror
    urls = {
        "mirrored": "https://dead.example/img/1.jpg?v=2",
        "backed up": "https://dead.example/img/in%20backup%201.jpg",
        "outside": "https://dead.example/img/..%2F..%2Fsecret.jpg",
        "no name of a file": "https://dead.example/img/a%00b.jpg",
    }
    posts.write("1.html", "".join(map(image, urls.values())))
    templates = ["https://mirror.example/{host}/{path}?{query}", f"file://{backup}/{{path}}"]
    hosts = [{"pattern": "dead.example", "mirrors": templates}]
    found = await posts.archive(config={"hosts": hosts})
    record = found[urls["mirrored"]]
    assert (record.kind, record.rule, record.flags) == ("rescue", "mirror", ())
    assert posts.bytes_of(record) == photo("/dead.example/img/1.jpg")
    record = found[urls["backed up"]]
    assert (record.outcome, record.rule) == (Outcome.STORED, "mirror")
    assert posts.bytes_of(record) == photo("in the backup")
    assert found[urls["outside"]].outcome is Outcome.GONE
    assert found[urls["no name of a file"]].outcome is Outcome.GONE
    assert (backup / "img" / "in backup 1.jpg").exists()


def mirror(exchange: Exchange) -> bytes | int:
    return by_query(exchange) if exchange.target == b"/dead.example/img/1.jpg?v=2" else 404


TEMPLATES = {
    "no field": "https://mirror.example/",
    "unknown field": "https://mirror.example/{name}",
    "field in the host": "https://{host}/{path}",
    "relative": "mirror/{path}",
    "another scheme": "ftp://mirror.example/{path}",
    "the whole disk": "file:///{path}",
}


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES.keys())
def test_wrong_templates(template: str) -> None:
    with pytest.raises(ConfigError, match="mirrors"):
        HostSettings("*", mirrors=(template,))


def test_defaults_tell_nobody() -> None:
    assert FetchSettings().rescue == ()
