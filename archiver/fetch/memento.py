"""The Memento protocol (RFC 7089): captures of a URL, and which of them are near a moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import urljoin

from archiver.syntax.patterns import compile_pattern

MAX_TIMEMAP_BYTES = 1 << 20  # some 8,000 captures; a picture with more has near ones among them

_LINK = compile_pattern(
    r'<([^<>]*+)>((?:\s*+;\s*+[\w*-]++\s*+(?:=\s*+(?:"[^"]*+"|[^\s;,"]++))?)*+)'
)
_PARAMETER = compile_pattern(r';\s*+([\w*-]++)\s*+=\s*+(?:"([^"]*+)"|([^\s;,"]++))')


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a Link header or a TimeMap."""

    url: str
    relations: frozenset[str]
    moment: datetime | None = None


@dataclass(slots=True)
class Answers:
    """What the answers of an archive said, redirects and refusals included.

    Attributes:
        captured: when the capture that answered last was made; None: it was no capture.
    """

    links: list[Link] = field(default_factory=list)
    captured: datetime | None = None

    def note(self, url: str, headers: Mapping[str, str]) -> None:
        """Read the headers of an answer from *url*."""
        self.captured = read_date(headers.get("memento-datetime", ""))
        self.links += parse_links(headers.get("link", ""), url)

    @property
    def timemap(self) -> str:
        """URL of the list of all captures; "" where none was named."""
        return next((link.url for link in self.links if "timemap" in link.relations), "")

    def has_neighbours(self) -> bool:
        """Whether the archive named the captures beside the one it gave."""
        return any({"prev", "previous", "next"} & link.relations for link in self.links)


def timegate_url(timegate: str, url: str) -> str:
    """Where to ask for captures of *url*.

    >>> timegate_url("https://archive.example/web/", "https://i.example/a.png")
    'https://archive.example/web/https://i.example/a.png'
    """
    if "{url}" in timegate:
        return timegate.replace("{url}", url)
    return timegate.rstrip("/") + "/" + url


def accept_datetime(moment: datetime) -> dict[str, str]:
    """The header that asks for the capture nearest to *moment*."""
    return {"Accept-Datetime": format_datetime(moment.astimezone(UTC), usegmt=True)}


def find_beside(links: Iterable[Link], moment: datetime) -> tuple[str, ...]:
    """URLs of the captures next to the one of *moment*: the older one, then the newer one."""
    captures = [(link.moment, link.url) for link in links if link.moment is not None]
    older = max((one for one in captures if one[0] < moment), default=None)
    newer = min((one for one in captures if one[0] > moment), default=None)
    return tuple(one[1] for one in (older, newer) if one is not None)


def parse_links(text: str, base_url: str) -> Iterator[Link]:
    """The links of a Link header (RFC 8288) or a TimeMap (RFC 6690); what is none is passed over.

    >>> [link.url for link in parse_links('<a>; rel="memento prev", <b>;rel=timemap', "http://h/")]
    ['http://h/a', 'http://h/b']
    """
    for match in _LINK.finditer(text):
        values = {name.lower(): a or b for name, a, b in _PARAMETER.findall(match[2])}
        relations = frozenset(values.get("rel", "").lower().split())
        moment = read_date(values.get("datetime", "")) if "memento" in relations else None
        yield Link(urljoin(base_url, match[1].strip()), relations, moment)


def read_date(text: str) -> datetime | None:
    """An HTTP date; None for anything else."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
