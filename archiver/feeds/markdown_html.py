"""HTML that stands in a Markdown post and stays what it is.

To Markdown an empty line ends HTML, and what follows is read as Markdown: indented lines become
code, asterisks emphasis. Site generators read ``{{`` and ``{%`` as their own. Both are written as
character references, which a browser undoes; between elements an empty line just goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.syntax.patterns import compile_pattern

_TOKEN = compile_pattern(
    r"(?P<raw><!--.*?(?:-->|\Z)|<(?P<name>script|style|xmp|iframe|noembed|noframes)\b.*?</(?P=name)\s*>)"
    r"|(?P<tag></?(?P<element>[A-Za-z][^\s/>]*+)(?:[^\"'>]|\"[^\"]*\"|'[^']*')*+>)"
    r"|(?P<text>[^<]++|<)",
    re.IGNORECASE | re.DOTALL,
)
_EMPTY_LINE = compile_pattern(r"(?<=[\r\n])([ \t]*)(?:\r\n?|\n)")
_QUOTED = compile_pattern(r"\"[^\"]*\"|'[^']*'")
_BRACE = compile_pattern(r"\{(?=[{%#])")
_KEEPS_LINES = ("pre", "textarea", "listing")


def html_in_markdown(html: str) -> str:
    """*html* for the body of a Markdown post.

    >>> html_in_markdown("<p>a</p>\\n\\n<pre>x\\n\\n    y {{ z }}</pre>")
    '<p>a</p>\\n<pre>x\\n&#10;    y &#123;{ z }}</pre>'
    """
    return "".join(_parts(html.strip()))


def _parts(html: str) -> Iterator[str]:
    kept = 0
    for match in _TOKEN.finditer(html):
        element = (match["element"] or "").lower()
        if element in _KEEPS_LINES:
            kept += -1 if match[0].startswith("</") else 1
        if match["text"] is not None:
            yield _text(match[0], kept > 0)
        elif match["tag"] is not None:
            yield _EMPTY_LINE.sub("", _QUOTED.sub(lambda m: _exact(m[0]), match[0]))
        else:
            yield _EMPTY_LINE.sub("", match[0])


def _text(text: str, keeps_lines: bool) -> str:
    if text.isspace() and not keeps_lines:
        return _EMPTY_LINE.sub("", text)
    return _exact(text)


def _exact(text: str) -> str:
    return _BRACE.sub("&#123;", _EMPTY_LINE.sub(r"\1&#10;", text))
