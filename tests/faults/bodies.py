"""Bodies that are cut, slow, endless or too big, and connections that end."""

from __future__ import annotations

import asyncio

from loopback import TICK_S

from faults.answers import MIB, PNG_CHUNKED, Call, chunk, endpoint, good, head, raw
from faults.pictures import big_image


@endpoint("cut-cl")
async def cut_once(call: Call) -> None:
    await (cut(call) if call.n == 1 else good(call))


@endpoint("cut-always")
async def cut(call: Call) -> None:
    data = call.image
    await raw(call, head("Content-Type: image/png", f"Content-Length: {len(data)}"))
    await raw(call, data[: len(data) // 2])


@endpoint("cut-chunk")
async def cut_chunk_once(call: Call) -> None:
    if call.n > 1:
        await good(call)
    else:
        await raw(call, head(*PNG_CHUNKED) + chunk(call.image[: len(call.image) // 2]))


@endpoint("cut-reset")
async def reset_once(call: Call) -> None:
    """Half of a body without length, then RST: aiohttp takes that for the end."""
    if call.n > 1:
        await good(call)
        return
    await raw(call, head("Content-Type: image/png") + call.image[: len(call.image) // 2])
    call.exchange.reset()


@endpoint("close-first")
async def close_once(call: Call) -> None:
    call.exchange.is_last = call.n == 1
    if call.n > 1:
        await good(call)


@endpoint("close-always")
async def close(call: Call) -> None:
    call.exchange.is_last = True


@endpoint("idle-close")
async def close_when_idle(call: Call) -> None:
    await good(call)
    await asyncio.sleep(TICK_S)
    call.exchange.is_last = True


@endpoint("silent")
async def silent(call: Call) -> None:
    await call.exchange.until_closed()
    call.exchange.is_last = True


@endpoint("slow-head")
async def drip_head(call: Call) -> None:
    await raw(call, b"HTTP/1.1 200 OK\r\n")
    while True:
        await asyncio.sleep(TICK_S)
        await raw(call, b"X-n: a\r\n")


@endpoint("slow-body")
async def drip_body(call: Call) -> None:
    await raw(call, head("Content-Type: image/png", "Content-Length: 100000"))
    while True:
        await asyncio.sleep(TICK_S)
        await raw(call, b"x")


@endpoint("early-for-ever")
async def hints_for_ever(call: Call) -> None:
    while True:
        await asyncio.sleep(TICK_S / 5)
        await raw(call, head("Link: </a.css>", status="103 Early Hints"))


@endpoint("big-decl")
async def big_declared(call: Call) -> None:
    await raw(call, head("Content-Type: image/png", f"Content-Length: {10 * MIB}"))
    await asyncio.sleep(2 * TICK_S)
    await raw(call, bytes(10 * MIB))


@endpoint("big-undecl")
async def endless_chunks(call: Call) -> None:
    await raw(call, head(*PNG_CHUNKED) + chunk(call.image[:33]))
    while True:
        await raw(call, chunk(bytes(8192)))


@endpoint("endless")
async def endless_without_length(call: Call) -> None:
    """Neither length nor chunks: only the end of the connection would end it."""
    await raw(call, head("Content-Type: image/png") + call.image)
    while True:
        await raw(call, bytes(8192))


@endpoint("big-ok")
async def big_and_slow(call: Call) -> None:
    data = big_image(call.token)
    await raw(call, head("Content-Type: image/png", f"Content-Length: {len(data)}"))
    for start in range(0, len(data), 65536):
        await raw(call, data[start : start + 65536])
        await asyncio.sleep(TICK_S)
