"""Answers other than 200, and answers with nothing in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from loopback import HTML

from faults.answers import Call, endpoint, good, page


@endpoint("404")
async def not_found(call: Call) -> None:
    await page(call, 404)


@endpoint("410")
async def gone(call: Call) -> None:
    await page(call, 410)


@endpoint("451")
async def forbidden_by_law(call: Call) -> None:
    await page(call, 451)


@endpoint("404-img")
async def not_found_with_image(call: Call) -> None:
    await call.exchange.answer(call.image, 404)


@endpoint("500-once")
async def error_once(call: Call) -> None:
    await (page(call, 500) if call.n == 1 else good(call))


@endpoint("520-twice")
async def error_twice(call: Call) -> None:
    await (page(call, {1: 520, 2: 522}[call.n]) if call.n < 3 else good(call))


@endpoint("always-500")
async def error_always(call: Call) -> None:
    await page(call, 500)


async def _wait_please(call: Call, status: int, value: str) -> None:
    await call.exchange.answer(HTML, status, [("Retry-After", value)], "text/html")


@endpoint("429-sec")
async def wait_a_second(call: Call) -> None:
    await (_wait_please(call, 429, "1") if call.n == 1 else good(call))


@endpoint("429-date")
async def wait_until(call: Call) -> None:
    when = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    await (_wait_please(call, 503, when) if call.n == 1 else good(call))


@endpoint("429-huge")
async def wait_for_ages(call: Call) -> None:
    await _wait_please(call, 429, "99999999999")


@endpoint("429-junk")
async def wait_for_junk(call: Call) -> None:
    junk = {1: "inf", 2: "-1"}
    await (_wait_please(call, 429, junk[call.n]) if call.n in junk else good(call))


@endpoint("204")
async def no_content(call: Call) -> None:
    await call.exchange.answer(status=204)


@endpoint("206")
async def part_unasked(call: Call) -> None:
    await call.exchange.answer(call.image[:20], 206)


@endpoint("empty")
async def nothing(call: Call) -> None:
    await call.exchange.answer(b"")
