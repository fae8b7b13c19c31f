"""The client against a plain origin: what it sends, what it brings, what it leaves behind."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from origin import Origin

from archiver.errors import ConfigError, FetchError, PictureError
from archiver.fetch.client import Client
from archiver.fetch.http import open_http
from archiver.fetch.settings import FetchSettings
from archiver.fetch.transport import Transport
from archiver.model import Download, Outcome

DATA = bytes(range(256)) * 40


def settings_for(origin: Origin, **changes: object) -> FetchSettings:
    return FetchSettings(
        connect_to=origin.connect_to, ca_file=origin.ca_file, backoff_s=0.01, **changes
    )


async def take(download: Download) -> Download:
    """Accepts everything and leaves the file to be removed."""
    assert Path(download.path).stat().st_size == download.size_bytes
    return download


async def test_fetch_gives_the_bytes_and_their_facts(origin: Origin, tmp_path: Path) -> None:
    url = "https://img.example.com/a.png?v=1"
    origin.serve(
        url, DATA, headers={"ETag": '"1"', "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}
    )

    async def read(download: Download) -> tuple[bytes, Download]:
        return Path(download.path).read_bytes(), download

    async with Client(settings_for(origin), str(tmp_path)) as client:
        data, download = await client.fetch(url, check=read)
    assert data == DATA
    assert download.sha256 == hashlib.sha256(DATA).hexdigest()
    assert (download.size_bytes, download.final_url, download.is_framed) == (len(DATA), url, True)
    assert (download.media_type, download.etag, download.attempts) == ("image/png", '"1"', 1)
    assert (client.requests_made, client.requests_sent) == (1, 1)
    assert list(tmp_path.iterdir()) == []


async def test_fetch_leaves_a_file_that_was_taken(origin: Origin, tmp_path: Path) -> None:
    origin.serve("/a.png", DATA)

    async def move(download: Download) -> None:
        Path(download.path).rename(tmp_path / "kept")

    async with Client(settings_for(origin), str(tmp_path / "spool")) as client:
        await client.fetch("http://img.example.com/a.png", check=move)
    assert (tmp_path / "kept").read_bytes() == DATA
    assert list((tmp_path / "spool").iterdir()) == []


async def test_headers_are_honest_and_few(origin: Origin, tmp_path: Path) -> None:
    origin.serve("/a.png", DATA)
    settings = settings_for(origin, contact="https://example.com/bot")
    async with Client(settings, str(tmp_path)) as client:
        await client.fetch(
            "https://img.example.com/a.png", check=take, referer="https://s.example/"
        )
    headers = {name.decode(): value.decode() for name, value in origin.exchanges[0].headers}
    assert headers.pop("User-Agent").startswith("archiver/")
    assert headers == {
        "Host": "img.example.com",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Referer": "https://s.example/",
    }


async def test_transient_pictures_are_tried_again_and_marked(
    origin: Origin, tmp_path: Path
) -> None:
    origin.serve("/a.png", DATA)
    seen: list[bool] = []

    async def refuse(download: Download) -> None:
        seen.append(download.is_repeated)
        if not download.is_repeated:
            raise PictureError("u", Outcome.DAMAGED, "truncated", is_transient=True)

    async with Client(settings_for(origin), str(tmp_path)) as client:
        await client.fetch("http://img.example.com/a.png", check=refuse)
    assert seen == [False, True]
    assert list(tmp_path.iterdir()) == []


async def test_final_picture_errors_end_at_once(origin: Origin, tmp_path: Path) -> None:
    origin.serve("/a.png", DATA)

    async def refuse(download: Download) -> None:
        raise PictureError("u", Outcome.NOT_IMAGE, "html")

    async with Client(settings_for(origin), str(tmp_path)) as client:
        with pytest.raises(PictureError):
            await client.fetch("http://img.example.com/a.png", check=refuse)
        assert (client.requests_made, client.requests_sent) == (1, 1)
    assert list(tmp_path.iterdir()) == []


async def test_lost_url_counts_its_attempts(origin: Origin, tmp_path: Path) -> None:
    origin.serve("/a.png", status=500)
    async with Client(settings_for(origin), str(tmp_path)) as client:
        with pytest.raises(FetchError) as caught:
            await client.fetch("https://img.example.com/a.png", check=take)
    error = caught.value
    assert (error.outcome, error.reason, error.attempts) == (Outcome.TRANSIENT, "status-500", 3)
    assert len(origin.exchanges) == 3


async def test_an_error_may_say_when_to_come_again(origin: Origin, tmp_path: Path) -> None:
    origin.serve("/a.png", status=502, headers={"Retry-After": "1"}, times=1)
    origin.serve("/a.png", DATA)
    origin.serve("/b.png", status=502, headers={"Retry-After": "3600"})
    origin.serve("/c.png", status=404, headers={"Retry-After": "1"})
    async with Client(settings_for(origin), str(tmp_path)) as client:
        await client.fetch("http://img.example.com/a.png", check=take)
        with pytest.raises(FetchError) as too_long:
            await client.fetch("http://img.example.com/b.png", check=take)
        with pytest.raises(FetchError) as gone:
            await client.fetch("http://img.example.com/c.png", check=take)
    first, second, *others = origin.exchanges
    assert second.start_s - first.start_s >= 1
    assert too_long.value.retry_after_s == 3600 and too_long.value.attempts == 1
    assert gone.value.retry_after_s is None
    assert len(others) == 2


async def test_unchanged_copy_is_not_sent_again(origin: Origin, tmp_path: Path) -> None:
    origin.serve("/a.png", status=304)
    async with Client(settings_for(origin), str(tmp_path)) as client:
        with pytest.raises(FetchError, match="not-modified"):
            await client.fetch("http://img.example.com/a.png", check=take, etag='"1"')
    assert origin.exchanges[0].header("if-none-match") == '"1"'


HOSTS = {
    "emoji": ("http://😀.example/a.png", "http://xn--e28h.example/a.png"),
    "emoji, in ASCII": ("http://xn--i-7iq.example/a.png", "http://xn--i-7iq.example/a.png"),
    "underscore beside a letter of German": ("http://_ä.example/", "http://xn--_-0fa.example/"),
    "no letters at all": ("http://≠.example/", "http://xn--1ch.example/"),
}


@pytest.mark.parametrize(("url", "asked"), HOSTS.values(), ids=HOSTS.keys())
async def test_hosts_that_browsers_know_and_idna_2008_does_not(
    url: str, asked: str, origin: Origin, tmp_path: Path
) -> None:
    origin.serve(asked, DATA)
    async with Client(settings_for(origin), str(tmp_path)) as client:
        assert (await client.fetch(url, check=take)).final_url == asked
    assert origin.urls == [asked]


LONG = {
    "longer than is allowed": (8192, "http://h.example/" + "a" * 8192),
    "longer than httpx takes": (100_000, "http://h.example/" + "a" * 70_000),
    "by a redirect": (8192, "http://img.example.com/moved.png"),
}


@pytest.mark.parametrize(("max_url_bytes", "url"), LONG.values(), ids=LONG.keys())
async def test_a_url_that_is_too_long_is_not_asked_for(
    max_url_bytes: int, url: str, origin: Origin, tmp_path: Path
) -> None:
    origin.serve("/moved.png", status=302, headers={"Location": "/" + "a" * 8192})
    settings = settings_for(origin, max_url_bytes=max_url_bytes)
    async with Client(settings, str(tmp_path)) as client:
        with pytest.raises(FetchError) as caught:
            await client.fetch(url, check=take)
    assert (caught.value.outcome, caught.value.reason) == (Outcome.UNREACHABLE, "url")
    assert all(exchange.url.endswith("/moved.png") for exchange in origin.exchanges)


async def test_every_answer_is_told(origin: Origin, tmp_path: Path) -> None:
    origin.serve("/a.png", status=302, headers={"Location": "/b.png", "X-Archive": "1"})
    origin.serve("/b.png", status=404, headers={"X-Archive": "2"})
    told: list[tuple[str, str | None]] = []
    async with Client(settings_for(origin), str(tmp_path)) as client:
        with pytest.raises(FetchError, match="status-404"):
            await client.fetch(
                "http://img.example.com/a.png",
                check=take,
                on_answer=lambda url, headers: told.append((url, headers.get("x-archive"))),
            )
    assert told == [("http://img.example.com/a.png", "1"), ("http://img.example.com/b.png", "2")]


async def test_no_cookie_can_be_kept() -> None:
    async with open_http(Transport(FetchSettings())) as http:
        with pytest.raises(AttributeError, match="no cookies"):
            http.cookies = {"session": "1"}
        assert not http.cookies


@pytest.mark.parametrize(
    "content", [None, b"", b"no certificate"], ids=["missing", "empty", "text"]
)
async def test_authorities_that_cannot_be_read_are_named(
    content: bytes | None, tmp_path: Path
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"network\.ca_file = .*ca\.pem"):
        async with Client(FetchSettings(ca_file=str(file)), str(tmp_path)):
            pass


async def test_an_unknown_authority_is_refused(origin: Origin, tmp_path: Path) -> None:
    settings = FetchSettings(connect_to=origin.connect_to)
    async with Client(settings, str(tmp_path)) as client:
        with pytest.raises(FetchError) as caught:
            await client.fetch("https://img.example.com/a.png", check=take)
    assert (caught.value.outcome, caught.value.reason) == (Outcome.UNREACHABLE, "tls-chain")
