"""A web archive on loopback: TimeGate, captures and TimeMap of RFC 7089.

with TimeGate() as archive:
    archive.capture("https://img.example/a.png", 2019, png)
    ...  # fetch with timegate=archive.url and connect_to=(archive.connect_to, ...)
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from loopback import HTML, Exchange, LoopbackServer

HOST = "archive.example"


class TimeGate(LoopbackServer):
    """Answers ``/gate/URL`` by a redirect to the nearest capture, ``/web/STAMP/URL`` by one.

    Attributes:
        url: of the TimeGate.
        names_neighbours: whether a capture's Link header names the ones beside it; else they are
            in the TimeMap only.
        is_direct: whether the TimeGate gives the capture itself instead of a redirect.
    """

    url = f"http://{HOST}/gate/"

    def __init__(self) -> None:
        super().__init__()
        self.captures: dict[str, dict[datetime, bytes | int]] = {}
        self.names_neighbours, self.is_direct = True, False

    def start(self) -> None:
        self.port = self.listen()

    @property
    def connect_to(self) -> str:
        return f"{HOST}:80:127.0.0.1:{self.port}"

    def capture(self, url: str, year: int, answer: bytes | int) -> None:
        """Have *url* as it was in the middle of *year*: a body, or the status it had."""
        self.captures.setdefault(url, {})[datetime(year, 7, 1, tzinfo=UTC)] = answer

    @property
    def asked(self) -> list[str]:
        """What was asked for, in short: ``gate URL``, ``2019 URL``, ``map URL``."""
        found = []
        for exchange in self.exchanges:
            _, kind, rest = exchange.target.decode().split("/", 2)
            found.append(f"{rest[:4]} {rest[15:]}" if kind == "web" else f"{kind} {rest}")
        return found

    async def handle(self, exchange: Exchange) -> None:
        _, kind, rest = exchange.target.decode().split("/", 2)
        stamp, url = rest.split("/", 1) if kind == "web" else ("", rest)
        captures = self.captures.get(url)
        if not captures:
            await exchange.answer(HTML, 404, media_type="text/html")
        elif kind == "gate":
            await self._answer_gate(exchange, url, captures)
        elif kind == "map":
            links = ",\n".join(_links(url, captures)).encode()
            await exchange.answer(links, media_type="application/link-format")
        else:
            moment = datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            await self._answer_capture(exchange, url, moment)

    async def _answer_gate(
        self, exchange: Exchange, url: str, captures: dict[datetime, bytes | int]
    ) -> None:
        wish = exchange.header("accept-datetime")
        wanted = parsedate_to_datetime(wish) if wish else datetime.now(UTC)
        nearest = min(captures, key=lambda moment: abs(moment - wanted))
        if self.is_direct:
            await self._answer_capture(exchange, url, nearest)
        else:
            headers = [("Location", _place(url, nearest)), ("Vary", "accept-datetime")]
            await exchange.answer(b"", 302, [*headers, ("Link", self._link(url, nearest))])

    async def _answer_capture(self, exchange: Exchange, url: str, moment: datetime) -> None:
        answer = self.captures[url][moment]
        headers = [
            ("Memento-Datetime", format_datetime(moment, usegmt=True)),
            ("Link", self._link(url, moment)),
        ]
        if isinstance(answer, int):
            await exchange.answer(HTML, answer, headers, "text/html")
        else:
            await exchange.answer(answer, 200, headers, "image/jpeg")

    def _link(self, url: str, moment: datetime) -> str:
        parts = [
            f'<{url}>; rel="original"',
            f'</map/{url}>; rel="timemap"; type="application/link-format"',
        ]
        if self.names_neighbours:
            moments = sorted(self.captures[url])
            at = moments.index(moment)
            names = (("prev", moments[:at][-1:]), ("next", moments[at + 1 : at + 2]))
            parts += [_link(url, m, f"{name} memento") for name, ms in names for m in ms]
        return ", ".join(parts)


def _links(url: str, captures: dict[datetime, bytes | int]) -> Iterator[str]:
    yield f'<{url}>;rel="original"'
    yield from (_link(url, moment, "memento") for moment in sorted(captures))


def _link(url: str, moment: datetime, relation: str) -> str:
    when = format_datetime(moment, usegmt=True)
    return f'<{_place(url, moment)}>; rel="{relation}"; datetime="{when}"'


def _place(url: str, moment: datetime) -> str:
    return f"http://{HOST}/web/{moment:%Y%m%d%H%M%S}/{url}"
