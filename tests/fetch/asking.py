"""What the tests of the fetching share: settings in ticks, a check of pictures, one question."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass
from pathlib import Path

from faults import FaultServer
from loopback import TICK_S
from PIL import Image

from archiver.errors import FetchError, PictureError
from archiver.fetch.client import Client
from archiver.fetch.settings import FetchSettings
from archiver.model import Download, Outcome

MIB = 1 << 20


def fault_settings(fault: FaultServer, **changes: object) -> FetchSettings:
    """Short pauses, a tick is 50 ms; patience where only a busy machine would be tried."""
    values: dict[str, object] = {
        "connect_timeout_s": 3.0,
        "first_byte_timeout_s": 3.0,
        "total_timeout_s": 10.0,
        "floor_bytes_s": 0.001,
        "tries": 3,
        "redirects": 8,
        "backoff_s": TICK_S,
        "retry_after_cap_s": 60 * TICK_S,
        "max_bytes": MIB,
        "allow_networks": fault.allow_networks,
        "ca_file": fault.ca_file,
    }
    return FetchSettings(**{**values, **changes})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Result:
    """What one `fetch` came to; `data` is None for a lost picture."""

    outcome: str
    reason: str
    data: bytes | None
    seconds: float
    error: FetchError | PictureError | None = None


async def read_picture(download: Download) -> bytes:
    """The bytes, where Pillow can decode all of them."""
    data = Path(download.path).read_bytes()
    if data.lstrip().startswith(b"<"):
        raise PictureError(download.final_url, Outcome.NOT_IMAGE, "html")
    try:
        Image.open(io.BytesIO(data)).load()
    except (OSError, SyntaxError) as error:
        raise PictureError(download.final_url, Outcome.DAMAGED, "truncated", True) from error
    return data


async def ask(client: Client, url: str, referer: str | None = None) -> Result:
    """Fetch *url* and say what it came to, as a table can compare it."""
    start = time.monotonic()
    try:
        data = await client.fetch(url, check=read_picture, referer=referer)
    except (FetchError, PictureError) as error:
        seconds = time.monotonic() - start
        return Result(str(error.outcome), error.reason, None, seconds, error)
    return Result("ok", "", data, time.monotonic() - start)
