"""Where else a picture may lie: URL templates of the user's own mirrors and backups."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from archiver.errors import ConfigError
from archiver.redact import redact

_FIELD = re.compile(r"\{(\w*)\}")
_FIELDS = frozenset({"path", "query", "host", "url"})
_ACCEPTED = (
    "expected an http, https or file:/// URL with {path}, {query}, {host} or {url} in its path"
)


def check_mirror(template: str) -> None:
    """Refuse a template that can't be used.

    Raises:
        ConfigError: what is accepted.
    """
    fixed = template.partition("{")[0]
    is_web = re.match(r"https?://[^/{}]+/", template)
    is_folder = fixed.startswith("file:///") and len(_folder(fixed)) > len("file:///")
    fields = set(_FIELD.findall(template))
    if not (is_web or is_folder) or not fields or fields - _FIELDS:
        raise ConfigError(f"hosts.mirrors = {redact(template)!r}", _ACCEPTED)


def fill_mirror(template: str, url: str) -> str:
    """The place of *url* on a mirror; its escapes stay as they are.

    >>> fill_mirror("https://mirror.example/{host}/{path}", "https://img.example/a/b%20c.png?v=1")
    'https://mirror.example/img.example/a/b%20c.png'
    """
    parts = urlsplit(url)
    values = {
        "path": parts.path.removeprefix("/"),
        "query": parts.query,
        "host": parts.netloc.rpartition("@")[2],
        "url": quote(url, safe=""),
    }
    return _FIELD.sub(lambda match: values[match[1]], template)


def mirror_folder(template: str) -> str:
    """The path of the folder that a ``file:`` template may not lead out of, percent-encoded.

    >>> mirror_folder("file:///backup/img/{path}")
    '/backup/img'
    """
    return urlsplit(_folder(template.partition("{")[0])).path


def _folder(fixed: str) -> str:
    return fixed.rpartition("/")[0]
