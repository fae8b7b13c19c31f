"""What is set for a host reaches that host and no other, and no log."""

from __future__ import annotations

import asyncio
import logging
import pickle
from pathlib import Path

import pytest
from asking import ask, fault_settings
from faults import FaultServer
from origin import Origin

from archiver.fetch.client import Client
from archiver.fetch.headers import default_user_agent, make_headers
from archiver.fetch.politeness import Gates
from archiver.fetch.redirects import Chain
from archiver.fetch.settings import FetchSettings, HostSettings

HOST = HostSettings(
    "*.example.com",
    referer="https://site.example/",
    headers={"X-Key": "canary-header"},
    cookies={"session": "canary-cookie"},
    credentials="TEST_CREDENTIALS",
    user_agent="special/1",
)


def origin_settings(origin: Origin, *hosts: HostSettings) -> FetchSettings:
    return FetchSettings(
        connect_to=origin.connect_to, ca_file=origin.ca_file, hosts=hosts, backoff_s=0.01
    )


async def test_settings_of_a_host_stay_with_it(
    origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_CREDENTIALS", "me:pw")
    elsewhere = {"Location": "https://other.example/b.png", "Set-Cookie": "hop=1"}
    origin.serve("https://img.example.com/a.png", status=302, headers=elsewhere)
    async with Client(origin_settings(origin, HOST), str(tmp_path)) as client:
        await ask(client, "https://img.example.com/a.png", "https://asked.example/")
    there, elsewhere_too = (
        {name.decode().lower(): value.decode() for name, value in exchange.headers}
        for exchange in origin.exchanges
    )
    assert there["referer"] == "https://site.example/"
    assert there["x-key"] == "canary-header"
    assert there["cookie"] == "session=canary-cookie"
    assert there["authorization"] == "Basic bWU6cHc="
    assert there["user-agent"] == "special/1"
    assert elsewhere_too["referer"] == "https://asked.example/"
    assert elsewhere_too["user-agent"].startswith("archiver/")
    assert not {"x-key", "cookie", "authorization"} & set(elsewhere_too)


CREDENTIALS = {
    "user and password": ("u:p", "Basic dTpw"),
    "bearer": ("Bearer abc", "Bearer abc"),
    "basic": ("Basic dTpw", "Basic dTpw"),
    "not set": (None, None),
}


@pytest.mark.parametrize(("value", "expected"), CREDENTIALS.values(), ids=CREDENTIALS.keys())
def test_credentials(
    value: str | None, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEST_CREDENTIALS", raising=False)
    if value is not None:
        monkeypatch.setenv("TEST_CREDENTIALS", value)
    headers = make_headers(Chain("https://img.example.com/a"), FetchSettings(hosts=(HOST,)))
    assert headers.get("Authorization") == expected


@pytest.mark.parametrize("name", ["host", "user-agent", "ACCEPT", "accept-encoding", "referer"])
async def test_a_header_of_ones_own_is_the_only_one_however_it_is_spelled(
    name: str, origin: Origin, tmp_path: Path
) -> None:
    own = HostSettings("cdn.example.com", headers={name: "img.example.com"})
    async with Client(origin_settings(origin, own), str(tmp_path)) as client:
        await ask(client, "http://cdn.example.com/a.png", referer="https://site.example/")
    headers = origin.exchanges[0].headers
    sent = [value for each, value in headers if each.decode().lower() == name.lower()]
    assert sent == [b"img.example.com"]


def test_referer_can_be_switched_off() -> None:
    settings = FetchSettings(hosts=(HostSettings("h.example", referer=""),))
    assert "Referer" not in make_headers(Chain("https://h.example/", "https://s/"), settings)
    assert "Referer" in make_headers(Chain("https://x.example/", "https://s/"), settings)


def test_user_agent_names_a_contact() -> None:
    assert default_user_agent("").startswith("archiver/")
    assert default_user_agent("me@example.com").endswith(" (+me@example.com)")


def test_first_pattern_that_fits_counts() -> None:
    first, second = HostSettings("img.*", pace_s=1), HostSettings("*", pace_s=2)
    settings = FetchSettings(hosts=(first, second))
    assert settings.host("img.example.com") is first
    assert settings.host("example.com") is second
    assert FetchSettings().host("example.com") == HostSettings("*")
    assert pickle.loads(pickle.dumps(settings)) == settings


def test_hosts_of_a_domain_can_share_a_gate() -> None:
    gates = Gates(FetchSettings(hosts=(HostSettings("*.example.co.uk", by_domain=True),)))
    assert gates.gate("a.example.co.uk") is gates.gate("b.c.example.co.uk")
    assert gates.gate("a.example.com") is not gates.gate("b.example.com")
    assert gates.gate("a.example.com") is gates.gate("a.example.com")


async def test_any_certificate_where_the_operator_says_so(
    fault: FaultServer, tmp_path: Path
) -> None:
    hosts = (HostSettings("127.0.0.1", verify_tls=False),)
    async with Client(fault_settings(fault, hosts=hosts), str(tmp_path)) as client:
        assert (await ask(client, fault.url("tls-expired", "any-certificate"))).outcome == "ok"


CANARIES = ("canary-user", "canary-password", "canary-query", "canary-header", "canary-cookie")
CANARIES += ("canary-environment", "canary-location", "Y2FuYXJ5")  # base64 of "canary"


async def test_secrets_reach_no_log_at_any_level(
    origin: Origin,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEST_CREDENTIALS", "canary-environment:canary-environment")
    url = "https://canary-user:canary-password@img.example.com/{}.png?token=canary-query"
    location = {"Location": "https://img.example.com/moved.png?sig=canary-location"}
    origin.serve("https://img.example.com/a.png?token=canary-query", status=302, headers=location)
    origin.serve("https://img.example.com/b.png?token=canary-query", status=500)
    origin.serve("https://img.example.com/moved.png?sig=canary-location", status=404)
    with caplog.at_level(logging.DEBUG):
        async with Client(origin_settings(origin, HOST), str(tmp_path)) as client:
            results = [await ask(client, url.format(name)) for name in "ab"]
            results.append(await ask(client, "https://canary-user:canary-password@h:99999/"))
    assert [result.outcome for result in results] == ["gone", "transient", "unreachable"]
    said = "\n".join(r.getMessage() for r in caplog.records) + "".join(
        str(result.error) for result in results
    )
    assert "img.example.com" in said, "something was logged at all"
    assert [canary for canary in CANARIES if canary in said] == []


async def test_cancelled_downloads_leave_nothing(fault: FaultServer, tmp_path: Path) -> None:
    client = Client(fault_settings(fault, total_timeout_s=60), str(tmp_path))
    async with client:
        names = ["big-undecl", "slow-body", "slow-head", "silent", "big-ok"]
        tasks = [
            asyncio.create_task(ask(client, fault.url(name, f"cancel-{name}", host=n + 1)))
            for n, name in enumerate(names)
        ]
        await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()
        done = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 2)
        assert (await ask(client, fault.url("ok", "after-cancel"))).outcome == "ok"
    kinds = {type(one) for one in done if not hasattr(one, "outcome")}
    assert kinds == {asyncio.CancelledError}
    assert list(tmp_path.iterdir()) == []
