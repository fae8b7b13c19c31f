"""A page or feed named by its URL: fetched, its style sheets too, then archived like a file."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import replace

from archiver import files
from archiver.errors import DocumentError, FetchError
from archiver.fetch.redirects import UnusableUrlError, normalize_url
from archiver.model import DocumentOutcome, DocumentResult, DocumentTask, PageTask, Visit
from archiver.pipeline.document import Documents
from archiver.pipeline.feed_growth import FeedGrowth
from archiver.pipeline.once import Once
from archiver.pipeline.originals import Originals
from archiver.pipeline.places import Places
from archiver.pipeline.robots import Robots
from archiver.pipeline.sheets import Sheets
from archiver.pipeline.visiting import Visitor, Wish
from archiver.redact import redact


class Pages:
    """Archives pages and feeds; several may be under way.

    Args:
        robots: None: they are not asked.
        on_document: told of each style sheet, which is a document of its own.
    """

    def __init__(
        self,
        places: Places,
        visitor: Visitor,
        growth: FeedGrowth,
        originals: Originals,
        documents: Documents,
        robots: Robots | None,
        disk: Executor,
        on_document: Callable[[DocumentResult], None],
    ) -> None:
        self._places, self._visitor, self._originals = places, visitor, originals
        self._growth = growth
        self._documents, self._robots, self._disk = documents, robots, disk
        self._on_document = on_document
        self._sheets = Sheets(visitor, self._list_sheets)
        self._taken: dict[bytes, str] = {}
        self._archived: Once[None] = Once()

    async def close(self) -> None:
        """Stop what is under way."""
        for part in (self._archived, self._sheets, self._robots):
            if part is not None:
                await part.close()

    async def archive(self, page: PageTask) -> DocumentResult:
        """Save the page as it is now, its pictures and style sheets local."""
        try:
            return await self._archive(page, page.url if page.file else normalize_url(page.url))
        except UnusableUrlError as error:
            reason = f"not asked for ({error.reason})"
        except FetchError as error:
            reason = f"{error.outcome} ({error.reason})"
        except DocumentError as error:
            reason = error.reason
        return DocumentResult(_nothing_of(page), DocumentOutcome.UNREADABLE, reason)

    async def _archive(self, page: PageTask, url: str) -> DocumentResult:
        if page.is_scheduled and self._robots is not None and not page.file:
            why_not = await self._robots.why_not(url)
            if why_not:
                return DocumentResult(_nothing_of(page), DocumentOutcome.SKIPPED, why_not)
        kind = "feed" if page.is_feed else "page"
        wish = Wish(url, page.folder, kind, page.is_scheduled, caps=page.caps)
        visit = await self._visit(wish, page)
        owner = self._taken.setdefault(visit.path, url)
        if owner != url:
            reason = f"is saved where {redact(owner)} is"
            return DocumentResult(_nothing_of(page), DocumentOutcome.CONFLICT, reason)
        found = await self._sheets.find(visit, page.folder, page.is_scheduled)
        targets = {u: self._places.absolute(sheet.path) for u, sheet in found.had.items()}
        await asyncio.gather(
            *(self._archive_sheet(sheet, targets, page) for sheet in found.had.values())
        )
        result = await self._documents.archive(self._task(visit, targets, page))
        if result.outcome in (DocumentOutcome.REWRITTEN, DocumentOutcome.UNCHANGED):
            await self._growth.forget_outgrown(visit)
        reason = "; ".join(filter(None, (result.reason, visit.note, found.note())))
        return replace(result, reason=reason)

    async def _visit(self, wish: Wish, page: PageTask) -> Visit:
        if page.file:
            return await self._visitor.visit_file(wish, page.file)
        return await self._visitor.visit(wish)

    async def _archive_sheet(
        self, sheet: Visit, targets: Mapping[str, bytes], page: PageTask
    ) -> None:
        """Once a run, however many pages have it; they wait for it."""
        task = self._task(sheet, targets, page)
        await self._archived.do(sheet.path, lambda: self._report(task))

    async def _report(self, task: DocumentTask) -> None:
        self._on_document(await self._documents.archive(task))

    def _task(self, visit: Visit, sheets: Mapping[str, bytes], page: PageTask) -> DocumentTask:
        return DocumentTask(
            source=os.fsencode(self._originals.path(visit.saved)),
            target=self._places.absolute(visit.path),
            root=os.path.dirname(page.file) or os.fsencode(self._originals.folder),
            name=_name_of(page) if page.file else redact(visit.url),
            is_scheduled=page.is_scheduled,
            url=visit.final_url,
            format=visit.format,
            charset=visit.charset,
            sheets=sheets,
            place=page.file,
            profile=page.profile,
        )

    async def _list_sheets(self, visit: Visit) -> list[str]:
        if not visit.final_url:  # of a file nothing is fetched but pictures
            return []
        path = self._originals.path(visit.saved)
        loop = asyncio.get_running_loop()
        data = await loop.run_in_executor(self._disk, files.read_bytes, path)
        readings = await self._documents.read(data, self._task(visit, {}, PageTask(visit.url, b"")))
        return [sheet.url for reading in readings for sheet in reading.sheets]


def _nothing_of(page: PageTask) -> DocumentTask:
    return DocumentTask(b"", page.folder, b"", _name_of(page), page.is_scheduled)


def _name_of(page: PageTask) -> str:
    """As the user knows it."""
    if not page.file:
        return redact(page.url)
    return files.shown(page.file.removeprefix(os.getcwdb() + b"/"))
