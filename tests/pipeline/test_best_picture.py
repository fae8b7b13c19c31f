"""Each post ends with the best picture that could be had, by the fewest requests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import Exchange
from moody_origin import (
    MARK,
    PLACEHOLDER,
    SITE,
    Mood,
    MoodyOrigin,
    Posts,
    by_query,
    image,
    marked,
    photo,
    story,
)
from pictures import picture

from archiver.model import Outcome
from archiver.pipeline import habits


@pytest.fixture
def origin() -> Iterator[MoodyOrigin]:
    with MoodyOrigin() as server:
        yield server


@pytest.fixture
def posts(tmp_path: Path, origin: MoodyOrigin, monkeypatch: pytest.MonkeyPatch) -> Posts:
    monkeypatch.setattr(habits, "PATIENCE_S", 60.0)  # this machine may be slow
    return Posts(tmp_path, origin)


def refuses_clean(exchange: Exchange) -> bytes | int:
    return by_query(exchange) if b"?" in exchange.target else 403


def only_to_its_own(host: str):
    """A known stand-in to every Referer but the host's own origin."""

    def mood(exchange: Exchange) -> bytes | str:
        if exchange.target == b"/hotlink.jpg":
            return PLACEHOLDER
        is_own = exchange.header("referer") == f"https://{host}/"
        return by_query(exchange) if is_own else "/hotlink.jpg"

    return mood


def to_nobody(exchange: Exchange) -> bytes | str:
    return PLACEHOLDER if exchange.target == b"/hotlink.jpg" else "/hotlink.jpg"


async def test_each_post_ends_with_the_best_picture(origin: MoodyOrigin, posts: Posts) -> None:
    """The last claim of the best picture: four hosts, three pictures each, two runs."""
    hosts = {
        "open.example": by_query,
        "protected.example": refuses_clean,
        "foreign.example": only_to_its_own("foreign.example"),
        "nobody.example": to_nobody,
    }
    origin.moods |= hosts

    def urls(host: str, numbers: range) -> list[str]:
        return [f"https://{host}/{n}.jpg{MARK}" for n in numbers]

    for host in hosts:
        posts.write(f"{host}.html", "".join(map(image, urls(host, range(3)))))
    found = await posts.archive()

    for n in range(3):
        record = found[f"https://open.example/{n}.jpg{MARK}"]
        assert (record.outcome, record.kind, record.flags) == (Outcome.STORED, "clean", ())
        assert posts.bytes_of(record) == photo(f"/{n}.jpg")
        assert record.refused == ()
    assert len(origin.asked("open.example")) == 3

    records = [found[url] for url in urls("protected.example", range(3))]
    assert {(r.outcome, r.kind, r.flags) for r in records} == {
        (Outcome.STORED, "as given", ("watermarked",))
    }
    assert [posts.bytes_of(r) for r in records] == [marked(f"/{n}.jpg") for n in range(3)]
    # Two refusals of the clean one, and it is known that originals are protected there.
    assert len(origin.asked("protected.example")) == 2 + 2 + 1
    refusals = [story(r) for r in records]
    assert sorted(refusals) == [[], *[["clean, none: status-403"]] * 2]

    records = [found[url] for url in urls("foreign.example", range(3))]
    assert {(r.outcome, r.kind, r.flags) for r in records} == {(Outcome.STORED, "clean", ())}
    assert [posts.bytes_of(r) for r in records] == [photo(f"/{n}.jpg") for n in range(3)]
    pictures = [path for path, _ in origin.asked("foreign.example") if path != "/hotlink.jpg"]
    assert len(pictures) == 2 + 1 + 1
    assert sorted(map(story, records)) == [[], [], ["clean, none: known-path"]]

    records = [found[url] for url in urls("nobody.example", range(3))]
    assert {(r.outcome, r.reason) for r in records} == {(Outcome.PLACEHOLDER, "known-path")}
    assert [
        "clean, none: known-path", "clean, own origin: known-path", "as given, none: known-path",
    ] in map(story, records)  # fmt: skip
    text = (posts.folder / "out" / "nobody.example.html").read_text()
    assert all(url in text for url in urls("nobody.example", range(3)))
    assert posts.summary.watermarked == 3

    # The next run knows the hosts: a request a picture.
    origin.exchanges.clear()
    for host in ("open.example", "protected.example", "foreign.example"):
        posts.write(f"more-{host}.html", "".join(map(image, urls(host, range(3, 6)))))
    found = await posts.archive()
    for host in ("open.example", "protected.example", "foreign.example"):
        assert all(found[url].outcome is Outcome.STORED for url in urls(host, range(3, 6)))
        assert len(origin.asked(host)) == 3, host
    assert {r for _, r in origin.asked("foreign.example")} == {"https://foreign.example/"}
    assert {r for _, r in origin.asked("protected.example")} == {None}


async def test_the_documents_own_referer(origin: MoodyOrigin, posts: Posts) -> None:
    """A host that answers 403 to all but the site's pages."""

    def mood(exchange: Exchange) -> bytes | int:
        return by_query(exchange) if exchange.header("referer") == "https://site.example/" else 403

    origin.moods["i.example"] = mood
    posts.write("1.html", image("https://i.example/1.jpg") + image("https://i.example/2.jpg"))
    found = await posts.archive(base_url=SITE)
    assert {r.outcome for r in found.values()} == {Outcome.STORED}
    assert origin.asked("i.example") == [
        ("/1.jpg", None),
        ("/1.jpg", "https://site.example/"),
        ("/2.jpg", "https://site.example/"),
    ]


async def test_the_referer_of_the_settings_is_the_only_one(
    origin: MoodyOrigin, posts: Posts
) -> None:
    origin.moods["i.example"] = lambda exchange: 403
    posts.write("1.html", image("https://i.example/1.jpg"))
    mine = {"pattern": "i.example", "referer": "https://mine.example/"}
    found = await posts.archive("https://site.example/page", config={"hosts": [mine]})
    assert origin.asked("i.example") == [("/1.jpg", "https://mine.example/")]
    assert found["https://i.example/1.jpg"].outcome is Outcome.BLOCKED


async def test_a_copy_that_was_removed_is_made_again(origin: MoodyOrigin, posts: Posts) -> None:
    origin.moods["i.example"] = by_query
    posts.write("1.html", image("https://i.example/1.jpg"))
    await posts.archive()
    copy = posts.folder / "out" / "1.html"
    before = copy.read_bytes()
    copy.unlink()
    await posts.archive()
    assert (copy.read_bytes(), len(origin.exchanges)) == (before, 1)


async def test_the_same_bytes_for_several_urls_are_a_suspicion(
    origin: MoodyOrigin, posts: Posts
) -> None:
    origin.moods["i.example"] = lambda exchange: PLACEHOLDER
    urls = [f"https://i.example/{n}.jpg" for n in range(4)]
    posts.write("1.html", "".join(map(image, urls)))
    found = await posts.archive()
    assert {found[url].outcome for url in urls} == {Outcome.STORED}
    assert {found[url].flags for url in urls} == {("suspect",)}, "those before the third as well"
    assert "https://i.example" not in (posts.folder / "out" / "1.html").read_text()


async def test_a_suspicion_makes_the_next_referer_tried(origin: MoodyOrigin, posts: Posts) -> None:
    def mood(exchange: Exchange) -> bytes:
        return by_query(exchange) if exchange.header("referer") else PLACEHOLDER

    origin.moods["i.example"] = mood
    urls = [f"https://i.example/{n}.jpg" for n in range(5)]
    posts.write("1.html", "".join(map(image, urls)))
    found = await posts.archive()
    suspects = [url for url in urls if "suspect" in found[url].flags]
    assert len(suspects) == 2, "the two that came before anything could be known"
    for n, url in enumerate(urls):
        if url not in suspects:
            assert posts.bytes_of(found[url]) == photo(f"/{n}.jpg")


async def test_forms_of_one_picture_are_no_suspicion(origin: MoodyOrigin, posts: Posts) -> None:
    origin.moods["i.example"] = lambda exchange: photo("one")
    urls = [f"https://i.example/a.jpg{tail}" for tail in ("", "@w_1", "!small", "?v=1", "?v=2")]
    posts.write("1.html", "".join(map(image, urls)))
    found = await posts.archive()
    assert {r.flags for r in found.values()} == {()}


OWN = [
    {"hosts": ["own.example"], "paths": ["*/SORRY.*"]},
    {"hosts": ["*.below.example"], "paths": ["*/sorry.*"]},
    {"sha256": [hashlib.sha256(photo("/secret.jpg")).hexdigest()]},
]
STAND_INS = {  # host, path asked for, where a redirect leads → reason
    "removed after a redirect": ("a.example", "/1.jpg", "/a/removed.png", "known-path"),
    "elsewhere only": ("b.example", "/1.jpg", "/a/new-place.png", ""),
    "a user's own path": ("own.example", "/1.jpg", "/a/sorry.jpg", "known-path"),
    "of another host": ("c.example", "/1.jpg", "/a/sorry.jpg", ""),
    "of a host below": ("i.below.example", "/1.jpg", "/a/sorry.jpg", "known-path"),
    "of the domain itself": ("below.example", "/1.jpg", "/a/sorry.jpg", "known-path"),
    "the document names such a path itself": ("d.example", "/404.jpg", "", ""),
    "known bytes": ("e.example", "/secret.jpg", "", "known-bytes"),
}


async def test_known_stand_ins(origin: MoodyOrigin, posts: Posts) -> None:
    def mood(path: str, target: str) -> Mood:
        return lambda exchange: (
            target if target and exchange.target == path.encode() else by_query(exchange)
        )

    for host, path, target, _ in STAND_INS.values():
        origin.moods[host] = mood(path, target)
        posts.write(f"{host}.html", image(f"https://{host}{path}"))
    found = await posts.archive(config={"placeholders": OWN})
    for case, (host, path, _, reason) in STAND_INS.items():
        record = found[f"https://{host}{path}"]
        outcome = Outcome.PLACEHOLDER if reason else Outcome.STORED
        assert (record.outcome, record.reason) == (outcome, reason), case


async def test_html_after_a_redirect_is_a_stand_in(origin: MoodyOrigin, posts: Posts) -> None:
    def mood(exchange: Exchange) -> bytes | str:
        if exchange.target == b"/view":
            return b"<!doctype html><title>Look here</title>"
        return by_query(exchange) if exchange.header("referer") else "/view"

    origin.moods["i.example"] = mood
    posts.write("1.html", image("https://i.example/1.jpg"))
    record = (await posts.archive())["https://i.example/1.jpg"]
    assert record.outcome is Outcome.STORED
    assert story(record) == ["as given, none: html"]


SIDES = {  # what comes, what is stated → outcome
    "tiny where real is stated": ((8, 8), {"width": 65, "height": 65}, Outcome.PLACEHOLDER),
    "a line where a picture is stated": ((400, 8), {"height": 65}, Outcome.PLACEHOLDER),
    "tiny as stated": ((8, 8), {"width": 64, "height": 64}, Outcome.STORED),
    "nothing stated": ((8, 8), {}, Outcome.STORED),
    "just large enough": ((9, 9), {"width": 640, "height": 480}, Outcome.STORED),
}


async def test_tiny_pictures(origin: MoodyOrigin, posts: Posts) -> None:
    for n, (size, stated, _) in enumerate(SIDES.values()):
        origin.moods[f"{n}.example"] = lambda _, size=size: picture("PNG", size)
        posts.write(f"{n}.html", image(f"https://{n}.example/1.png", **stated))
    found = await posts.archive()
    for n, (case, (_, _, outcome)) in enumerate(SIDES.items()):
        assert found[f"https://{n}.example/1.png"].outcome is outcome, case
    assert len(origin.exchanges) == len(SIDES), "no Referer makes them larger"


async def test_one_download_however_many_documents_wait(origin: MoodyOrigin, posts: Posts) -> None:
    origin.moods["i.example"] = refuses_clean
    for n in range(20):
        posts.write(f"{n}.html", image(f"https://i.example/1.jpg{MARK}"))
    await posts.archive()
    assert len(origin.exchanges) == 2


async def test_http_is_tried_as_https_once(origin: MoodyOrigin, posts: Posts) -> None:
    def mood(exchange: Exchange) -> bytes | int:
        return by_query(exchange) if exchange.is_tls else 404

    origin.moods["i.example"] = mood
    posts.write("1.html", image("http://i.example/1.jpg"))
    record = (await posts.archive())["http://i.example/1.jpg"]
    assert (record.outcome, record.kind) == (Outcome.STORED, "https")
    assert story(record) == ["as given, none: status-404"]
    assert origin.urls == ["http://i.example/1.jpg", "https://i.example/1.jpg"]

    origin.exchanges.clear()
    posts.write("2.html", image("http://i.example/2.jpg"))
    await posts.archive()
    assert origin.urls == ["https://i.example/2.jpg"], "learnt for the host"


async def test_never_the_other_way_round(origin: MoodyOrigin, posts: Posts) -> None:
    origin.moods["i.example"] = lambda exchange: 404 if exchange.is_tls else photo("a")
    posts.write("1.html", image("https://i.example/1.jpg"))
    assert (await posts.archive())["https://i.example/1.jpg"].outcome is Outcome.GONE
    assert len(origin.exchanges) == 1
