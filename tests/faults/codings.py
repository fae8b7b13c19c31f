"""Types that lie, and content codings nobody asked for."""

from __future__ import annotations

import gzip
import zlib

from loopback import HTML

from faults.answers import MIB, Call, endpoint
from faults.pictures import image_of


@endpoint("html-as-jpg")
async def html_as_jpeg(call: Call) -> None:
    await call.exchange.answer(HTML, media_type="image/jpeg")


@endpoint("img-as-html")
async def image_as_html(call: Call) -> None:
    await call.exchange.answer(call.image, media_type="text/html")


@endpoint("octet")
async def octets(call: Call) -> None:
    await call.exchange.answer(call.image, media_type="application/octet-stream")


@endpoint("no-type")
async def no_type(call: Call) -> None:
    await call.exchange.answer(call.image, media_type=None)


@endpoint("two-types")
async def two_types(call: Call) -> None:
    headers = [("Content-Type", "image/png")]
    await call.exchange.answer(call.image, headers=headers, media_type="application/json")


@endpoint("jpg-is-webp")
async def webp_under_another_name(call: Call) -> None:
    await call.exchange.answer(image_of(call.token, "webp"), media_type="image/webp")


@endpoint("accept")
async def choose_by_accept(call: Call) -> None:
    extension = "webp" if "image/webp" in (call.exchange.header("accept") or "") else "jpg"
    await call.exchange.answer(image_of(call.token, extension), media_type=f"image/{extension}")


GZIP_HEAD = b"\x1f\x8b\x08" + bytes(6) + b"\xff"


async def coded(call: Call, coding: str, data: bytes) -> None:
    await call.exchange.answer(data, headers=[("Content-Encoding", coding)])


@endpoint("gz")
async def send_gzip(call: Call) -> None:
    await coded(call, "gzip", gzip.compress(call.image))


@endpoint("gz-cut")
async def send_cut_gzip(call: Call) -> None:
    """Right length, wrong body: the coded stream has no end."""
    await coded(call, "gzip", gzip.compress(call.image)[:-12])


@endpoint("gz-twice")
async def send_gzip_twice(call: Call) -> None:
    await coded(call, "gzip, gzip", gzip.compress(gzip.compress(call.image)))


@endpoint("deflate-zlib")
async def send_zlib(call: Call) -> None:
    await coded(call, "deflate", zlib.compress(call.image))


@endpoint("deflate-raw")
async def send_raw_deflate(call: Call) -> None:
    stream = zlib.compressobj(wbits=-15)
    await coded(call, "deflate", stream.compress(call.image) + stream.flush())


@endpoint("br")
async def send_brotli(call: Call) -> None:
    import brotli

    await coded(call, "br", brotli.compress(call.image))


@endpoint("zstd")
async def send_zstandard(call: Call) -> None:
    from python_zstd import zstd

    await coded(call, "zstd", zstd.compress(call.image))


@endpoint("unknown-coding")
async def send_unknown(call: Call) -> None:
    await coded(call, "snappy", call.image)


@endpoint("gz-lie")
async def lie_about_gzip(call: Call) -> None:
    await coded(call, "gzip", call.image)


@endpoint("gz-bomb")
async def send_bomb(call: Call) -> None:
    """200 MB of zeros, made of one block so that the server is not busy with it."""
    stream = zlib.compressobj(9, wbits=-15)
    block = stream.compress(bytes(MIB)) + stream.flush(zlib.Z_FULL_FLUSH)
    await coded(call, "gzip", GZIP_HEAD + block * 200)
