"""The images that the front matter of a post names, and whether it wants to be left alone."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from archiver.formats import ReadingSettings
from archiver.formats.findings import Findings
from archiver.formats.image_urls import names_an_image
from archiver.syntax import json_strings, toml, yaml
from archiver.syntax.frontmatter import Language, find_bare_values
from archiver.syntax.scalars import Scalar, SyntaxProblem
from archiver.syntax.text import Text

ROLE = "front matter"
SWITCH = ("archiver",)  # the field that is false where a document wants to be left alone
MAX_DOTS = 200  # on a line; tomllib's time is quadratic in the parts of a key: 52 s for 250,000
_OFF = frozenset({"false", "no", "off"})
_ABSOLUTE = re.compile(r"(?:https?:)?//[^\s/]", re.IGNORECASE)
_KEY = re.compile(r"^[\w-]+:(?:[ \t]|$)", re.MULTILINE)  # else it is text between two rules
_NOISE = re.compile(r"[-_ ]")
# Below a field that holds images these say where one is; others (caption, link) say other things.
_SOURCES = frozenset({
    "src", "url", "href", "path", "file", "original", "source", "large", "small", "medium", "full",
    "default", "light", "dark", "desktop", "mobile", "retina",
})  # fmt: skip
# An image's URL in one of these is prose about it.
_PROSE = frozenset({
    "title", "subtitle", "description", "summary", "excerpt", "abstract", "caption", "alt", "text",
    "content", "body", "note", "comment",
})  # fmt: skip
_OTHER_FILE = re.compile(r"[^?#]*\.(?:x?html?|pdf|mp[34]|webm|zip)(?:[?#].*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fields:
    """What a front matter says.

    Attributes:
        scalars: its strings; offsets count characters of its data.
        is_whole: whether it reads as its language; else `scalars` is what could be told.
        problem: why it does not, "" where it is no front matter at all.
    """

    scalars: list[Scalar]
    is_opted_out: bool = False
    is_whole: bool = True
    problem: str = ""


def read_fields(data: str, language: Language) -> Fields:
    """The fields of a front matter; whatever the text is, there is an answer.

    >>> [s.value for s in read_fields("cover: a.png", Language.YAML).scalars]
    ['a.png']
    """
    return _READERS[language](data)


def _read_yaml(data: str) -> Fields:
    try:
        scalars = yaml.find_scalars(data)
    except SyntaxProblem as problem:
        scalars = yaml.find_scalars_by_line(data)
        return Fields(scalars, _is_off(scalars), False, str(problem) if _KEY.search(data) else "")
    return Fields(scalars, _is_off(scalars))


def _read_bare(data: str) -> Fields:
    scalars = find_bare_values(data)
    return Fields(scalars, _is_off(scalars))


def _read_toml(data: str) -> Fields:
    def load(text: str) -> dict[str, Any]:
        is_checkable = all(line.count(".") <= MAX_DOTS for line in text.splitlines())
        return tomllib.loads(text) if is_checkable else {}

    return _read_checked(data, "TOML", load, toml.find_strings)


def _read_json(data: str) -> Fields:
    def load(text: str) -> Any:
        # Hexo's form between `;;;` goes without the outer braces.
        return json.loads(text if text.lstrip().startswith("{") else f"{{{text}}}")

    return _read_checked(data, "JSON", load, json_strings.find_strings)


def _read_checked(
    data: str,
    language: str,
    load: Callable[[str], Any],
    find: Callable[[str], Any],
) -> Fields:
    """By our scanner, and by the real parser, which alone knows whether the text is sound."""
    scalars = list(find(data))
    try:
        value = load(data).get(SWITCH[0], True)
    except (ValueError, RecursionError) as error:
        problem = str(SyntaxProblem(language, error))
        return Fields(scalars, _is_off(scalars), False, problem if scalars else "")
    return Fields(scalars, value is False or _is_off(scalars))


def _is_off(scalars: list[Scalar]) -> bool:
    return any(s.path == SWITCH and s.value.strip().lower() in _OFF for s in scalars)


_READERS: dict[Language, Callable[[str], Fields]] = {
    Language.YAML: _read_yaml,
    Language.TOML: _read_toml,
    Language.JSON: _read_json,
    Language.BARE: _read_bare,
}


def add_images(
    findings: Findings, text: Text, fields: Fields, base_url: str | None, settings: ReadingSettings
) -> None:
    """Keep the fields that name images.

    Args:
        text: the data of the front matter.
    """
    names = frozenset(map(_normal, settings.image_fields))
    base = base_url if fields.is_whole else None  # a guessed field must name its host
    for scalar in fields.scalars:
        is_named = is_image_field(scalar, names, allow_relative=base is not None)
        if not is_named and not (settings.image_values and is_image_value(scalar)):
            continue
        value = text.child(scalar.start, scalar.end, scalar.codec)
        findings.add_url(value, ROLE, base, {"field": ".".join(scalar.path)})


def is_image_field(scalar: Scalar, names: frozenset[str], *, allow_relative: bool) -> bool:
    """Whether a field is an image by its name.

    Args:
        names: fields that hold images, in lower case without ``-_ ``.
        allow_relative: whether a relative URL may be one; then its path must end as an image.
    """
    keys = [_normal(key) for key in scalar.path] or [""]
    value = scalar.value.strip()
    if not _ABSOLUTE.match(value) and not (allow_relative and names_an_image(value)):
        return False
    is_named = keys[-1] in names or (keys[-1] in _SOURCES and not names.isdisjoint(keys))
    return is_named and _OTHER_FILE.fullmatch(value) is None


def is_image_value(scalar: Scalar) -> bool:
    """Whether a field is an image by its value: the URL of an image file, and nothing else."""
    value = scalar.value.strip()
    if not _ABSOLUTE.match(value) or any(map(str.isspace, value)):
        return False
    is_prose = scalar.path and _normal(scalar.path[-1]) in _PROSE
    return not is_prose and names_an_image(value)


def is_thumbnail_field(field: str, names: Iterable[str]) -> bool:
    """Whether the field of a reference is one that is given the thumbnail.

    Args:
        field: its key path (``thumbnail``, ``params.thumbnail.src``).
        names: as in the settings.

    >>> is_thumbnail_field("params.Thumb_Nail.src", ["thumbnail"])
    True
    """
    keys = [_normal(key) for key in field.split(".")]
    key = keys[-2] if keys[-1] in _SOURCES and len(keys) > 1 else keys[-1]
    return key in {_normal(name) for name in names}


def _normal(key: str) -> str:
    return _NOISE.sub("", key).lower()
