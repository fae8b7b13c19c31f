"""An item's HTML without scripts, event handlers and forms, by nh3 (ammonia).

nh3 keeps what is on its list; ours is all that the text holds less what can act. A text that loses
nothing by it stays as it came, byte for byte.
"""

from __future__ import annotations

import re

import nh3

from archiver.syntax.html_shape import names_in, shape_of

# Gone with what they hold: what acts, what loads a program, what parsers read in ways of its own.
_GONE = frozenset((
    "script", "style", "noscript", "template", "object", "embed", "applet", "frame", "frameset",
    "noframes", "noembed", "portal", "xmp", "plaintext", "textarea", "select", "datalist", "title",
    "foreignObject", "animate", "animateMotion", "animateTransform", "set", "use", "handler",
    "listener",
))  # fmt: skip
# Gone; what they hold stays.
_UNWRAPPED = frozenset((
    "html", "head", "body", "base", "meta", "link", "form", "input", "button", "fieldset", "legend",
    "option", "optgroup", "output", "keygen", "isindex", "menuitem", "param", "math",
    "annotation-xml",
))  # fmt: skip
_NO_ATTRIBUTE = re.compile(
    r"on.*|srcdoc|form.*|action|method|ping|autofocus|http-equiv|is|slot|xml:base|.*[^\w:.-].*",
    re.IGNORECASE | re.DOTALL,
)
_TAG_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_BLANKS = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028\u2029\ufeff]+")
_ACTS = re.compile(
    r"(?:javascript|vbscript|livescript|mocha|view-source|jar|filesystem|blob):", re.I
)
_DATA = re.compile(r"data:(?!image/(?!svg))", re.IGNORECASE)
_SHOWS_IMAGES = frozenset(("img", "source", "image", "video"))
_SCHEMES = {
    "http", "https", "ftp", "mailto", "tel", "sms", "magnet", "news", "irc", "ircs", "xmpp", "geo",
    "data", "matrix", "bitcoin", "webcal", "sip", "sips", "ssh", "git",
}  # fmt: skip


def sanitize(html: str) -> str:
    """*html* without what can act.

    >>> sanitize('<p onclick=x()>Hi<script>x()</script> <img src=a.png>')
    '<p>Hi <img src="a.png"></p>'
    >>> sanitize('<p class=a>Hi <img src=a.png>')
    '<p class=a>Hi <img src=a.png>'
    """
    if "<" not in html:
        return html
    names = {tag: _allowed(names) for tag, names in names_in(html).items() if _is_tag(tag)}
    tags = names.keys() - _GONE - _UNWRAPPED
    cleaned = nh3.clean(
        html,
        tags=set(tags),
        clean_content_tags=set(_GONE),
        attributes={tag: names[tag] for tag in tags},
        attribute_filter=_filter,
        link_rel=None,
        url_schemes=_SCHEMES,
    )
    return html if _in_a_page(html) == _in_a_page(cleaned) else cleaned


def _in_a_page(html: str) -> list[object]:
    """What it is where posts put it: whatever it closes or leaves open shows."""
    return list(shape_of(f"<div>{html}</div><p>"))


def _is_tag(name: str) -> bool:
    return _TAG_NAME.fullmatch(name) is not None


def _allowed(names: set[str]) -> set[str]:
    return {name for name in names if not _NO_ATTRIBUTE.fullmatch(name)}


def _filter(tag: str, name: str, value: str) -> str | None:
    """The attribute's value; None: it goes."""
    start = _BLANKS.sub("", value[:200])
    if _ACTS.match(start) or (_DATA.match(start) and not name.startswith("data-")):
        return None
    if start[:5].lower() == "data:" and tag not in _SHOWS_IMAGES and not name.startswith("data-"):
        return None
    return value
