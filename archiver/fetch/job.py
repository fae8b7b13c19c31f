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
        requests: made so far.
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
