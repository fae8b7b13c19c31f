"""Heads at the edge of the protocol and beyond."""

from __future__ import annotations

from faults.answers import PNG_CHUNKED, Call, chunk, endpoint, good, head, raw


@endpoint("no-reason")
async def no_reason(call: Call) -> None:
    await raw(call, head(f"Content-Length: {len(call.image)}", status="200") + call.image, False)


@endpoint("lf-only")
async def bare_line_feeds(call: Call) -> None:
    await raw(call, head(f"Content-Length: {len(call.image)}", end="\n") + call.image, False)


@endpoint("early")
async def early_hints(call: Call) -> None:
    await raw(call, head("Link: </a.css>", status="103 Early Hints"), False)
    await good(call)


@endpoint("hdr-9k")
async def long_header(call: Call) -> None:
    policy = ("Content-Security-Policy", "img-src " + "a" * 9000)
    await call.exchange.answer(call.image, headers=[policy])


@endpoint("many-headers")
async def many_headers(call: Call) -> None:
    await call.exchange.answer(call.image, headers=[(f"X-{n}", "a" * 100) for n in range(2000)])


@endpoint("te-cl")
async def two_framings(call: Call) -> None:
    body = chunk(call.image) + b"0\r\n\r\n"
    await raw(call, head("Content-Length: 5", *PNG_CHUNKED) + body)


@endpoint("tail-junk")
async def junk_after(call: Call) -> None:
    await raw(call, head(f"Content-Length: {len(call.image)}") + call.image + b"JUNK")
