"""What a user may say about the choice of URLs; apart from the rules, as every start reads it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from archiver.cdn.rule import Rule


@dataclass(frozen=True, slots=True)
class PlanningSettings:
    """What a user may say about planning.

    Attributes:
        quality: ``clean``: without the watermark, all else as the document has it;
            ``original``: the full source without any processing, where it is known.
        rules: CDN rules of one's own, tried before the built-in ones.
        disable: names of rules that are switched off.
    """

    quality: Literal["clean", "original"] = "clean"
    rules: tuple[Rule, ...] = ()
    disable: frozenset[str] = frozenset()

    def with_quality(self, quality: Literal["", "clean", "original"]) -> PlanningSettings:
        """The same with another quality; "" for this one."""
        return replace(self, quality=quality) if quality else self
