"""An item of one feed as it must stand in another one to mean the same there."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from xml.parsers import expat

from archiver.feeds.mending import mend
from archiver.feeds.spans import Feed, Item
from archiver.formats.feed import RSS
from archiver.syntax.escapes import XML_TEXT
from archiver.syntax.urls import resolve_base
from archiver.syntax.xml import XML_ATTRIBUTE, XML_TOKEN

_PREFIX = re.compile(r"[</\s]([^\s<>/=\"'&!?:]++):[^\s<>/=\"'&!?:]")
_BASE, _LANGUAGE = "xml:base", "xml:lang"
# Prefixes that broken feeds use and don't declare.
_KNOWN = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
}


class Carrier:
    """Carries items from *earlier* to *newest*.

    Attributes:
        broken: how many of them are not well-formed where they stand now.
    """

    def __init__(self, earlier: Feed, newest: Feed) -> None:
        self._earlier, self._newest = earlier, newest
        self._missing = {
            **{p: uri for p, uri in _KNOWN.items() if p not in newest.scope.prefixes},
            **_find_missing(earlier, newest),
        }
        self.broken = 0

    def carry(self, item: Item) -> bytes:
        """The bytes of an item of the earlier feed in the encoding of the newest one."""
        raw = self._earlier.raw(item)
        if self._earlier.kind == "json":
            return raw
        text = self._declare(raw.decode(self._earlier.encoding, "replace"))
        if not is_well_formed(text, self._newest.scope.prefixes):
            mended = mend(text, self._earlier.entities)
            if is_well_formed(mended, self._newest.scope.prefixes):
                text = mended
            else:
                self.broken += 1
        return self._encode(text)

    def _declare(self, text: str) -> str:
        """*text* with what its start tag must say because nothing around it does now."""
        token = XML_TOKEN.match(text)
        if token is None or not token["start"]:
            return text
        own = {m[1]: m for m in XML_ATTRIBUTE.finditer(text, *token.span("attributes"))}
        added = "".join([*self._namespaces(text, own), *self._others(own)])
        head, tail = token.end("start"), token.end()
        tag = text[head:tail]
        if _BASE in own and self._earlier.scope.base != self._newest.scope.base:
            first, last = own[_BASE].span(own[_BASE].lastindex or 0)
            base = resolve_base(XML_TEXT.decode(text[first:last])[0], self._earlier.scope.base)
            tag = text[head:first] + html.escape(base or "") + text[last:tail]
        return text[:head] + added + tag + text[tail:]

    def _namespaces(self, text: str, own: Mapping[str, re.Match[str]]) -> Iterator[str]:
        if "" in self._missing and "xmlns" not in own:
            yield f' xmlns="{html.escape(self._missing[""])}"'
        for prefix in sorted(set(_PREFIX.findall(text)) & self._missing.keys()):
            if f"xmlns:{prefix}" not in own:
                yield f' xmlns:{prefix}="{html.escape(self._missing[prefix])}"'

    def _others(self, own: Mapping[str, re.Match[str]]) -> Iterator[str]:
        old, new = self._earlier.scope, self._newest.scope
        if old.base and old.base != new.base and _BASE not in own:
            yield f' {_BASE}="{html.escape(old.base)}"'
        if old.language and old.language != new.language and _LANGUAGE not in own:
            yield f' {_LANGUAGE}="{html.escape(old.language)}"'

    def _encode(self, text: str) -> bytes:
        """*text* for the newest feed; what its encoding lacks as references."""
        target = self._newest.file_encoding
        try:
            text.encode(target)
        except UnicodeEncodeError:
            text = "".join(_spell(token, target) for token in XML_TOKEN.finditer(text))
        return text.encode(self._newest.encoding, "xmlcharrefreplace")


def _find_missing(earlier: Feed, newest: Feed) -> dict[str, str]:
    """Prefixes that mean something else in *newest*, or nothing."""
    old, new = earlier.scope.prefixes, newest.scope.prefixes
    missing = {prefix: uri for prefix, uri in old.items() if new.get(prefix, "") != uri}
    if "" in new and "" not in old:
        missing[""] = ""
    if earlier.kind == "rss" and {old.get("", ""), new.get("", "")} <= set(RSS):
        missing.pop("", None)  # one vocabulary under several names
    return missing


def is_well_formed(text: str, prefixes: Mapping[str, str]) -> bool:
    """Whether an element is, where *prefixes* are declared around it."""
    around = " ".join(
        f'{"xmlns:" if prefix else "xmlns"}{prefix}="{html.escape(uri)}"'
        for prefix, uri in prefixes.items()
        if prefix != "xml" and (uri or not prefix)
    )
    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(f"<feed {around}>{text}</feed>", True)
    except (expat.ExpatError, UnicodeEncodeError):
        return False
    return True


def _spell(token: re.Match[str], encoding: str) -> str:
    """A token with references for what *encoding* lacks, where it can have any."""
    text = token[0]
    if token["cdata"] is not None:
        text = html.escape(token["cdata"], quote=False)
    elif text.startswith(("<!--", "<?")):
        return text.encode(encoding, "replace").decode(encoding)
    return text.encode(encoding, "xmlcharrefreplace").decode(encoding)
