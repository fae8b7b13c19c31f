"""How many requests really went out: counted where their head is written to a connection."""

from __future__ import annotations

from types import SimpleNamespace

import aiohttp


class RequestCount:
    """A counter that aiohttp's tracing feeds.

    Attributes:
        requests: whose head was written; one that a guard refused, whose name is not known or whose
            server does not listen never gets so far.
    """

    def __init__(self) -> None:
        self.requests = 0

    def trace(self) -> aiohttp.TraceConfig:
        """What a session is given so that it counts here."""
        config = aiohttp.TraceConfig()
        config.on_request_headers_sent.append(self._count)
        return config

    async def _count(
        self, session: object, context: SimpleNamespace, head: aiohttp.TraceRequestHeadersSentParams
    ) -> None:
        self.requests += 1
        if context.trace_request_ctx is not None:
            context.trace_request_ctx()  # whoever asked counts its own
