"""An origin on loopback: serves given bytes at given URLs of any host, over HTTP and TLS.

    with Origin() as origin:
        origin.serve("https://img.example.com/a.png?v=1", png)
        ...  # fetch with connect_to=origin.connect_to and ca_file=origin.ca_file
        assert origin.urls == ["https://img.example.com/a.png?v=1"]

`faults.FaultServer` is the origin with every fault a server can have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from certificates import Certificates
from loopback import HTML, Exchange, LoopbackServer


@dataclass(slots=True)
class Answer:
    """What `Origin` gives, `times` times; None: for ever."""

    body: bytes
    status: int
    media_type: str | None
    headers: tuple[tuple[str, str], ...]
    times: int | None


class Origin(LoopbackServer):
    """Serves given bytes at given URLs of any host.

    Attributes:
        port, tls_port: of the plain and the TLS listener on 127.0.0.1.
        ca_file: path of the certificate authority that signs for whatever host is asked for.
        connect_to: maps port 80 and 443 of every host to the listeners.
    """

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, list[Answer]] = {}
        self.port = self.tls_port = 0
        self._certificates = Certificates()
        self.ca_file = self._certificates.ca_file

    def start(self) -> None:
        self.port = self.listen()
        self.tls_port = self.listen(tls=self._certificates.context_for_any_host())

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        self._certificates.close()

    @property
    def connect_to(self) -> tuple[str, ...]:
        return (f":80:127.0.0.1:{self.port}", f":443:127.0.0.1:{self.tls_port}")

    @property
    def urls(self) -> list[str]:
        """The URLs asked for so far, in order."""
        return [exchange.url for exchange in self.exchanges]

    def url(self, path: str) -> str:
        """The URL of *path* on the plain listener itself, for use without `connect_to`."""
        return f"http://127.0.0.1:{self.port}{path}"

    def serve(
        self,
        url: str,
        body: bytes = b"",
        *,
        status: int = 200,
        media_type: str | None = "image/png",
        headers: Mapping[str, str] | None = None,
        times: int | None = None,
    ) -> None:
        """Answer *url* with *body*.

        Args:
            url: absolute, or a path with its query for any host and scheme.
            times: after so many answers the next one that was given for the URL takes over.

        >>> origin = Origin()
        >>> origin.serve("https://img.example.com/a.png", status=503, times=1)
        >>> origin.serve("https://img.example.com/a.png", b"the bytes")
        """
        answer = Answer(body, status, media_type, tuple((headers or {}).items()), times)
        self.answers.setdefault(url, []).append(answer)

    def reset(self) -> None:
        """Forget what was served and asked."""
        self.answers.clear()
        self.exchanges.clear()

    async def handle(self, exchange: Exchange) -> None:
        answer = self._take(exchange.url) or self._take(exchange.target.decode("latin-1"))
        if answer is None:
            await exchange.answer(HTML, 404, media_type="text/html")
        else:
            await exchange.answer(answer.body, answer.status, answer.headers, answer.media_type)

    def _take(self, key: str) -> Answer | None:
        for answer in self.answers.get(key, ()):
            if answer.times != 0:
                answer.times = None if answer.times is None else answer.times - 1
                return answer
        return None
