"""URLs that are asked for, Locations, and what a chain carries along."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.fetch.redirects import Chain, UnusableUrlError, normalize_url, resolve_location

BASE = "https://h.example/a/b.png?q"
LOCATIONS: dict[str, tuple[bytes, str]] = {
    "absolute": (b"http://x.example/c", "http://x.example/c"),
    "scheme-relative": (b"//x.example/c", "https://x.example/c"),
    "path": (b"/c.png", "https://h.example/c.png"),
    "relative": (b"c.png", "https://h.example/a/c.png"),
    "up": (b"../../c.png", "https://h.example/c.png"),
    "query": (b"?z=1", "https://h.example/a/b.png?z=1"),
    "empty": (b"", "https://h.example/a/b.png?q"),
    "fragment": (b"/c#d", "https://h.example/c"),
    "escapes stay": (b"/a%2fb%7e%zz?x=%2C|'", "https://h.example/a%2fb%7e%zz?x=%2C|%27"),
    "UTF-8": ("/图 1.png".encode(), "https://h.example/%E5%9B%BE%201.png"),
    "Latin-1": (b"/caf\xe9.png", "https://h.example/caf%E9.png"),
    "UTF-8 host": ("https://例.example/".encode(), "https://xn--fsq.example/"),
    "backslashes": (rb"\\x.example\c", "https://x.example/c"),
    "tab and newline": (b"/c\t\n.png", "https://h.example/c.png"),
    "user information": (b"https://u:p@x.example/c", "https://x.example/c"),
    "port": (b"https://x.example:8443/c", "https://x.example:8443/c"),
}


@pytest.mark.parametrize(("location", "expected"), LOCATIONS.values(), ids=LOCATIONS.keys())
def test_resolve_location(location: bytes, expected: str) -> None:
    assert resolve_location(BASE, location) == expected


UNUSABLE = {
    "data": (b"data:image/png;base64,AA", "scheme"),
    "file": (b"file:///etc/passwd", "scheme"),
    "ftp": (b"ftp://h/x", "scheme"),
    "javascript": (b"javascript:alert(1)", "scheme"),
    "gopher": (b"gopher://127.0.0.1:70/", "scheme"),
    "broken IPv6": (b"http://[::bad/", "url"),
    "port out of range": (b"http://h:99999/", "url"),
    "no host": (b"http://", "url"),
    "forbidden character": (b"http://a<b/", "url"),
}


@pytest.mark.parametrize(("location", "reason"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_locations_that_are_not_followed(location: bytes, reason: str) -> None:
    with pytest.raises(UnusableUrlError) as caught:
        resolve_location(BASE, location)
    assert caught.value.reason == reason


@given(st.binary(max_size=60))
def test_any_location_is_a_url_or_refused(location: bytes) -> None:
    try:
        url = resolve_location(BASE, location)
    except UnusableUrlError:
        return
    assert url.isascii() and url.startswith(("http://", "https://")) and "#" not in url
    assert normalize_url(url) == url


def test_chain_drops_secrets_on_the_way_down() -> None:
    chain = Chain("https://h.example/a", referer="https://s.example/")
    chain.take_cookies(["s=1; Path=/", "t=2", "no cookie"])
    assert chain.cookies == {"h.example": {"s": "1", "t": "2"}}
    chain.follow(b"https://x.example/b")
    assert chain.referer == "https://s.example/"
    chain.follow(b"http://h.example/c")
    assert chain.referer is None
    assert chain.cookies == {}
    assert chain.hops == 2
