"""Chromium, one for the whole session, in a thread of its own.

Playwright's synchronous interface keeps an event loop running in the thread that started it, which
no test with a loop of its own can share.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from PIL import Image
from playwright.sync_api import Page, sync_playwright

T = TypeVar("T")

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
VIEWPORT = {"width": 640, "height": 480}
PATIENCE_S = 10  # in which a page must have painted what it shows
_BLIND_IMAGES = """() => {
  const blind = []
  const look = root => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) look(element.shadowRoot)
      if (element.localName === "img" && !(element.complete && element.naturalWidth > 0))
        blind.push(element.outerHTML)
    }
  }
  look(document)
  return blind
}"""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page came to.

    Attributes:
        requests: the URLs asked for, those that failed included.
        failed: those of them that failed, with the reason.
        blind: the ``img`` elements without a natural width, in any frame or shadow tree.
    """

    screenshot: Image.Image
    requests: tuple[str, ...]
    failed: tuple[str, ...]
    blind: tuple[str, ...]


class Chromium:
    """A browser all of whose connections go to one port of loopback.

    Args:
        program: the path of the browser.
        port: where every host is, whatever its name.
    """

    def __init__(self, program: str, port: int) -> None:
        self._program, self._port = program, port
        self._thread = ThreadPoolExecutor(1, "chromium")
        self._pages: dict[tuple[bool, bool], Page] = {}

    def __enter__(self) -> Self:
        self._thread.submit(self._start).result()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.submit(self._stop).result()
        self._thread.shutdown()

    def open(
        self,
        url: str,
        *,
        is_offline: bool = False,
        has_scripts: bool = True,
        until: Callable[[Image.Image], bool] = lambda screenshot: True,
    ) -> Shown:
        """Open *url* and wait for `until`, at most `PATIENCE_S`.

        Args:
            is_offline: no request but those for files gets an answer.
            has_scripts: whether the page's scripts run.
            until: whether a screenshot shows all that is waited for.
        """
        return self._thread.submit(self._open, url, is_offline, has_scripts, until).result()

    def visit(self, url: str, act: Callable[[Page], T], **context: Any) -> tuple[T, list[str]]:
        """What *act* gives of the page at *url*, opened offline in a window of its own, and the
        URLs that were asked for meanwhile.

        Args:
            context: of Playwright's ``new_context``: ``viewport``, ``color_scheme``, …
        """
        return self._thread.submit(self._visit, url, act, context).result()

    def _visit(
        self, url: str, act: Callable[[Page], T], options: dict[str, Any]
    ) -> tuple[T, list[str]]:
        context = self._browser.new_context(**{"viewport": VIEWPORT, "offline": True, **options})
        try:
            page = context.new_page()
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            page.goto(url)
            return act(page), asked
        finally:
            context.close()

    def _start(self) -> None:
        self._playwright = sync_playwright().start()
        mapped = f"--host-resolver-rules=MAP * 127.0.0.1:{self._port}"
        self._browser = self._playwright.chromium.launch(
            executable_path=self._program, headless=True, args=[*FLAGS, mapped]
        )

    def _stop(self) -> None:
        self._browser.close()
        self._playwright.stop()

    def _page(self, is_offline: bool, has_scripts: bool) -> Page:
        key = is_offline, has_scripts
        if key not in self._pages:
            context: Any = self._browser.new_context(
                viewport=VIEWPORT, offline=is_offline, java_script_enabled=has_scripts
            )
            self._pages[key] = context.new_page()
        return self._pages[key]

    def _open(
        self, url: str, is_offline: bool, has_scripts: bool, until: Callable[[Image.Image], bool]
    ) -> Shown:
        page = self._page(is_offline, has_scripts)
        requests: list[str] = []
        failed: list[str] = []

        def note_request(request: Any) -> None:
            requests.append(request.url)

        def note_failure(request: Any) -> None:
            failed.append(f"{request.url}: {request.failure}")

        page.on("request", note_request)
        page.on("requestfailed", note_failure)
        try:
            page.goto(url)
            screenshot = _wait(page, until)
            blind = [image for frame in page.frames for image in frame.evaluate(_BLIND_IMAGES)]
        finally:
            page.remove_listener("request", note_request)
            page.remove_listener("requestfailed", note_failure)
        return Shown(screenshot, tuple(requests), tuple(failed), tuple(blind))


def _wait(page: Page, until: Callable[[Image.Image], bool]) -> Image.Image:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        screenshot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        if until(screenshot) or time.monotonic() > deadline:
            return screenshot
        page.wait_for_timeout(100)
