"""How pages, feeds and their style sheets are fetched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

Bytes = Annotated[int, Meta(ge=1, description="a number of bytes above 0")]


@dataclass(frozen=True, slots=True)
class PageSettings:
    """How pages, feeds and their style sheets are fetched.

    Attributes:
        max_page_bytes: of one of them, as it comes and decoded.
        robots: whether the pages and feeds of the configuration are only asked for where robots.txt
            allows it.
    """

    max_page_bytes: Bytes = 10 * 1024 * 1024
    robots: bool = True
