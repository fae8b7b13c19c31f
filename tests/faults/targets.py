"""Request targets that must arrive byte for byte, and revisits."""

from __future__ import annotations

from faults.answers import Call, endpoint, good, page

RAW_TARGET = "/a%2fb%7e,(1)!@'|[1]%zz.png?sig=a%2Fb%2bc+d"


@endpoint("raw-target")
async def raw_target(call: Call) -> None:
    """Good only for exactly these bytes after the token."""
    is_right = call.more == RAW_TARGET
    await (good(call) if is_right else page(call, 403))


@endpoint("etag")
async def revisit(call: Call) -> None:
    tag = f'"{call.token}"'
    if call.exchange.header("if-none-match") == tag:
        await call.exchange.answer(status=304, headers=[("ETag", tag)])
    else:
        await call.exchange.answer(call.image, headers=[("ETag", tag)])
