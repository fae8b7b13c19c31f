"""The form of a post: a Jinja2 template, one of ours or the user's own.

A template is given ``title``, ``link``, ``date`` (UTC), ``author``, ``authors``, ``categories``,
``picture``, ``html``, ``feed`` and ``item``; the filters ``scalar`` and ``quoted`` write YAML
values, ``toml`` TOML ones, ``rfc822`` and ``iso`` dates, ``in_markdown`` HTML for a Markdown file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2

from archiver.errors import ConfigError
from archiver.feeds.markdown_html import html_in_markdown
from archiver.feeds.scalars import toml_string, yaml_quoted, yaml_scalar
from archiver.feeds.settings import FORMS, SUFFIX

# What expressions of a template raise.
_OF_TEMPLATES = (
    ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError,
)  # fmt: skip
_FOLDER = Path(__file__).parent / "forms"


@lru_cache(maxsize=16)
def load_template(template: str) -> jinja2.Template:
    """The template of a form, or of a file.

    Raises:
        ConfigError: there is no such file, or it is no template.
    """
    path = _FOLDER / f"{template}.md{SUFFIX}" if template in FORMS else Path(template)
    try:
        return _environment(str(path.parent)).get_template(path.name)
    except jinja2.TemplateNotFound as error:
        raise ConfigError(f"template = {template!r}", "there is no such file") from error
    except jinja2.TemplateSyntaxError as error:
        problem = f"line {error.lineno}: {error.message}"
        raise ConfigError(f"template = {template!r}", problem) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"template = {template!r}", f"cannot be read: {error}") from error


def render(template: str, values: Mapping[str, Any]) -> str:
    """A post of the form of *template*.

    Raises:
        ConfigError: the template asks for what there is not.
    """
    found = load_template(template)
    try:
        return found.render(values)
    except (jinja2.TemplateError, *_OF_TEMPLATES) as error:
        raise ConfigError(f"template = {template!r}", f"does not work: {error}") from error


def _environment(folder: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # values are written by the filters of their own language
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "scalar": yaml_scalar,
        "quoted": yaml_quoted,
        "toml": toml_string,
        "rfc822": _rfc822,
        "iso": _iso,
        "in_markdown": html_in_markdown,
    }
    return environment


def _rfc822(date: datetime) -> str:
    """``Wed, 11 May 2022 02:16:25 GMT``"""
    return format_datetime(date, usegmt=True)


def _iso(date: datetime) -> str:
    """``2022-05-11T02:16:25Z``"""
    return f"{date:%Y-%m-%dT%H:%M:%SZ}"
