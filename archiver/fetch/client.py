"""Asks for one URL, politely and safely, until it is had or lost for a reason."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType, TracebackType
from typing import Self, TypeVar

import httpx

from archiver.errors import FetchError, PictureError
from archiver.fetch.download import BadBodyError, save_body
from archiver.fetch.failures import TransportFailure
from archiver.fetch.headers import make_headers
from archiver.fetch.http import make_request, open_http
from archiver.fetch.job import Job, OnAnswer
from archiver.fetch.politeness import Gates, HostGate, Politeness
from archiver.fetch.redirects import REDIRECTS, Chain, UnusableUrlError, normalize_url
from archiver.fetch.resolver import LookUp
from archiver.fetch.retries import (
    backoff_s,
    fetch_error,
    policy_of,
    read_retry_after,
    retrying,
)
from archiver.fetch.sent import RequestCount
from archiver.fetch.settings import FetchSettings
from archiver.fetch.transport import Transport, fields_of
from archiver.files import remove_spool
from archiver.model import Download
from archiver.redact import redact

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Client:
    """The one way out of the machine; everything that is fetched goes through it.

    Args:
        spool: folder for temporary files, made where it is missing.
        look_up: in place of the system's resolver.
        politeness: gates that are shared with others; None: the client's own.

    Attributes:
        requests_made: redirects and retries included, and those that did not get out.
    """

    def __init__(
        self,
        settings: FetchSettings,
        spool: str,
        look_up: LookUp | None = None,
        politeness: Politeness | None = None,
    ) -> None:
        self._settings, self._spool, self._look_up = settings, spool, look_up
        self._gates: Politeness = politeness or Gates(settings)
        self.requests_made, self._sent = 0, RequestCount()

    @property
    def requests_sent(self) -> int:
        """How many got out: not those that the address guard refused or that found no server."""
        return self._sent.requests

    async def __aenter__(self) -> Self:
        self._http = open_http(Transport(self._settings, self._look_up, self._sent))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def fetch(
        self,
        url: str,
        *,
        check: Callable[[Download], Awaitable[T]],
        referer: str | None = None,
        max_bytes: int | None = None,
        tries: int | None = None,
        etag: str = "",
        last_modified: str = "",
        headers: Mapping[str, str] = MappingProxyType({}),
        on_answer: OnAnswer | None = None,
    ) -> T:
        """Download *url* and give it to *check*; what that returns.

        Args:
            check: owns the file once it returns; when it raises, the file is removed. A
                `PictureError` with `is_transient` counts as an answer cut short and is tried
                again; framed bytes that come twice are marked `is_repeated`.
            referer: the Referer header; None: no such header.
            max_bytes, tries: in place of the settings'.
            etag, last_modified: of the copy we have; an unchanged one raises with the reason
                ``not-modified``.
            headers: more headers; they go along with redirects, so they hold no secret.
            on_answer: told of every answer, redirects and refusals included.

        Raises:
            FetchError: no usable answer, after the tries of the retry policy.
            PictureError: from *check*.
        """
        validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        job = Job(
            url,
            referer,
            max_bytes or self._settings.max_bytes,
            {name: value for name, value in validators.items() if value},
            headers,
            on_answer,
        )
        try:
            async for attempt in retrying(self._settings, tries):
                with attempt:
                    return await self._try(job, check)
        except FetchError as error:
            raise _with_attempts(error, job.requests) from error
        raise AssertionError("tenacity returns or raises")

    async def _try(self, job: Job, check: Callable[[Download], Awaitable[T]]) -> T:
        download = await self._download(job)
        try:
            return await check(download)
        except PictureError as error:
            if error.is_transient and download.is_framed:
                job.incomplete_sha256 = download.sha256
            raise
        finally:
            remove_spool(download.path)  # nothing, where *check* moved it

    async def _download(self, job: Job) -> Download:
        """Follow redirects to a body."""
        try:
            chain = Chain(normalize_url(job.url), job.referer)
            while True:
                download = await self._hop(job, chain)
                if download is not None:
                    return download
                if chain.hops > self._settings.redirects:
                    raise fetch_error(job.url, "redirects")
        except UnusableUrlError as error:
            raise fetch_error(job.url, error.reason) from error

    async def _hop(self, job: Job, chain: Chain) -> Download | None:
        """One request: its download, or None when *chain* has moved on to where it led."""
        if len(chain.url) > self._settings.max_url_bytes:
            raise UnusableUrlError("url")
        gate = self._gates.gate(chain.host)
        async with gate.turn(job.url):
            self.requests_made += 1
            try:
                async with asyncio.timeout(self._settings.total_timeout_s):
                    return await self._ask(job, chain, gate)
            except (TransportFailure, BadBodyError, TimeoutError) as error:
                reason = "timeout" if isinstance(error, TimeoutError) else error.reason
                if not isinstance(error, BadBodyError) and policy_of(reason).tries > 1:
                    gate.note(has_answered=False)  # what is refused or wrong for good is no failure
                logger.debug("failed url=%s reason=%s", _Redacted(chain.url), reason)
                raise fetch_error(job.url, reason) from error

    async def _ask(self, job: Job, chain: Chain, gate: HostGate) -> Download | None:
        request = self._request(job, chain)
        response = await self._http.send(request, stream=True, auth=None)
        try:
            gate.note(has_answered=True)
            logger.debug("asked url=%s status=%d", _Redacted(chain.url), response.status_code)
            chain.take_cookies(fields_of(response).getall("set-cookie", ()))
            if job.on_answer is not None:
                job.on_answer(chain.url, response.headers)
            location = response.extensions.get("location")
            if response.status_code in REDIRECTS and location is not None:
                chain.follow(location)
                return None
            self._judge(response, job, gate)
            download = await save_body(response, self._spool, self._settings, job.max_bytes)
            is_repeated = download.is_framed and download.sha256 == job.incomplete_sha256
            return replace(download, attempts=job.requests, is_repeated=is_repeated)
        finally:
            await response.aclose()

    def _request(self, job: Job, chain: Chain) -> httpx.Request:
        headers = make_headers(chain, self._settings)
        headers.update(job.headers)
        if not chain.hops:
            headers.update(job.validators)
        try:
            return make_request(chain.url, headers, job.count_request)
        except (httpx.InvalidURL, ValueError) as error:
            raise UnusableUrlError("url") from error

    def _judge(self, response: httpx.Response, job: Job, gate: HostGate) -> None:
        """Let status 200 pass.

        Raises:
            FetchError: every other status; its host is paused where the policy says so.
        """
        if response.status_code == 200:
            return
        if response.status_code == 304 and job.validators:
            raise fetch_error(job.url, "not-modified")
        reason = f"status-{response.status_code}"
        asked_s = read_retry_after(fields_of(response).get("retry-after", ""))
        if policy_of(reason).pauses_host:
            job.failures += 1
            gate.pause(asked_s if asked_s is not None else backoff_s(self._settings, job.failures))
        raise fetch_error(job.url, reason, asked_s)


def _with_attempts(error: FetchError, attempts: int) -> FetchError:
    return FetchError(
        error.url,
        error.outcome,
        error.reason,
        error.is_transient,
        error.retry_after_s,
        error.status,
        attempts,
    )


@dataclass(frozen=True, slots=True)
class _Redacted:
    """A URL that is redacted when, and only when, a log line is written."""

    url: str

    def __str__(self) -> str:
        return redact(self.url)
