"""Hotlink protection, and who the client says it is."""

from __future__ import annotations

from faults.answers import Call, endpoint, good, page
from faults.pictures import placeholder

LIBRARIES = ("python-httpx", "aiohttp", "python-urllib", "python-requests")


@endpoint("ref-need")
async def need_referer(call: Call) -> None:
    """Refuses whoever does not come from a page of the site."""
    is_ours = (call.exchange.header("referer") or "").startswith("https://site.example/")
    await (good(call) if is_ours else page(call, 403))


@endpoint("ref-none")
async def need_no_referer(call: Call) -> None:
    await (page(call, 403) if call.exchange.header("referer") is not None else good(call))


@endpoint("ua-block")
async def block_libraries(call: Call) -> None:
    agent = (call.exchange.header("user-agent") or "").lower()
    is_library = not agent or any(name in agent for name in LIBRARIES)
    await (page(call, 403) if is_library else good(call))


@endpoint("ph-302")
async def redirect_to_placeholder(call: Call) -> None:
    location = "/f/ph-img/removed/removed.png"
    await call.exchange.answer(status=302, headers=[("Location", location)])


@endpoint("ph-img")
async def send_placeholder(call: Call) -> None:
    await call.exchange.answer(placeholder(), media_type="image/gif")


@endpoint("always-403")
async def refuse(call: Call) -> None:
    await page(call, 403)
