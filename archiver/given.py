"""What a person gave, before it is checked: a file's tables, the environment's variables."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from archiver.errors import UsageError
from archiver.settings import unknown_key

logger = logging.getLogger(__name__)

FILE_NAMES = ("archiver.toml", "config.toml")
_OF_A_SITE = frozenset({"baseURL", "baseurl", "base_url", "theme"})  # Hugo's and Zola's own file
_ENVIRONMENT = "ARCHIVER_"


def find_file() -> Path | None:
    """The first of `FILE_NAMES` in this folder that is ours; None: there is none.

    Raises:
        UsageError: it cannot be read, or is no TOML.
    """
    for path in map(Path, FILE_NAMES):
        if path.is_file():
            if path.name == "config.toml" and _OF_A_SITE & read_file(path).keys():
                logger.warning("config.toml is the site generator's own; put ours in archiver.toml")
                return None
            return path
    return None


def read_file(path: Path) -> Mapping[str, Any]:
    """The tables of a file.

    Raises:
        UsageError: it cannot be read, or is no TOML.
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not TOML: {error}") from error


def read_environment(
    environment: Mapping[str, str], keys: Collection[str]
) -> Iterator[tuple[str, Any]]:
    """``ARCHIVER_NETWORK__PACE_S=1`` → ``network.pace_s``; a value is TOML, or else text.

    Args:
        keys: all keys of the file, dotted; a variable of another one-word name is not for us.

    Raises:
        ConfigError: it names a key of a section, and there is none of that name.
    """
    for name, text in environment.items():
        if not name.startswith(_ENVIRONMENT):
            continue
        key = name.removeprefix(_ENVIRONMENT).lower().replace("__", ".")
        if key in keys:
            yield key, _read_value(text)
        elif "." in key:
            raise unknown_key(name, (_ENVIRONMENT + k.replace(".", "__").upper() for k in keys))


def _read_value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
