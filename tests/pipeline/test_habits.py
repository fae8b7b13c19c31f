"""What is learnt of hosts: asked once, remembered, and forgotten in time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from archiver.catalog import Catalog, HostFact
from archiver.model import Candidate, Kind
from archiver.pipeline import habits as module
from archiver.pipeline.attempts import Referer, RefererKind, list_referers
from archiver.pipeline.habits import Habits, host_of

URL = "https://i.example/a.jpg"
GIVEN = Candidate(f"{URL}?mark")
CLEAN = Candidate(URL, Kind.CLEAN, "rule")
OTHER_RULE = Candidate(URL, Kind.CLEAN, "other rule")
ORIGINAL = Candidate(URL, Kind.ORIGINAL, "rule")
REFERERS = list_referers(URL, "https://site.example/1")
NONE, OWN = REFERERS[0], REFERERS[-1]


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog(str(tmp_path / "catalog.sqlite"), str(tmp_path / "journal")) as opened:
        yield opened


def order(habits: Habits) -> list[RefererKind]:
    return [referer.kind for referer in habits.order_referers("i.example", REFERERS)]


def test_the_referer_that_worked_goes_first_in_later_runs_too(catalog: Catalog) -> None:
    first = Habits(catalog)
    assert order(first)[0] == "none"
    first.note_success(GIVEN, OWN, [])
    assert order(first) == ["own origin", "none", "document origin", "document"]
    later = Habits(catalog)
    assert order(later)[0] == "own origin"
    later.note_success(GIVEN, NONE, [])
    assert order(Habits(catalog))[0] == "none"


def test_nothing_is_written_where_nothing_is_special(catalog: Catalog) -> None:
    Habits(catalog).note_success(CLEAN, NONE, [])
    assert catalog.host_facts("i.example") == []


def test_two_refusals_rule_a_kind_of_candidate_out(catalog: Catalog) -> None:
    for refusals in (1, 2):
        assert CLEAN in Habits(catalog).choose([CLEAN, GIVEN]), refusals
        Habits(catalog).note_success(GIVEN, NONE, [CLEAN])
    habits = Habits(catalog)
    assert habits.choose([ORIGINAL, CLEAN, OTHER_RULE, GIVEN]) == [ORIGINAL, OTHER_RULE, GIVEN]
    elsewhere = Candidate("https://other.example/a.jpg", Kind.CLEAN, "rule")
    assert habits.choose([elsewhere]) == [elsewhere]


def test_refusals_in_a_row_count(catalog: Catalog) -> None:
    habits = Habits(catalog)
    for chosen, refused in ((GIVEN, [CLEAN]), (CLEAN, []), (GIVEN, [CLEAN])):
        habits.note_success(chosen, NONE, refused)
    assert CLEAN in habits.choose([CLEAN, GIVEN])


def test_the_url_as_given_is_never_ruled_out(catalog: Catalog) -> None:
    habits = Habits(catalog)
    for _ in range(5):
        habits.note_success(GIVEN, NONE, [GIVEN])
    assert habits.choose([GIVEN]) == [GIVEN]


def test_what_is_old_is_asked_anew(catalog: Catalog) -> None:
    catalog.learn(HostFact("i.example", "", "referer", "own origin", "2020-01-01T00:00:00Z"))
    assert order(Habits(catalog))[0] == "none"


def test_where_no_referer_ever_helped_one_is_enough(catalog: Catalog) -> None:
    habits = Habits(catalog)
    habits.note_hopeless(URL)
    assert len(order(habits)) == 4
    habits.note_hopeless(URL)
    assert order(habits) == ["none"]
    habits.note_success(GIVEN, NONE, [])
    assert len(order(habits)) == 4


async def test_one_finds_out_while_the_others_wait(catalog: Catalog) -> None:
    habits, under_way, most = Habits(catalog), 0, []

    async def one() -> None:
        nonlocal under_way
        async with habits.finding_out("i.example", [GIVEN], False):
            under_way += 1
            most.append(under_way)
            await asyncio.sleep(0.02)
            under_way -= 1

    await asyncio.gather(*(one() for _ in range(5)))
    assert most[0] == 1
    assert max(most) == 4, "once it is known what the host is like, all go at a time"


async def test_a_scout_that_fails_lets_the_others_go(catalog: Catalog) -> None:
    habits, entered = Habits(catalog), []

    async def one(fails: bool) -> None:
        with suppress(ValueError):
            async with habits.finding_out("i.example", [GIVEN], False):
                entered.append(fails)
                await asyncio.sleep(0)
                if fails:
                    raise ValueError

    await asyncio.gather(one(True), one(False), one(False))
    assert entered == [True, False, False]


async def test_nobody_waits_for_ever(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.05)
    habits, entered, end = Habits(catalog), [], asyncio.Event()

    async def slow() -> None:
        async with habits.finding_out("i.example", [GIVEN], False):
            await end.wait()

    async def next_one() -> None:
        async with habits.finding_out("i.example", [GIVEN], False):
            entered.append(1)

    scout = asyncio.create_task(slow())
    await asyncio.sleep(0)
    await asyncio.wait_for(asyncio.gather(next_one(), next_one()), 5)
    assert entered == [1, 1]
    end.set()
    await scout


async def test_hosts_do_not_wait_for_each_other(catalog: Catalog) -> None:
    habits = Habits(catalog)
    async with (
        habits.finding_out("a.example", [], False),
        asyncio.timeout(1),
        habits.finding_out("b.example", [], False),
    ):
        pass


def test_host_of() -> None:
    assert host_of("https://me:pw@I.example:8443/a") == "i.example:8443"
    assert Referer(RefererKind.NONE, None) == NONE
