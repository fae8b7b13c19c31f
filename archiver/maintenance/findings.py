"""What `doctor` found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "note", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        topic: ``versions``, ``codecs``, ``folders``, ``objects``, ``addresses``, ``proxies`` or
            ``contact``.
        value: what was found.
        advice: what to do; "" where nothing is to be done.
    """

    topic: str
    name: str
    value: str
    level: Level = "ok"
    advice: str = ""
