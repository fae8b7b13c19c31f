"""URLs cut into parts, which put together again are the same text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.cdn.address import Address, parse_address

PARTS = {
    "relative": ("a/b.png", Address("", "", "a/b.png", None, "")),
    "rooted": ("/a.png", Address("", "", "/a.png", None, "")),
    "scheme-relative": (
        "//Img.Example/a.png",
        Address("//Img.Example", "img.example", "/a.png", None, ""),
    ),
    "all parts": (
        "HTTPS://me:pw@Img.Example:8443/a.png?v=1?2#x?y#z",
        Address("HTTPS://me:pw@Img.Example:8443", "img.example", "/a.png", "v=1?2", "#x?y#z"),
    ),
    "no path": ("https://h.example?v", Address("https://h.example", "h.example", "", "v", "")),
    "empty query and fragment": ("/a?#", Address("", "", "/a", "", "#")),
    "an @ in the userinfo": ("http://a@b@h/", Address("http://a@b@h", "h", "/", None, "")),
    "a port and no user": ("http://h:80/", Address("http://h:80", "h", "/", None, "")),
    "IPv6": (
        "http://[2001:DB8::1]/a",
        Address("http://[2001:DB8::1]", "[2001:db8::1]", "/a", None, ""),
    ),
    "IPv6 with a port": ("//[::1]:80/a", Address("//[::1]:80", "[::1]", "/a", None, "")),
    "a dot at the end": ("//h.example./a", Address("//h.example.", "h.example", "/a", None, "")),
    "a file": ("file:///s/a.png", Address("file://", "", "/s/a.png", None, "")),
    "a scheme without slashes": ("https:a.png", Address("https:", "", "a.png", None, "")),
    "an odd port in a path": ("a/b:80.png", Address("", "", "a/b:80.png", None, "")),
}


@pytest.mark.parametrize(("url", "expected"), PARTS.values(), ids=PARTS.keys())
def test_parse_address(url: str, expected: Address) -> None:
    assert parse_address(url) == expected


@pytest.mark.parametrize("url", ["data:image/gif;base64,AA", "mailto:a@b.example", "X+1.-:y"])
def test_what_names_no_file_on_a_server_or_disk(url: str) -> None:
    assert parse_address(url) is None


@given(st.text() | st.text("htps:/?#@[]a.\\", max_size=20))
def test_the_parts_put_together_are_the_url(url: str) -> None:
    address = parse_address(url)
    assert address is None or address.url == url


def test_edits_keep_all_else() -> None:
    address = Address("//h", "h", "/a", "q", "#f")
    assert address.with_path("/b").url == "//h/b?q#f"
    assert address.with_query("").url == "//h/a#f"
    assert address.with_query("r").url == "//h/a?r#f"
    assert {address.with_path("/b").host, address.with_query("r").host} == {"h"}
