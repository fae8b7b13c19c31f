"""Links of web archives (RFC 8288, RFC 7089), mirrors, and what is told to nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import ConfigError
from archiver.fetch import privacy
from archiver.fetch.memento import (
    Answers,
    Link,
    accept_datetime,
    find_beside,
    parse_links,
    read_date,
    timegate_url,
)
from archiver.fetch.mirrors import fill_mirror, mirror_folder
from archiver.fetch.privacy import is_public_url
from archiver.fetch.resolver import Address, LookUpFailedError, NoSuchNameError
from archiver.fetch.settings import FetchSettings, HostSettings

# As RFC 7089, section 4.2.3, has it, on one line.
HEADER = (
    '<http://a.example.org>; rel="original", <http://arxiv.example.net/timemap/'
    'http://a.example.org> ; rel="timemap"; type="application/link-format"'
    '; from="Tue, 15 Sep 2000 11:28:26 GMT"; until="Wed, 20 Jan 2010 09:34:33 GMT", '
    '<http://arxiv.example.net/web/20091027204954/http://a.example.org> '
    '; rel="prev memento"; datetime="Tue, 27 Oct 2009 20:49:54 GMT", '
    '<http://arxiv.example.net/web/20100120093433/http://a.example.org> '
    '; rel="last memento"; datetime="Wed, 20 Jan 2010 09:34:33 GMT"'
)  # fmt: skip


def test_the_header_of_a_capture() -> None:
    answers = Answers()
    headers = {"link": HEADER, "memento-datetime": "Fri, 30 Oct 2009 00:00:00 GMT"}
    answers.note("http://arxiv.example.net/web/x", headers)
    assert answers.timemap == "http://arxiv.example.net/timemap/http://a.example.org"
    assert answers.captured == datetime(2009, 10, 30, tzinfo=UTC)
    assert answers.has_neighbours()
    assert find_beside(answers.links, answers.captured) == (
        "http://arxiv.example.net/web/20091027204954/http://a.example.org",
        "http://arxiv.example.net/web/20100120093433/http://a.example.org",
    )


LINKS = {
    "a comma in the URL": ('<http://h/a,b>;rel=memento', ["http://h/a,b"]),
    "a comma in a value": ('<a>; title="x, <y>", <b>', ["http://h/a", "http://h/b"]),
    "no parameters": ("<a>,<b>", ["http://h/a", "http://h/b"]),
    "lines of a TimeMap": ("<a>;rel=x,\n<b>;rel=y", ["http://h/a", "http://h/b"]),
    "nothing": ("", []),
    "junk": ('rel="x"; <', []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), LINKS.values(), ids=LINKS.keys())
def test_parse_links(text: str, expected: list[str]) -> None:
    assert [link.url for link in parse_links(text, "http://h/")] == expected


@given(st.text('<>;=", ab\n', max_size=60))
def test_any_text_gives_links(text: str) -> None:
    list(parse_links(text, "http://h/"))


@given(st.lists(st.integers(0, 40), unique=True, max_size=8), st.integers(0, 40))
def test_the_captures_beside_are_the_nearest(days: list[int], day: int) -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC)
    links = [Link(str(d), frozenset(), start + timedelta(d)) for d in days]
    older = [str(max(d for d in days if d < day))] if any(d < day for d in days) else []
    newer = [str(min(d for d in days if d > day))] if any(d > day for d in days) else []
    assert find_beside(links, start + timedelta(day)) == (*older, *newer)


def test_dates() -> None:
    moment = datetime(2019, 5, 1, 10, tzinfo=timezone(timedelta(hours=8)))
    header = accept_datetime(moment)["Accept-Datetime"]
    assert header == "Wed, 01 May 2019 02:00:00 GMT"
    assert read_date(header) == moment
    assert read_date("soon") is None


def test_where_to_ask() -> None:
    url = "https://i.example/a.png?x=1&y"
    assert timegate_url("http://a/gate", url) == f"http://a/gate/{url}"
    assert timegate_url("http://a/gate?u={url}", url) == f"http://a/gate?u={url}"


MIRRORS = {
    "path": ("https://m/{path}", "https://m/a/b%20c.png"),
    "host and query": ("https://m/{host}/{path}?{query}", "https://m/i.example:81/a/b%20c.png?v={path}"),
    "the whole URL": (
        "https://m/?u={url}", "https://m/?u=https%3A%2F%2Fi.example%3A81%2Fa%2Fb%2520c.png%3Fv%3D%7Bpath%7D",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("template", "expected"), MIRRORS.values(), ids=MIRRORS.keys())
def test_fill_mirror(template: str, expected: str) -> None:
    assert fill_mirror(template, "https://i.example:81/a/b%20c.png?v={path}") == expected


BAD_MIRRORS = {
    "another scheme": "ftp://m/{path}",
    "a field in the host": "https://{host}/{path}",
    "no field": "https://m/a.png",
    "an unknown field": "https://m/{file}",
    "one good, one unknown": "https://m/{path}?{user}",
    "the root folder": "file:///{path}",
    "a folder of another machine": "file://m/a/{path}",
    "a path": "/backup/{path}",
    "nothing": "",
}


@pytest.mark.parametrize("template", BAD_MIRRORS.values(), ids=BAD_MIRRORS.keys())
def test_mirrors_that_cannot_be_used(template: str) -> None:
    with pytest.raises(ConfigError, match=r"hosts\.mirrors = .*expected an http"):
        HostSettings("*", mirrors=("https://m/{path}", template))


def test_the_folder_of_a_mirror() -> None:
    template = "file:///backup/img%20s/{host}/{path}"
    HostSettings("*", mirrors=(template,))
    assert mirror_folder(template) == "/backup/img%20s"


TOLD = {
    "a public name": ("https://img.example.com/a.png", True),
    "a public address": ("https://93.184.215.14/a.png", True),
    "a private address": ("https://10.1.2.3/a.png", False),
    "an IPv6 address of this machine": ("http://[::1]/a.png", False),
    "a name of the local network": ("http://nas.local/a.png", False),
    "a name without a dot": ("http://intranet/a.png", False),
    "with a user": ("https://me@img.example.com/a.png", False),
    "a host with credentials": ("https://own.example.com/a.png", False),
}


@pytest.mark.parametrize(("url", "expected"), TOLD.values(), ids=TOLD.keys())
async def test_what_may_be_told_to_an_archive(url: str, expected: bool) -> None:
    own = HostSettings("own.example.com", credentials="TEST_CREDENTIALS")
    assert await is_public_url(url, FetchSettings(hosts=(own,))) is expected


HOSTS = {  # what the name means → whether its URLs may be told, where private ones are dialled
    "public": (["93.184.215.14"], True),
    "private": (["10.1.2.3"], False),
    "one of both": (["93.184.215.14", "10.1.2.3"], False),
    "no such name": (NoSuchNameError("x"), True),
    "no answer": (LookUpFailedError("x"), False),
}


@pytest.mark.parametrize(("found", "expected"), HOSTS.values(), ids=HOSTS.keys())
async def test_names_of_an_inner_network(
    monkeypatch: pytest.MonkeyPatch, found: list[str] | OSError, expected: bool
) -> None:
    def look_up(host: str) -> list[Address]:
        if isinstance(found, OSError):
            raise found
        return [Address(host) for host in found]

    monkeypatch.setattr(privacy, "ask_system", look_up)
    inner = FetchSettings(allow_networks=("10.0.0.0/8",))
    assert await is_public_url("https://img.example.com/a.png", inner) is expected
    assert await is_public_url("https://img.example.com/a.png", FetchSettings())
