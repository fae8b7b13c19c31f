"""Images named by the tags of site generators: Hugo's shortcodes, Hexo's tags, Liquid's includes.

Sources: the manuals of Hugo (shortcodes, figure), Hexo (tag plugins, img), Jekyll and Liquid.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.syntax.destinations import Place
from archiver.syntax.patterns import compile_pattern

# A tag ends before the next one begins, inside quotes too: that keeps the search linear.
_TAG = compile_pattern(
    r"\{\{[<%]\s*+(?P<shortcode>/?\w[\w./-]*+)"
    r"""(?P<hugo>(?:"(?:(?!\{\{)[^"\\]|\\[^{])*+"|`(?:(?!\{\{)[^`])*+`"""
    r"""|(?![>%]\}\}|\{\{)[^"`])*+)[>%]\}\}"""
    r"|\{%-?\s*+(?P<tag>[\w-]++)"
    r"""(?P<liquid>(?:"(?:(?![{%]\})[^"\r\n])*+"|'(?:(?!%\}|\{%)[^'\r\n])*+'"""
    r"|(?!%\}|\{%).)*+)%\}",
    re.DOTALL,
)
_ARGUMENT = compile_pattern(
    r"(?:(?P<name>[\w-]++)\s*+=\s*+)?+"
    r"""(?:"(?P<double>(?:[^"\\]|\\.)*+)"|'(?P<single>[^']*+)'|`(?P<raw>[^`]*+)`|(?P<bare>[^\s"'`]++))""",
    re.DOTALL,
)
_VALUES = ("double", "single", "raw", "bare")
_CODE = frozenset({"codeblock", "code", "highlight", "comment"})
_FIGURES = frozenset({"figure", "img", "image", "picture", "fullimage"})
_INCLUDES = frozenset({"include", "include_cached", "include_relative", "render"})
_SOURCES = frozenset({"src", "url", "image", "img", "image_path", "poster", "thumbnail", "cover"})
_ROOTED = compile_pattern(r"(?:https?:)?//|\.{0,2}/", re.IGNORECASE)

_Found = tuple[re.Match[str], str, bool]  # argument, role, is_certain


@dataclass(frozen=True, slots=True)
class TagImage:
    """An image that a tag names.

    Attributes:
        start, end: the whole tag.
        place: the URL's raw text.
        role: ``shortcode``, ``shortcode link``, ``hexo img tag`` or ``liquid include``.
        is_certain: whether the tag says that it is an image; else the URL itself must.
    """

    start: int
    end: int
    place: Place
    role: str
    is_certain: bool


def find_tags(text: str, verbatim: list[Place]) -> tuple[list[TagImage], list[Place]]:
    """The images that tags name, and the stretches that tags declare to be code or comment.

    Args:
        verbatim: code by Markdown's own rules, in order; tags that begin in it are text.

    >>> find_tags("{% img left https://img.example/a.png 100 %}", [])[0][0].place
    (12, 37)
    """
    tags = [tag for tag in _TAG.finditer(text) if not is_within(tag.start(), verbatim)]
    code = list(_find_code(tags))
    shown = (tag for tag in tags if not is_within(tag.start(), code))
    return [image for tag in shown for image in _find_images(tag)], code


def is_within(offset: int, places: list[Place]) -> bool:
    """Whether *offset* lies in one of *places*, which are sorted and disjoint."""
    index = bisect_right(places, offset, key=lambda place: place[0])
    return index > 0 and offset < places[index - 1][1]


def _find_code(tags: list[re.Match[str]]) -> Iterator[Place]:
    """From each opening tag of a code block to its closing one."""
    closings: dict[str, list[int]] = {}
    for tag in tags:
        closings.setdefault(tag["tag"] or tag["shortcode"], []).append(tag.end())
    done = 0
    for tag in tags:
        name = tag["tag"] or tag["shortcode"]
        if name in _CODE and tag.start() >= done:
            ends = closings.get(f"end{name}" if tag["tag"] else f"/{name}", [])
            index = bisect_left(ends, tag.end())
            if index < len(ends):
                done = ends[index]
                yield tag.start(), done


def _find_images(tag: re.Match[str]) -> Iterator[TagImage]:
    group = "hugo" if tag["shortcode"] else "liquid"
    name = tag["shortcode"] or tag["tag"]
    arguments = list(_ARGUMENT.finditer(tag.string, *tag.span(group)))
    if group == "hugo":
        found = _find_in_shortcode(name, arguments)
    elif name in _INCLUDES:
        found = _find_named(arguments, "liquid include")
    else:
        found = _find_in_hexo(name, arguments)
    for argument, role, is_certain in found:
        yield TagImage(tag.start(), tag.end(), _place(argument), role, is_certain)


def _find_in_shortcode(name: str, arguments: list[re.Match[str]]) -> Iterator[_Found]:
    is_figure = name in _FIGURES
    yield from _find_named(arguments, "shortcode", is_figure)
    if is_figure:
        if arguments and not arguments[0]["name"]:
            yield arguments[0], "shortcode", True
        for argument in arguments:
            if argument["name"] == "link":
                yield argument, "shortcode link", False


def _find_named(
    arguments: list[re.Match[str]], role: str, is_figure: bool = False
) -> Iterator[_Found]:
    for argument in arguments:
        if argument["name"] in _SOURCES:
            yield argument, role, is_figure and argument["name"] == "src"


def _find_in_hexo(name: str, arguments: list[re.Match[str]]) -> Iterator[_Found]:
    """``{% img [classes] URL [width] [height] [titles] %}``: the URL is what looks like one."""
    if name not in _FIGURES:
        return
    for argument in arguments:
        if not argument["name"] and _ROOTED.match(_value(argument)):
            yield argument, "hexo img tag", True
            return


def _group(argument: re.Match[str]) -> str:
    return next(group for group in _VALUES if argument[group] is not None)


def _value(argument: re.Match[str]) -> str:
    return argument[_group(argument)]


def _place(argument: re.Match[str]) -> Place:
    start, end = argument.span(_group(argument))
    is_listed = argument["bare"] is not None and argument["bare"].endswith(",")
    return start, end - is_listed
