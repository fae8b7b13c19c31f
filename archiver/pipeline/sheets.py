"""The style sheets of fetched pages: documents of their own, each fetched once a run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from archiver.errors import DocumentError, FetchError
from archiver.fetch.redirects import UnusableUrlError, normalize_url
from archiver.model import Visit
from archiver.pipeline.attempts import origin_of
from archiver.pipeline.once import Once
from archiver.pipeline.visiting import Visitor, Wish
from archiver.redact import redact

MAX_DEPTH = 5  # a sheet that imports one that imports one …
MAX_SHEETS = 100  # of one page


@dataclass(slots=True)
class Found:
    """The style sheets of a page.

    Attributes:
        had: URL → the visit.
        lost: URL → why.
    """

    had: dict[str, Visit] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)

    def note(self) -> str:
        """What was lost, in a sentence; "" for nothing."""
        return "; ".join(f"style sheet {redact(u)}: {why}" for u, why in self.lost.items())


class Sheets:
    """Fetches style sheets, with those that they import.

    Args:
        list_sheets: the URLs of the style sheets that a fetched document names.
    """

    def __init__(
        self, visitor: Visitor, list_sheets: Callable[[Visit], Awaitable[list[str]]]
    ) -> None:
        self._visitor, self._list_sheets = visitor, list_sheets
        self._visits: Once[Visit] = Once()

    async def close(self) -> None:
        """Stop what is under way."""
        await self._visits.close()

    async def find(self, page: Visit, folder: bytes, is_conditional: bool) -> Found:
        """All style sheets of *page*, level by level."""
        found = Found()
        level = await self._list_sheets(page)
        for _ in range(MAX_DEPTH):
            left = MAX_SHEETS - len(found.had) - len(found.lost)
            fresh = [u for u in dict.fromkeys(level) if u not in found.had and u not in found.lost]
            wishes = [
                Wish(url, folder, "sheet", is_conditional, f"{origin_of(page.final_url)}/")
                for url in fresh[:left]
            ]
            await asyncio.gather(*(self._have(wish, found) for wish in wishes))
            had = [found.had[wish.url] for wish in wishes if wish.url in found.had]
            level = [u for urls in await asyncio.gather(*map(self._list_sheets, had)) for u in urls]
        return found

    async def _have(self, wish: Wish, found: Found) -> None:
        key = wish.url, wish.folder
        try:
            found.had[wish.url] = await self._visits.do(key, lambda: self._visit(wish))
        except FetchError as error:
            found.lost[wish.url] = f"{error.outcome} ({error.reason})"
        except DocumentError as error:
            found.lost[wish.url] = error.reason

    async def _visit(self, wish: Wish) -> Visit:
        try:
            url = normalize_url(wish.url)
        except UnusableUrlError as error:
            raise DocumentError(redact(wish.url), f"not asked for ({error.reason})") from error
        return await self._visitor.visit(replace(wish, url=url))
