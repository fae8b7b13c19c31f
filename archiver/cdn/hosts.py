"""Host patterns: what the ``hosts`` of a rule mean."""

from __future__ import annotations

import re
from collections.abc import Iterable


def host_pattern(hosts: Iterable[str]) -> re.Pattern[str] | None:
    """A pattern for a whole lower-case host; None where *hosts* is empty: all hosts.

    ``*.example.com`` is that domain and all below it; ``pics*.example.com`` stays in one label.

    >>> bool(host_pattern(["*.hdslb.com"]).fullmatch("i0.hdslb.com"))
    True
    """
    forms = []
    for host in hosts:
        tail = host.lower().removeprefix("*.")
        form = re.escape(tail).replace(r"\*", "[^.]*")
        forms.append(form if len(tail) == len(host) else rf"(?:.*\.)?{form}")
    return re.compile("|".join(forms)) if forms else None


def last_labels(url: str) -> str:
    """``example.com`` of a lower-case URL, without a full parse; "" for a relative one.

    >>> last_labels("https://me@img.example.com:8080/a.png")
    'example.com'
    """
    start = url.find("//") + 2
    if start < 2:
        return ""
    end = url.find("/", start)
    host = url[start:] if end < 0 else url[start:end]
    if ":" in host or "@" in host or "?" in host or "#" in host:
        host = re.split("[?#]", host, maxsplit=1)[0].rpartition("@")[2].partition(":")[0]
    dot = host.rfind(".", 0, max(host.rfind(".", 0, -1), 0))
    return host[dot + 1 :].rstrip(".")
