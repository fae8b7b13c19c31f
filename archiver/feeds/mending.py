"""An item that is not well-formed, made so as readers of broken feeds read it.

It may have been in a feed that was broken as a whole; in one that is not it must not break it.
"""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Mapping
from html.entities import html5

from archiver.syntax.xml import XML_TOKEN

_AMPERSAND = re.compile(r"&(?:#[0-9]+;|#x[0-9a-fA-F]+;|(?P<name>[^\s&;#\"'<>]{1,100}+);)?")
_MOST_DIGITS = 60  # more than anybody writes, zeros in front included
_OF_XML = ("amp", "lt", "gt", "quot", "apos")
_NAME = re.compile(r"[^\W\d][\w.-]*(?::[^\W\d][\w.-]*)?")
# XML 1.0, production 2.
_NO_CHARACTER = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def mend(text: str, entities: Mapping[str, str]) -> str:
    """*text* with references that XML knows, characters it has, and tags that match.

    Args:
        entities: those that the document type around it declared.

    >>> mend("<item><a>R&D&nbsp;<br></a></item>", {})
    '<item><a>R&amp;D&#160;<br></br></a></item>'
    """
    parts: list[str] = []
    opened: list[str] = []
    for token in XML_TOKEN.finditer(_NO_CHARACTER.sub("", text)):
        if token["end"]:
            parts += _close(token["end"], opened)
        elif token["start"] and not _NAME.fullmatch(token["start"]):
            parts.append("&lt;" + _mend_references(token[0][1:], entities))  # <me@site.example>
        elif token["start"]:
            if not token["attributes"].endswith("/"):
                opened.append(token["start"])
            parts.append(_mend_references(token[0], entities))
        elif token["text"]:
            parts.append(_mend_references(token[0].replace("]]>", "]]&gt;"), entities))
        else:
            parts.append("&lt;" if token[0] == "<" else token[0])
    return "".join(parts)


def _close(name: str, opened: list[str]) -> list[str]:
    """The end tags that *name* needs: of what is open inside it too, none where it is not open."""
    if name not in opened:
        return []
    ends: list[str] = []
    while not ends or ends[-1] != f"</{name}>":
        ends.append(f"</{opened.pop()}>")
    return ends


def _mend_references(text: str, entities: Mapping[str, str]) -> str:
    def meaning(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return "&amp;" if match[0] == "&" else _mend_number(match[0])
        if name in _OF_XML:
            return match[0]
        known = entities.get(name, html5.get(name + ";"))
        if known is None:
            return "&amp;" + match[0][1:]
        spelled = html.escape(known)
        return spelled.encode("ascii", "xmlcharrefreplace").decode("ascii")

    return _AMPERSAND.sub(meaning, text)


def _mend_number(reference: str) -> str:
    """A reference to a character by its number; "" where XML has no such character.

    >>> _mend_number("&#x41;"), _mend_number("&#0;")
    ('&#x41;', '')
    """
    digits, base = (reference[3:-1], 16) if reference[2] == "x" else (reference[2:-1], 10)
    number = int(digits, base) if len(digits) <= _MOST_DIGITS else 0
    is_known = number <= sys.maxunicode and not _NO_CHARACTER.match(chr(number))
    return reference if is_known else ""
