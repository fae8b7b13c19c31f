"""Redirects: every form, and everywhere they must not lead."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from faults.answers import Call, endpoint, good, page, raw


async def redirect(call: Call, location: bytes | None, status: int = 302, extra: str = "") -> None:
    lines = b"Location: " + location + b"\r\n" if location is not None else b""
    start = f"HTTP/1.1 {status} Found\r\nContent-Length: 0\r\n{extra}".encode()
    await raw(call, start + lines + b"\r\n", False)


@endpoint("redir-5")
async def five_hops(call: Call) -> None:
    """Every status and every form of a reference, then the image."""
    here, step = f"/f/redir-5/{call.token}", int(call.more.strip("/") or 0)
    hops = [
        (301, f"{here}/1"),
        (302, f"../{call.token}/2#frag"),
        (303, f"//{call.host}{here}/3"),
        (307, f"http://{call.host}{here}/4#a?b"),
        (308, "5"),
    ]
    if step == len(hops):
        await good(call)
    else:
        await redirect(call, hops[step][1].encode(), hops[step][0])


@endpoint("redir-loop")
async def redirect_to_itself(call: Call) -> None:
    await redirect(call, call.exchange.target)


@endpoint("redir-none")
async def redirect_nowhere(call: Call) -> None:
    await redirect(call, None)


@endpoint("redir-data")
async def redirect_to_data(call: Call) -> None:
    await redirect(call, b"data:image/png;base64,iVBORw0KGgo=")


@endpoint("redir-file")
async def redirect_to_file(call: Call) -> None:
    await redirect(call, b"file:///etc/passwd")


@endpoint("redir-bad")
async def redirect_to_no_url(call: Call) -> None:
    await redirect(call, b"http://[::bad/")


@endpoint("redir-utf8")
async def redirect_to_raw_utf8(call: Call) -> None:
    await redirect(call, f"/f/utf8-target/{call.token}/图 1.png".encode())


@endpoint("utf8-target")
async def utf8_target(call: Call) -> None:
    is_right = call.more.upper() == "/%E5%9B%BE%201.PNG"
    await (good(call) if is_right else page(call, 404))


@endpoint("redir-latin1")
async def redirect_to_raw_latin1(call: Call) -> None:
    await redirect(call, f"/f/latin1-target/{call.token}/caf".encode() + b"\xe9.png")


@endpoint("latin1-target")
async def latin1_target(call: Call) -> None:
    is_right = unquote_to_bytes(call.more) == b"/caf\xe9.png"
    await (good(call) if is_right else page(call, 404))


@endpoint("redir-private")
async def redirect_to_private(call: Call) -> None:
    await redirect(call, f"http://127.0.0.2:{call.server.private_port}/secret".encode())


@endpoint("redir-to")
async def redirect_anywhere(call: Call) -> None:
    """To the URL after the token, percent-encoded."""
    await redirect(call, unquote_to_bytes(call.more.removeprefix("/")))


@endpoint("cookie")
async def want_cookie(call: Call) -> None:
    if "s=1" in (call.exchange.header("cookie") or ""):
        await good(call)
    else:
        await redirect(call, call.exchange.target, extra="Set-Cookie: s=1; Path=/\r\n")
