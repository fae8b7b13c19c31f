"""Every endpoint of the fault server: outcome, reason, number of requests, pauses."""

from __future__ import annotations

import asyncio
import itertools
import resource
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from asking import MIB, ask, fault_settings
from faults import RAW_TARGET, FaultServer, big_image, image_of
from loopback import TICK_S

from archiver.errors import FetchError
from archiver.fetch.client import Client
from archiver.model import Download

_TOKENS = (f"t{n}" for n in itertools.count())


@pytest.fixture
def token() -> str:
    return next(_TOKENS)


@pytest.fixture
async def client(fault: FaultServer, tmp_path: Path) -> AsyncIterator[Client]:
    """With politeness of its own, so that no test pauses the host of another."""
    async with Client(fault_settings(fault), str(tmp_path)) as made:
        yield made
    assert list(tmp_path.iterdir()) == [], "a temporary file was left behind"


# name: (outcome, reason, fewest and most requests)
ENDPOINTS = {
    "ok": ("ok", "", 1, 1),
    "tls-ok": ("ok", "", 1, 1),
    "ref-need": ("blocked", "status-403", 1, 1),
    "ref-none": ("ok", "", 1, 1),
    "ua-block": ("ok", "", 1, 1),
    "always-403": ("blocked", "status-403", 1, 1),
    "404": ("gone", "status-404", 1, 1),
    "410": ("gone", "status-410", 1, 1),
    "451": ("blocked", "status-451", 1, 1),
    "404-img": ("gone", "status-404", 1, 1),
    "500-once": ("ok", "", 2, 2),
    "520-twice": ("ok", "", 3, 3),
    "always-500": ("transient", "status-500", 3, 3),
    "429-junk": ("ok", "", 3, 3),
    "204": ("transient", "status-204", 2, 3),
    "206": ("transient", "status-206", 2, 3),
    "empty": ("transient", "empty", 2, 3),
    "cut-cl": ("ok", "", 2, 2),
    "cut-chunk": ("ok", "", 2, 2),
    "cut-reset": ("ok", "", 2, 2),
    "cut-always": ("transient", "truncated", 3, 3),
    "close-first": ("ok", "", 2, 3),
    "close-always": ("transient", "disconnected", 3, 6),  # aiohttp sends a GET again by itself
    "html-as-jpg": ("not_image", "html", 1, 1),
    "img-as-html": ("ok", "", 1, 1),
    "octet": ("ok", "", 1, 1),
    "no-type": ("ok", "", 1, 1),
    "two-types": ("ok", "", 1, 1),
    "gz": ("ok", "", 1, 1),
    "gz-cut": ("transient", "coding", 3, 3),
    "gz-twice": ("transient", "coding-unknown", 1, 1),
    "deflate-zlib": ("ok", "", 1, 1),
    "deflate-raw": ("ok", "", 1, 1),
    "br": ("ok", "", 1, 1),
    "zstd": ("ok", "", 1, 1),
    "unknown-coding": ("transient", "coding-unknown", 1, 1),
    "gz-lie": ("ok", "", 1, 1),
    "no-reason": ("ok", "", 1, 1),
    "lf-only": ("ok", "", 1, 1),
    "early": ("ok", "", 1, 1),
    "hdr-9k": ("ok", "", 1, 1),
    "many-headers": ("unreachable", "protocol", 1, 1),
    "te-cl": ("unreachable", "protocol", 1, 1),
    "redir-5": ("ok", "", 6, 6),
    "redir-loop": ("unreachable", "redirects", 9, 9),
    "redir-none": ("transient", "status-302", 2, 2),
    "redir-data": ("unsafe", "scheme", 1, 1),
    "redir-file": ("unsafe", "scheme", 1, 1),
    "redir-bad": ("unreachable", "url", 1, 1),
    "redir-utf8": ("ok", "", 2, 2),
    "redir-latin1": ("ok", "", 2, 2),
    "redir-private": ("unsafe", "address", 1, 1),
    "cookie": ("ok", "", 2, 2),
    "tls-expired": ("unreachable", "tls-expired", 0, 0),
    "tls-host": ("unreachable", "tls-host", 0, 0),
    "tls-chain": ("unreachable", "tls-chain", 0, 0),
    "tls-old": ("unreachable", "tls-old", 0, 0),
}


@pytest.mark.parametrize("name", ENDPOINTS)
async def test_endpoint(name: str, token: str, fault: FaultServer, client: Client) -> None:
    outcome, reason, fewest, most = ENDPOINTS[name]
    result = await ask(client, fault.url(name, token))
    assert (result.outcome, result.reason) == (outcome, reason), result.error
    if outcome == "ok":
        assert result.data == image_of(token)
    log = fault.log(token)
    assert fewest <= len(log) <= most
    assert not any(b"#" in exchange.target for exchange in log)
    assert all(exchange.extra == b"" for exchange in log), "a GET has no body"


async def test_referer_is_sent_where_it_is_asked(
    token: str, fault: FaultServer, client: Client
) -> None:
    page = "https://site.example/posts/1"
    assert (await ask(client, fault.url("ref-need", token), page)).outcome == "ok"
    assert (await ask(client, fault.url("ref-none", token), page)).outcome == "blocked"


async def test_redirect_gives_the_final_url(token: str, fault: FaultServer, client: Client) -> None:
    async def final_url(download: Download) -> str:
        return download.final_url

    found = await client.fetch(fault.url("ph-302", token), check=final_url)
    assert found.endswith("/f/ph-img/removed/removed.png")


async def test_gaps_grow(token: str, fault: FaultServer, client: Client) -> None:
    await ask(client, fault.url("always-500", token))
    starts = [exchange.start_s for exchange in fault.log(token)]
    first, second = (after - before for before, after in itertools.pairwise(starts))
    assert first >= 0.75 * TICK_S
    assert second >= 1.5 * TICK_S


async def test_429_pauses_the_host(token: str, fault: FaultServer, client: Client) -> None:
    paused = asyncio.create_task(ask(client, fault.url("429-sec", token, host=1)))
    while not fault.log(token) or fault.log(token)[0].end_s is None:  # noqa: ASYNC110 (another thread)
        await asyncio.sleep(TICK_S / 5)
    await asyncio.sleep(TICK_S)
    others = [f"{token}-{n}" for n in range(5)]
    elsewhere = await ask(client, fault.url("ok", f"{token}-other-host", host=2))
    results = await asyncio.gather(*(ask(client, fault.url("ok", t, host=1)) for t in others))
    assert (await paused).outcome == "ok"
    assert {result.outcome for result in results} == {"ok"}
    first, second = fault.log(token)
    assert second.start_s - first.start_s >= 1
    assert all(fault.log(other)[0].start_s - first.start_s >= 1 for other in others)
    assert elsewhere.seconds < 0.9, "another host has nothing to do with it"


async def test_retry_after_as_date(token: str, fault: FaultServer, client: Client) -> None:
    assert (await ask(client, fault.url("429-date", token, host=3))).outcome == "ok"
    first, second = fault.log(token)
    assert second.start_s - first.start_s >= 1  # the date has whole seconds


async def test_retry_after_beyond_reason(token: str, fault: FaultServer, client: Client) -> None:
    result = await ask(client, fault.url("429-huge", token, host=4))
    assert (result.outcome, result.reason) == ("transient", "status-429")
    assert result.error is not None and 0 < result.error.retry_after_s < 32 * 86400
    assert result.seconds < 1
    assert len(fault.log(token)) == 1
    other = await ask(client, fault.url("ok", f"{token}-other", host=4))
    assert (other.outcome, other.reason) == ("transient", "paused")
    assert fault.log(f"{token}-other") == []


async def test_junk_in_retry_after_means_own_backoff(
    token: str, fault: FaultServer, client: Client
) -> None:
    assert (await ask(client, fault.url("429-junk", token, host=5))).seconds < 2


async def test_connections_closed_while_idle(
    token: str, fault: FaultServer, client: Client
) -> None:
    for number in range(20):
        result = await ask(client, fault.url("idle-close", f"{token}-{number}"))
        assert result.outcome == "ok", result.error
        await asyncio.sleep(TICK_S)


# name: (settings, reason, fewest and most seconds)
SLOW = {
    "silent": (
        {"first_byte_timeout_s": 6 * TICK_S},
        "timeout",
        3 * 6 * TICK_S,
        3 * 6 * TICK_S + 1.5,
    ),
    "slow-head": ({"total_timeout_s": 0.5}, "timeout", 1.5, 3),
    "early-for-ever": ({"total_timeout_s": 0.5}, "timeout", 1.5, 3),
    "slow-body": ({"total_timeout_s": 0.5}, "timeout", 1.5, 3),
    "slow-body below the floor": ({"floor_bytes_s": 100, "floor_window_s": 0.3}, "slow", 0.9, 2.5),
}


@pytest.mark.parametrize(("case", "row"), SLOW.items(), ids=SLOW.keys())
async def test_nothing_outlives_its_deadline(
    case: str, row: tuple[dict[str, float], str, float, float], token: str, fault: FaultServer,
    tmp_path: Path,
) -> None:  # fmt: skip
    changes, reason, fewest_s, most_s = row
    async with Client(fault_settings(fault, **changes), str(tmp_path)) as client:
        result = await ask(client, fault.url(case.partition(" ")[0], token))
    assert (result.outcome, result.reason) == ("transient", reason)
    assert fewest_s <= result.seconds <= most_s
    assert len(fault.log(token)) == 3
    assert list(tmp_path.iterdir()) == []


async def test_too_big_is_seen_early(token: str, fault: FaultServer, client: Client) -> None:
    declared = await ask(client, fault.url("big-decl", token))
    chunked = await ask(client, fault.url("big-undecl", f"{token}-chunked"))
    unframed = await ask(client, fault.url("endless", f"{token}-unframed"))
    await asyncio.sleep(4 * TICK_S)
    found = [(r.outcome, r.reason) for r in (declared, chunked, unframed)]
    assert found == [("too_big", "bytes")] * 3
    [first], [second], [third] = map(fault.log, (token, f"{token}-chunked", f"{token}-unframed"))
    assert first.bytes_written < MIB / 2
    assert second.bytes_written <= 2 * MIB and third.bytes_written <= 2 * MIB
    assert first.client_closed and second.client_closed and third.client_closed


async def test_bomb_costs_no_memory(token: str, fault: FaultServer, client: Client) -> None:
    await ask(client, fault.url("gz", f"{token}-first"))
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = await ask(client, fault.url("gz-bomb", token))
    risen_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb
    assert (result.outcome, result.reason) == ("too_big", "bytes")
    assert len(fault.log(token)) == 1
    assert risen_kb < 32 * 1024


async def test_big_and_slow_is_had(token: str, fault: FaultServer, client: Client) -> None:
    result = await ask(client, fault.url("big-ok", token))
    assert result.data == big_image(token)
    assert len(fault.log(token)) == 1


async def test_unchanged_picture_is_not_sent_again(
    token: str, fault: FaultServer, client: Client
) -> None:
    async def etag_of(download: Download) -> str:
        return download.etag

    url = fault.url("etag", token)
    etag = await client.fetch(url, check=etag_of)
    with pytest.raises(FetchError) as caught:
        await client.fetch(url, check=etag_of, etag=etag)
    assert (caught.value.outcome, caught.value.reason) == ("reused", "not-modified")
    assert await client.fetch(url, check=etag_of, etag='"another"') == etag


async def test_other_forms_of_the_picture(token: str, fault: FaultServer, client: Client) -> None:
    webp = await ask(client, fault.url("jpg-is-webp", token, "jpg"))
    jpeg = await ask(client, fault.url("accept", token, "jpg"))
    assert webp.data == image_of(token, "webp")
    assert jpeg.data == image_of(token, "jpg"), "Accept must not ask for a derivative"


async def test_junk_after_a_body_harms_nobody(
    token: str, fault: FaultServer, client: Client
) -> None:
    result = await ask(client, fault.url("tail-junk", token))
    assert (result.outcome, result.reason) in {("ok", ""), ("unreachable", "protocol")}
    assert result.data in (None, image_of(token))
    after = f"{token}-after"
    assert (await ask(client, fault.url("ok", after))).data == image_of(after)


async def test_private_address_is_not_dialled(
    token: str, fault: FaultServer, client: Client
) -> None:
    await ask(client, fault.url("redir-private", token))
    assert fault.private_connections == 0


async def test_cookies_live_as_long_as_a_chain(
    token: str, fault: FaultServer, client: Client
) -> None:
    await ask(client, fault.url("cookie", token))
    await ask(client, fault.url("ok", f"{token}-after"))
    assert fault.log(f"{token}-after")[0].header("cookie") is None


async def test_target_arrives_byte_for_byte(token: str, fault: FaultServer, client: Client) -> None:
    result = await ask(client, fault.url("raw-target", token, more=RAW_TARGET))
    assert result.outcome == "ok"
    await ask(client, fault.url("ok", f"{token}-empty-query", more="?"))
    assert fault.log(f"{token}-empty-query")[0].target.endswith(b".png?")


async def test_silence_of_one_host_holds_no_other(
    token: str, fault: FaultServer, client: Client
) -> None:
    silent = [
        asyncio.create_task(ask(client, fault.url("silent", f"{token}-{n}", host=6)))
        for n in range(12)
    ]
    await asyncio.sleep(TICK_S)
    result = await ask(client, fault.url("ok", token, host=7))
    assert result.outcome == "ok" and result.seconds < 2
    for task in silent:
        task.cancel()
    done = await asyncio.wait_for(asyncio.gather(*silent, return_exceptions=True), 1)
    assert all(isinstance(error, asyncio.CancelledError) for error in done)


async def test_a_host_is_asked_by_so_many_at_a_time(
    token: str, fault: FaultServer, tmp_path: Path
) -> None:
    tokens = [f"{token}-{n}" for n in range(24)]
    settings = fault_settings(fault, in_flight_per_host=3)
    async with Client(settings, str(tmp_path)) as client:
        await asyncio.gather(*(ask(client, fault.url("big-ok", t, host=8)) for t in tokens[:6]))
        await asyncio.gather(*(ask(client, fault.url("ok", t, host=8)) for t in tokens[6:]))
    spans = [(e.start_s, e.end_s or e.start_s) for t in tokens for e in fault.log(t)]
    open_at_once = max(sum(s <= start < e for s, e in spans) for start, _ in spans)
    assert open_at_once == 3


async def test_pace_holds(token: str, fault: FaultServer, tmp_path: Path) -> None:
    async with Client(fault_settings(fault, pace_s=2 * TICK_S), str(tmp_path)) as client:
        urls = [fault.url("ok", f"{token}-{n}", host=9) for n in range(5)]
        await asyncio.gather(*(ask(client, url) for url in urls))
    starts = sorted(fault.log(f"{token}-{n}")[0].start_s for n in range(5))
    # Measured at the other end: a late first arrival makes it look shorter by as much.
    assert starts[-1] - starts[0] >= 3 * 2 * TICK_S


async def test_a_host_that_is_down_is_left_alone(fault: FaultServer, tmp_path: Path) -> None:
    settings = fault_settings(
        fault, allow_networks=("127.0.0.1/32:1",), host_failures=4, backoff_s=0.001
    )
    async with Client(settings, str(tmp_path)) as client:
        results = [await ask(client, f"http://127.0.0.1:1/{n}.png") for n in range(3)]
        assert (client.requests_made, client.requests_sent) == (4, 0)
    assert [r.reason for r in results] == ["connect", "host-down", "host-down"]
    assert {r.error.attempts for r in results if isinstance(r.error, FetchError)} == {0}


async def test_a_host_that_answers_is_not_down(
    token: str, fault: FaultServer, tmp_path: Path
) -> None:
    """Failures count only in a row; a 404 is an answer."""
    settings = fault_settings(fault, host_failures=4, tries=1)
    async with Client(settings, str(tmp_path)) as client:
        for number in range(4):
            for name in ("close-always", "close-always", "404"):
                result = await ask(client, fault.url(name, f"{token}-{number}-{name}"))
                assert result.reason in ("disconnected", "status-404")


async def test_refusals_of_ours_are_no_failures_of_a_host(
    fault: FaultServer, tmp_path: Path
) -> None:
    settings = fault_settings(fault, host_failures=2, allow_networks=())
    async with Client(settings, str(tmp_path)) as client:
        results = [await ask(client, fault.url("ok", "refused")) for _ in range(4)]
    assert {result.reason for result in results} == {"address"}
