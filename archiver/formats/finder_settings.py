"""``[[finders]]``: places of a user's own that hold images, told by a CSS selector."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from archiver.errors import ConfigError

Selector = Annotated[str, Meta(min_length=1, description="a CSS selector (figure[data-full])")]
AttributeName = Annotated[
    str, Meta(pattern=r"^[^\s\"'<>/=]+\Z", description="the name of an attribute (data-full)")
]
Role = Annotated[str, Meta(min_length=1, description="a name for the place, for reports")]


@dataclass(frozen=True, slots=True)
class FinderSettings:
    """One ``[[finders]]``.

    Attributes:
        select: CSS selector (soupsieve's, which has ``:has`` and ``:is``).
        attribute: of the selected elements, the one that holds a URL.
        pattern: regular expression, looked for all over the attribute's value; its group 1 is a
            URL. "": the whole value is.
        role: what such a reference is called; ``meta`` as its first word says that the place needs
            absolute URLs.
    """

    select: Selector = ""
    attribute: AttributeName = ""
    pattern: str = ""
    role: Role = "finder"

    def __post_init__(self) -> None:
        """Raises ConfigError for what is missing or cannot be read."""
        if not self.select:
            raise ConfigError("select", "expected a CSS selector; every finder has one")
        if not self.attribute:
            raise ConfigError(
                "attribute", "expected the name of an attribute; every finder has one"
            )
        _check_selector(self.select)
        _check_pattern(self.pattern)


def _check_selector(select: str) -> None:
    import soupsieve  # only where there is a finder: it costs more than all of the configuration

    try:
        soupsieve.compile(select)
    except (soupsieve.SelectorSyntaxError, ValueError) as error:
        problem = str(error).partition("\n")[0]
        raise ConfigError(f"select = {select!r}", f"expected a CSS selector: {problem}") from error


def _check_pattern(pattern: str) -> None:
    accepted = "expected a regular expression whose group 1 is the URL"
    try:
        groups = re.compile(pattern).groups
    except (re.error, OverflowError, RecursionError) as error:
        raise ConfigError(f"pattern = {pattern!r}", f"{accepted}: {error}") from error
    if pattern and not groups:
        raise ConfigError(f"pattern = {pattern!r}", f"{accepted}; it has no group")
