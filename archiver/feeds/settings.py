"""How a feed becomes posts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from archiver.errors import ConfigError

FORMS = ("hexo", "hugo", "jekyll", "zola")
SUFFIX = ".j2"


@dataclass(frozen=True, slots=True)
class PostSettings:
    """How the items of a feed become posts.

    Attributes:
        name: pattern of their file names; see `archiver.feeds.naming`.
        template: one of `FORMS`, or the path of a Jinja2 file.
        sanitize: whether scripts, event handlers and forms are taken out.
        full_text: whether they hold the text of the item's page.
    """

    name: str = "{date:%Y-%m-%d}-{slug}"
    template: str = "hexo"
    sanitize: bool = True
    full_text: bool = False


def check_template(template: str) -> None:
    """Raises ConfigError unless *template* names a form or a file of its own."""
    if template not in FORMS and not template.endswith(SUFFIX):
        forms = ", ".join(f'"{form}"' for form in FORMS)
        raise ConfigError(f"template = {template!r}", f"expected {forms} or a file like post.md.j2")


def suffix_of(template: str) -> str:
    """The suffix of the posts that *template* makes.

    >>> suffix_of("hugo"), suffix_of("forms/post.html.j2"), suffix_of("post.j2")
    ('.md', '.html', '.md')
    """
    return PurePath(template.removesuffix(SUFFIX)).suffix or ".md"
