"""Fetch every image a document names and point the document at the local copies.

>>> import archiver
>>> [r.url for r in archiver.find_references(b'<img src="https://img.example/a.png">')]
['https://img.example/a.png']
>>> [c.url for c in archiver.clean_url("https://i.example/a.png?x-oss-process=image/watermark,g_7")]
['https://i.example/a.png', 'https://i.example/a.png?x-oss-process=image/watermark,g_7']
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archiver.api import archive, archive_async, clean_url, find_references
    from archiver.config import Config
    from archiver.errors import ArchiverError
    from archiver.model import Candidate, Reference, Replacement, Span, Summary
    from archiver.rewrite.splice import splice

__version__ = "0.1.0"

__all__ = [
    "ArchiverError",
    "Candidate",
    "Config",
    "Reference",
    "Replacement",
    "Span",
    "Summary",
    "archive",
    "archive_async",
    "clean_url",
    "find_references",
    "splice",
]

# name → its module; imported when first used, so that `import archiver` costs nothing.
_MODULES = {
    "ArchiverError": "archiver.errors",
    "Candidate": "archiver.model",
    "Config": "archiver.config",
    "Reference": "archiver.model",
    "Replacement": "archiver.model",
    "Span": "archiver.model",
    "Summary": "archiver.model",
    "archive": "archiver.api",
    "archive_async": "archiver.api",
    "clean_url": "archiver.api",
    "find_references": "archiver.api",
    "splice": "archiver.rewrite.splice",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'archiver' has no attribute {name!r}")
    value = getattr(importlib.import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
