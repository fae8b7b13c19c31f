"""An origin of many hosts whose pictures take their time; it keeps count of what each host bore."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, defaultdict
from itertools import pairwise
from urllib.parse import urlsplit

from loopback import HTML, Exchange, LoopbackServer
from pictures import chunk, plain


class PacedOrigin(LoopbackServer):
    """Gives a picture of its own for each URL ``http://<any host>/<number>.png``, and redirects
    ``/to/<other host>/<number>.png`` to that host.

    Args:
        answer_s: seconds an answer takes.
    """

    def __init__(self, answer_s: float = 0.05) -> None:
        super().__init__()
        self._answer_s, self.port = answer_s, 0
        self._base = plain((200, 120, 40))

    def start(self) -> None:
        self.port = self.listen()

    async def handle(self, exchange: Exchange) -> None:
        await asyncio.sleep(self._answer_s)
        if moved := re.search(r"/to(/.+)$", exchange.url):
            await exchange.answer(b"", 302, [("Location", f"http:/{moved[1]}")], None)
        elif re.search(r"/\d+\.png$", exchange.url):
            await exchange.answer(self.picture(exchange.url))
        else:
            await exchange.answer(HTML, 404, media_type="text/html")

    def picture(self, url: str) -> bytes:
        """The bytes at *url*: a picture with a comment that no other one has."""
        head, end = self._base[:33], self._base[33:]
        return head + chunk(b"tEXt", b"Comment\0" + url.encode()) + end

    def counts(self) -> Counter[str]:
        """URL → how often it was asked for."""
        return Counter(exchange.url for exchange in list(self.exchanges))

    def most_in_flight(self) -> dict[str, int]:
        """Host → the most requests it bore at a time."""
        events: dict[str, list[tuple[float, int]]] = defaultdict(list)
        for exchange in list(self.exchanges):
            host = urlsplit(exchange.url).netloc
            events[host].append((exchange.start_s, 1))
            events[host].append((exchange.end_s or float("inf"), -1))
        return {host: _highest(found) for host, found in events.items()}

    def most_lateness(self, pace_s: float) -> dict[str, float]:
        """Host → seconds by which a row of its requests came faster than one each *pace_s*.

        What arrives late makes what follows look early, by no more than it was late; who breaks the
        pace for a while gains with every request.
        """
        starts: dict[str, list[float]] = defaultdict(list)
        for exchange in list(self.exchanges):
            starts[urlsplit(exchange.url).netloc].append(exchange.start_s)
        return {host: _gain(sorted(found), pace_s) for host, found in starts.items()}


def _gain(starts: list[float], pace_s: float) -> float:
    """The most by which requests i … j took less than (j - i) × pace."""
    gain = highest = 0.0
    for before, after in pairwise(starts):
        gain = max(0.0, gain + pace_s - (after - before))
        highest = max(highest, gain)
    return highest


def _highest(events: list[tuple[float, int]]) -> int:
    level = highest = 0
    for _, step in sorted(events):
        level += step
        highest = max(highest, level)
    return highest
