"""Public places that lead to addresses inside: by a redirect, and by what a web archive answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults import FaultServer
from loopback import HTML, Exchange
from origin import Origin
from program import run_archiver
from spellings import SPELLINGS

WHEN = "Mon, 01 Jul 2019 00:00:00 GMT"
LINKS = (
    '<{}>; rel="timemap"; type="application/link-format", '
    '<{}>; rel="prev memento"; datetime="Sun, 01 Jul 2018 00:00:00 GMT", '
    '<{}>; rel="next memento"; datetime="Wed, 01 Jul 2020 00:00:00 GMT"'
)


class Leading(Origin):
    """Answers ``/ways/N`` by leading to the Nth spelling.

    Attributes:
        port_inside: that all of them are followed by.
    """

    port_inside = 0

    def target(self, number: int) -> str:
        return f"http://{list(SPELLINGS.values())[number]}:{self.port_inside}/inside/{number}"

    async def handle(self, exchange: Exchange) -> None:
        way, _, rest = exchange.target.decode().removeprefix("/").partition("/")
        number = rest.rpartition("/")[2]
        target = self.target(int(number)).encode().decode("latin-1")
        if way == "moved":
            await exchange.answer(b"", 302, [("Location", target)])
        elif way == "gate":
            await exchange.answer(b"", 302, [("Location", target), ("Vary", "accept-datetime")])
        elif way == "links":
            headers = [("Memento-Datetime", WHEN), ("Link", LINKS.format(*[target] * 3))]
            await exchange.answer(HTML, 200, headers, "text/html")
        else:
            await exchange.answer(HTML, 404, media_type="text/html")


@pytest.fixture
def origin(fault: FaultServer) -> Iterator[Leading]:
    with Leading() as server:
        server.port_inside = fault.port
        yield server


def archive(
    folder: Path, origin: Leading, url: str, more: str = ""
) -> tuple[dict[str, dict[str, str]], bytes]:
    """Archive a page of an image for each spelling; the image lines by URL, and the page."""
    urls = [url.format(number) for number in range(len(SPELLINGS))]
    page = folder / "page.html"
    page.write_text("<!doctype html>\n" + "".join(f"<img src='{url}'>" for url in urls))
    ports = {80: origin.port, 443: origin.tls_port}
    names = ("img.example", "archive.example")
    hosts = [f"{n}:{port}:127.0.0.1:{to}" for n in names for port, to in ports.items()]
    (folder / "archiver.toml").write_text(
        f"[network]\ntries = 1\nallow_ports = [80, {origin.port_inside}]\n"
        f"connect_to = {json.dumps(hosts)}\n{more}"
    )
    before = page.read_bytes()
    result = run_archiver("archive", "page.html", "--in-place", "--json", cwd=folder)
    assert result.code == 3, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    images = {line["url"]: line for line in lines if line.get("kind") == "image"}
    assert set(images) == set(urls)
    assert page.read_bytes() == before
    return images, before


def test_no_redirect_leads_inside(tmp_path: Path, origin: Leading, fault: FaultServer) -> None:
    connections = dict(fault.connections)
    images, _ = archive(tmp_path, origin, "http://img.example/moved/{}")
    assert {image["outcome"] for image in images.values()} <= {"unsafe", "unreachable"}
    assert sum(image["outcome"] == "unsafe" for image in images.values()) >= 45
    assert len(origin.exchanges) >= len(SPELLINGS), "each was asked for"
    assert fault.connections == connections


@pytest.mark.parametrize("way", ["gate", "links"])
def test_no_web_archive_leads_inside(
    way: str, tmp_path: Path, origin: Leading, fault: FaultServer
) -> None:
    """Neither its redirect nor the neighbours and the TimeMap that its links name."""
    connections = dict(fault.connections)
    gate = f"rescue = ['memento']\ntimegate = 'http://archive.example/{way}/'\n"
    images, _ = archive(tmp_path, origin, "http://img.example/lost/{}", gate)
    assert {image["outcome"] for image in images.values()} == {"gone"}
    asked = [e for e in origin.exchanges if e.target.startswith(f"/{way}/".encode())]
    assert len(asked) == len(SPELLINGS)
    assert fault.connections == connections
