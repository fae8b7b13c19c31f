"""A clean picture beside the one as given: the same but for the mark, or another one?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from loopback import Exchange
from moody_origin import MARK, MoodyOrigin, Posts, by_query, image, marked, photo, story

from archiver.model import Outcome, Picture
from archiver.pipeline import habits
from archiver.pipeline.acceptance import is_same_picture

GIVEN = Picture("image/jpeg", ".jpg", 800, 600, difference_hash="00ff00ff00ff00ff")
PAIRS = {  # the clean picture → whether it is the same
    "equal": (GIVEN, True),
    "a few bits": (replace(GIVEN, difference_hash="00ff00ff00ff03ff"), True),
    "other bits": (replace(GIVEN, difference_hash="ff00ff0000ff00ff"), False),
    "larger, of the same shape": (replace(GIVEN, width_px=1600, height_px=1200), True),
    "of nearly the same shape": (replace(GIVEN, width_px=1600, height_px=1190), True),
    "of another shape": (replace(GIVEN, width_px=1600, height_px=1120), False),
    "smaller": (replace(GIVEN, width_px=400, height_px=300), False),
    "not decoded, of no known size": (Picture("image/jxl", ".jxl", 0, 0), False),
    "not decoded": (replace(GIVEN, difference_hash=""), True),
}


@pytest.mark.parametrize(("clean", "expected"), PAIRS.values(), ids=PAIRS.keys())
def test_is_same_picture(clean: Picture, expected: bool) -> None:
    assert is_same_picture(clean, GIVEN) is expected


def test_one_of_no_known_size_is_taken_for_the_same() -> None:
    assert is_same_picture(GIVEN, replace(GIVEN, width_px=0, height_px=0, difference_hash=""))


@pytest.fixture
def origin() -> Iterator[MoodyOrigin]:
    with MoodyOrigin() as server:
        yield server


@pytest.fixture
def posts(tmp_path: Path, origin: MoodyOrigin, monkeypatch: pytest.MonkeyPatch) -> Posts:
    monkeypatch.setattr(habits, "PATIENCE_S", 60.0)  # this machine may be slow
    return Posts(tmp_path, origin)


def another_without_mark(exchange: Exchange) -> bytes:
    path, _, query = exchange.target.decode().partition("?")
    return marked(path) if query else photo(f"not {path}")


def url(host: str, n: int) -> str:
    return f"https://{host}/{n}.jpg{MARK}"


async def test_the_first_of_a_host_is_compared(origin: MoodyOrigin, posts: Posts) -> None:
    origin.moods |= {"same.example": by_query, "other.example": another_without_mark}
    for host in origin.moods:
        posts.write(f"{host}.html", "".join(image(url(host, n)) for n in range(3)))
    first = {"compare_clean": "first"}
    found = await posts.archive(config=first)
    assert {found[url("same.example", n)].kind for n in range(3)} == {"clean"}
    assert len(origin.asked("same.example")) == 3 + 1
    records = [found[url("other.example", n)] for n in range(3)]
    assert {(r.kind, r.flags) for r in records} == {("as given", ("watermarked",))}
    assert len(origin.asked("other.example")) == 3 + 1
    assert sorted(map(story, records)) == [[], [], ["clean, none: other-picture"]]

    origin.exchanges.clear()
    for host in origin.moods:
        posts.write(f"more-{host}.html", image(url(host, 9)))
    found = await posts.archive(config=first)
    assert found[url("same.example", 9)].kind == "clean"
    assert found[url("other.example", 9)].kind == "as given"
    assert len(origin.exchanges) == 2, "the answers are remembered"


async def test_always(origin: MoodyOrigin, posts: Posts) -> None:
    origin.moods["same.example"] = by_query
    plain = "https://same.example/plain.jpg"
    posts.write("1.html", "".join(image(url("same.example", n)) for n in range(3)) + image(plain))
    found = await posts.archive(config={"compare_clean": "always"})
    assert found.pop(plain).kind == "as given"
    assert {record.kind for record in found.values()} == {"clean"}
    assert len(origin.exchanges) == 6 + 1, "nothing to compare the plain one with"


async def test_a_stand_in_for_the_one_as_given_is_not_compared_with(
    origin: MoodyOrigin, posts: Posts
) -> None:
    """It is one by then: the host gave the same bytes for two other pictures."""
    stand_in = photo("stand-in")
    origin.moods["i.example"] = lambda e: by_query(e) if e.target == b"/3.jpg" else stand_in
    plain = [f"https://i.example/{n}.jpg" for n in (1, 2)]
    posts.write("1.html", "".join(map(image, [*plain, url("i.example", 3)])))
    one_by_one = {"hosts": [{"pattern": "i.example", "in_flight": 1}]}
    found = await posts.archive(config={"compare_clean": "always", **one_by_one})
    assert found[url("i.example", 3)].kind == "clean"
    assert all(found[each].flags == ("suspect",) for each in plain)


async def test_where_the_marked_one_is_gone_the_clean_one_is_taken(
    origin: MoodyOrigin, posts: Posts
) -> None:
    origin.moods["i.example"] = lambda e: 404 if b"?" in e.target else by_query(e)
    posts.write("1.html", image(url("i.example", 1)))
    record = (await posts.archive(config={"compare_clean": "first"}))[url("i.example", 1)]
    assert (record.outcome, record.kind) == (Outcome.STORED, "clean")


async def test_a_guess_smaller_than_stated(origin: MoodyOrigin, posts: Posts) -> None:
    """`quality = "original"` guesses a source; it is worth nothing where it has fewer pixels."""
    sizes = {"small": (100, 50), "real": (640, 320)}

    def mood(form: str, other: str):
        def answer(exchange: Exchange) -> bytes:
            given = b"?" in exchange.target
            return photo(exchange.target.decode(), sizes[other if given else form])

        return answer

    process = "?x-oss-process=image/resize,w_640"
    origin.moods |= {"a.example": mood("small", "real"), "b.example": mood("small", "small")}
    for host in origin.moods:
        posts.write(f"{host}.html", image(f"https://{host}/1.jpg{process}", width=640))
    found = await posts.archive(config={"quality": "original"})
    record = found[f"https://a.example/1.jpg{process}"]
    assert (record.kind, record.width_px) == ("as given", 640)
    assert story(record) == ["original, none: smaller"]
    record = found[f"https://b.example/1.jpg{process}"]
    assert (record.kind, record.width_px) == ("original", 100), "the one as given is no larger"
    assert story(record) == ["as given, none: no-larger"]
