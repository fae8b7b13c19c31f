"""A URL without its secrets, for logs, reports and errors."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import urlsplit

_SECRET_SEGMENT = re.compile(
    r"(?=[^/]*\d)(?=[^/]*[A-Za-z])[A-Za-z0-9_=-]{40,}"
)  # tokens, signatures
# C0, DEL and C1; what turns the direction of writing; the separators of lines and paragraphs.
# Joiners stay: emoji and several scripts need them.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_SURROGATE = re.compile("[\ud800-\udfff]")


# What picture services are told by a query: sizes and marks, no secrets.
PROCESSING = frozenset(
    {"x-bce-process", "x-oss-process", "x-image-process", "x-tos-process", "x-bce-watermark"}
    | {"w", "h", "v", "width", "height", "quality", "format", "wx_fmt"}
)


def redact(url: str, shown: frozenset[str] = frozenset()) -> str:
    """*url* as ``scheme://host/path`` with every value that may be a secret replaced by ``…``.

    Userinfo goes, query values become ``…``, long random path segments become ``…`` and eight hex
    digits of their hash, control and bidirectional characters are escaped.

    Args:
        shown: names of query parameters whose values stay.

    >>> redact("https://me:pw@img.example/a.png?token=abc&v")
    'https://img.example/a.png?token=…&v'
    """
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "(unreadable URL)"
    path = _SECRET_SEGMENT.sub(_digest, parts.path)
    query = "&".join(_hide_value(pair, shown) for pair in parts.query.split("&"))
    text = f"{parts.scheme}:" if parts.scheme else ""
    text += f"//{host}" if host else ""
    text += path + (f"?{query}" if query else "")
    return escape_controls(text)


def escape_controls(text: str) -> str:
    r"""*text* with the code of each character that a terminal would obey instead of show; half a
    surrogate pair, as stands for a byte of a file's name, stays.

    >>> escape_controls("a\x1b[31m\u202e图.md")
    'a\\u001b[31m\\u202e图.md'
    """
    return _CONTROL.sub(lambda m: f"\\u{ord(m[0]):04x}", text)


def escape(text: str) -> str:
    r"""*text* from a stranger (a file's name, a message) as it may stand on a terminal: control and
    bidirectional characters, and bytes that are no UTF-8, become visible.

    >>> escape("a\x1b[31m.md"), escape("caf\udce9.md")
    ('a\\u001b[31m.md', 'caf\\xe9.md')
    """
    return _SURROGATE.sub(_show_surrogate, escape_controls(text))


def _show_surrogate(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def _hide_value(pair: str, shown: frozenset[str]) -> str:
    key, equals, _ = pair.partition("=")
    if key in shown:
        return pair
    return f"{key}=…" if equals else (pair if len(pair) < 20 else "…")


def _digest(match: re.Match[str]) -> str:
    return "…" + hashlib.sha256(match[0].encode()).hexdigest()[:8]
