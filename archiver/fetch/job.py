"""One call of the client: what it was asked, and how far it came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

OnAnswer = Callable[[str, Mapping[str, str]], None]
"""Gets the URL that answered and the answer's headers, ``Location`` not among them."""


@dataclass(slots=True)
class Job:
    """One call of `Client.fetch`.

    Attributes:
        validators: conditional headers of the first hop.
        headers: more headers, of every hop.
        on_answer: told of every hop's answer.
        requests: that got out so far; one that was refused before the dial, whose name is not known
            or that found no server asked nobody anything.
        incomplete_sha256: digest of framed bytes that were judged to stop short.
    """

    url: str
    referer: str | None
    max_bytes: int
    validators: dict[str, str]
    headers: Mapping[str, str]
    on_answer: OnAnswer | None
    requests: int = 0
    failures: int = 0
    incomplete_sha256: str = ""

    def count_request(self) -> None:
        """Note that one got out."""
        self.requests += 1
