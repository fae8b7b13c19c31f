"""The fault server: every way a server can answer wrongly, one endpoint each.

The path is ``/f/NAME/TOKEN[.EXT][/MORE]``; requests are counted and logged for each NAME and TOKEN.
A test takes a token of its own, so that tests may share the server. *Once* means that only the
first request for a token is answered wrongly; later ones get the good image.

The endpoints stand in the other files of this folder. Besides the plain port, which is open on
127.0.0.1 and on 127.0.1.1 to 127.0.1.9 (hosts without a history), there is a port for each TLS
fault, and one on 127.0.0.2 that nobody may dial; it counts who does.
"""

from __future__ import annotations

from certificates import Certificates
from loopback import HTML, Exchange, LoopbackServer

from faults import bodies, codings, heads, identity, redirects, statuses, targets  # noqa: F401
from faults.answers import ENDPOINTS, Call, good
from faults.old_tls import OldTlsListener

HOSTS = 10
ENDPOINTS |= dict.fromkeys(("ok", "tls-ok", "tls-expired", "tls-host", "tls-chain"), good)


class FaultServer(LoopbackServer):
    """See the module. Use the fixture `fault`."""

    def __init__(self) -> None:
        super().__init__()
        self._certificates = Certificates()
        self.ca_file = self._certificates.ca_file
        self.port = self.private_port = 0
        self.tls_ports: dict[str, int] = {}
        self._counts: dict[tuple[str, str], int] = {}

    def start(self) -> None:
        self.port = self.listen()
        for number in range(1, HOSTS):
            self.listen(f"127.0.1.{number}", self.port)
        self.private_port = self.listen("127.0.0.2")
        made = self._certificates
        contexts = {
            "tls-ok": made.context("127.0.0.1"),
            "tls-expired": made.expired("127.0.0.1"),
            "tls-host": made.context("other.example"),
            "tls-chain": made.without_intermediate("127.0.0.1"),
        }
        self.tls_ports = {name: self.listen(tls=context) for name, context in contexts.items()}
        self._old_tls = OldTlsListener(made.old_protocol("127.0.0.1"))
        self.tls_ports["tls-old"] = self._old_tls.port

    def __exit__(self, *exception: object) -> None:
        self._old_tls.close()
        super().__exit__(*exception)
        self._certificates.close()

    @property
    def allow_networks(self) -> tuple[str, ...]:
        """What the archiver must be allowed to dial; the private listener is not in it."""
        plain = [f"127.0.0.1/32:{self.port}", f"127.0.1.0/24:{self.port}"]
        return (*plain, *(f"127.0.0.1/32:{port}" for port in self.tls_ports.values()))

    @property
    def private_connections(self) -> int:
        return self.connections["127.0.0.2", self.private_port]

    def url(self, name: str, token: str, ext: str = "png", host: int = 0, more: str = "") -> str:
        """The URL of an endpoint; each *host* from 1 to 9 has a politeness of its own."""
        tail = f"/f/{name}/{token}{'.' if ext else ''}{ext}{more}"
        if name in self.tls_ports:
            return f"https://127.0.0.1:{self.tls_ports[name]}{tail}"
        address = f"127.0.1.{host}" if host else "127.0.0.1"
        return f"http://{address}:{self.port}{tail}"

    def log(self, token: str) -> list[Exchange]:
        """The requests for *token*, whatever the endpoint, in order."""
        return [e for e in self.exchanges if _split(e.target.decode("latin-1"))[1] == token]

    def reset(self) -> None:
        """Forget all that was asked."""
        self.exchanges.clear()
        self._counts.clear()

    async def handle(self, exchange: Exchange) -> None:
        name, token, extension, more = _split(exchange.target.decode("latin-1"))
        key = (name, token)
        self._counts[key] = self._counts.get(key, 0) + 1
        call = Call(self, exchange, name, token, extension, more, self._counts[key])
        if name in ENDPOINTS:
            await ENDPOINTS[name](call)
        else:
            await exchange.answer(HTML, 404, media_type="text/html")


def _split(target: str) -> tuple[str, str, str, str]:
    """Name, token, extension and the rest of ``/f/NAME/TOKEN.EXT/MORE``."""
    path, _, query = target.partition("?")
    parts = path.split("/", 4)
    if len(parts) < 4 or parts[1] != "f":
        return "", "", "", ""
    token, _, extension = parts[3].partition(".")
    more = f"/{parts[4]}" if len(parts) > 4 else ""
    return parts[2], token, extension, more + (f"?{query}" if "?" in target else "")
