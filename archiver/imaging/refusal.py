"""Why a file is not taken, before it is known by name."""

from __future__ import annotations

from archiver.model import Outcome


class Refusal(Exception):
    """Raised inside the examination; leaves it as a `PictureError` that names the file."""

    def __init__(self, outcome: Outcome, reason: str, is_transient: bool = False) -> None:
        super().__init__(outcome, reason, is_transient)
        self.outcome, self.reason, self.is_transient = outcome, reason, is_transient
