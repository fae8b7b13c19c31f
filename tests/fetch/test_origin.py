"""The tests' origin against a client that is not ours."""

from __future__ import annotations

import http.client
import ssl

from origin import Origin


def get(origin: Origin, url: str) -> tuple[int, bytes]:
    """GET through the listener of the URL's scheme, the URL's host as Host and SNI."""
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    connection = http.client.HTTPConnection("127.0.0.1", origin.port, timeout=5)
    if scheme == "https":
        connection.connect()
        connection = http.client.HTTPConnection("127.0.0.1", origin.tls_port, timeout=5)
        connection.connect()
        context = ssl.create_default_context(cafile=origin.ca_file)
        connection.sock = context.wrap_socket(connection.sock, server_hostname=host)
    connection.request("GET", f"/{path}", headers={"Host": host})
    response = connection.getresponse()
    return response.status, response.read()


def test_origin_serves_any_host_over_both_schemes(origin: Origin) -> None:
    origin.serve("https://img.example.com/a.png?v=1", b"over TLS")
    origin.serve("http://img.example.com/a.png?v=1", b"plain")
    origin.serve("/anywhere.png", b"any host")
    assert get(origin, "https://img.example.com/a.png?v=1") == (200, b"over TLS")
    assert get(origin, "http://img.example.com/a.png?v=1") == (200, b"plain")
    assert get(origin, "https://other.example.net/anywhere.png") == (200, b"any host")
    assert get(origin, "http://img.example.com/missing")[0] == 404
    assert origin.urls == [
        "https://img.example.com/a.png?v=1",
        "http://img.example.com/a.png?v=1",
        "https://other.example.net/anywhere.png",
        "http://img.example.com/missing",
    ]


def test_origin_gives_answers_in_turn(origin: Origin) -> None:
    origin.serve("/a.png", status=503, times=2)
    origin.serve("/a.png", b"at last")
    answers = [get(origin, origin.url("/a.png")) for _ in range(4)]
    assert answers == [(503, b""), (503, b""), (200, b"at last"), (200, b"at last")]
