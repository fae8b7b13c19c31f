"""Named styles: a server keeps the processing under a name, so only the name can tell."""

from __future__ import annotations

import re

from archiver.cdn.pieces import view

STYLE_WORDS = ("watermark", "shuiyin", "wm")
_MARK = re.compile(r"watermark|shuiyin|(?<![a-z])wm(?![a-z])")
_NO_MARK = re.compile(r"(?:no|non|un|without)[_-]?(?:watermark|wm|shuiyin)")


def is_watermark_style(name: str) -> bool:
    """Whether the style *name* says that it draws a watermark.

    >>> [is_watermark_style(n) for n in ("wm_ai", "imgWaterMark", "swmall", "no-watermark")]
    [True, True, False, False]
    """
    name = view(name)
    return bool(_MARK.search(name)) and not _NO_MARK.search(name)
