"""What a structure walk finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Structure:
    """The outcome of a walk.

    Attributes:
        data: what to decode: the file, without parts that could only harm.
        width_px, height_px: the largest canvas the headers ask for; 0: not told.
        frames: how many pictures it holds.
        defect: "" for a whole file, else why it is not: ``truncated``, ``checksum``, …
        profile: the ICC profile of colours that the file tells in numbers; b"": sRGB, or its own.
        danger: "" or the bomb it is: ``scans``, ``blocks``.
    """

    data: bytes = field(repr=False)
    width_px: int = 0
    height_px: int = 0
    frames: int = 1
    defect: str = ""
    danger: str = ""
    profile: bytes = field(default=b"", repr=False)


Walk = Callable[[bytes], Structure]
