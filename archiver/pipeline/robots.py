"""What a site asks robots to leave alone (RFC 9309); read once a run for each site."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from archiver import files
from archiver.errors import FetchError
from archiver.fetch.client import Client
from archiver.model import Download
from archiver.pipeline.once import Once

MAX_BYTES = 512_000  # RFC 9309, section 2.5: what a robot must read at least
_ALLOWED = "empty"  # a file without a rule


class Robots:
    """Answers for a run.

    Args:
        user_agent: the program's whole User-Agent; its first word before ``/`` is its name.
    """

    def __init__(self, client: Client, user_agent: str) -> None:
        self._client, self._user_agent = client, user_agent
        self._sites: Once[Callable[[str], str]] = Once()

    async def why_not(self, url: str) -> str:
        """Why *url* must not be asked for, in the report's words; "" where it may be."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        judge = await self._sites.do(site, lambda: self._read(f"{site}/robots.txt"))
        return judge(url)

    async def close(self) -> None:
        """Stop what is under way."""
        await self._sites.close()

    async def _read(self, url: str) -> Callable[[str], str]:
        try:
            data = await self._client.fetch(url, check=_read_file, max_bytes=MAX_BYTES)
        except FetchError as error:
            # The site has none, or does not show it: all is allowed. Where it cannot be asked,
            # nothing is (section 2.3.1).
            is_told = error.status is not None and 400 <= error.status < 500
            is_allowed = (is_told and error.status != 429) or error.reason == _ALLOWED
            why = "" if is_allowed else f"robots.txt cannot be read ({error.reason})"
            return lambda _: why
        rules = parse_robots(data)
        return lambda page: "" if _may(rules, self._user_agent, page) else "robots.txt forbids it"


async def _read_file(download: Download) -> bytes:
    return files.read_bytes(download.path)


def parse_robots(data: bytes) -> RobotFileParser:
    """The rules of a robots.txt; lines that are no URL are passed over."""
    rules = RobotFileParser()
    rules.parse(
        [line for line in data.decode("utf-8-sig", "replace").splitlines() if _is_url(line)]
    )
    return rules


def _is_url(line: str) -> bool:
    try:
        urlsplit(line.partition(":")[2].strip())
    except ValueError:
        return False
    return True


def _may(rules: RobotFileParser, user_agent: str, url: str) -> bool:
    return rules.can_fetch(user_agent, url)
