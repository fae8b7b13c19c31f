"""How much one document may make us fetch: who wrote it need not mean well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

Count = Annotated[int, Meta(ge=1, description="a whole number above 0")]
Bytes = Annotated[int, Meta(ge=1, description="a number of bytes above 0")]


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """Of one document; what is above stays as it is, and is said.

    Attributes:
        images: different URLs that are not had already, in file order: a document that grows for
            years keeps its pictures.
        bytes: of the pictures that are stored for it.
    """

    images: Count = 2000
    bytes: Bytes = 500 * 2**20
