"""Many documents. A file here is a value of `engine =`; each offers `archive_all`.

    async def archive_all(tasks, archive, on_document) -> None

`tasks` is an iterator that is never drawn further ahead than the window, so memory stays flat.
"""

from __future__ import annotations
