"""A table of TOML becomes a frozen Settings, with an error that names the key and what is accepted.

Constraints stand at the field: ``Annotated[float, Meta(gt=0, description="a number above 0")]``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from archiver.errors import ConfigError
from archiver.redact import redact

T = TypeVar("T")

_TIMES_S: Mapping[str, float] = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
Duration = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^([0-9]{1,9}(\.[0-9]{1,3})?[smhdw])*\Z",
        description='a time like "90s", "15m", "1h30m" or "30d"',
    ),
]
"""A length of time as a person writes it; `read_duration_s` reads it."""
LONGEST_S = 100 * 365 * 86_400.0  # what is longer is for ever, and no calendar goes back so far

_HOLDS_SECRETS = re.compile(
    r"^hosts(?:\[\d+\])?$|\.(?:headers|cookies|credentials|mirrors|ping_url)$"
)

_WORDS: Mapping[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
}


def read_duration_s(text: str) -> float:
    """The seconds of a `Duration`, a hundred years at most; those of "" are 0.

    >>> read_duration_s("90s"), read_duration_s("1h30m"), read_duration_s("30d")
    (90.0, 5400.0, 2592000.0)
    """
    parts = re.findall(r"([0-9.]+)([smhdw])", text)
    seconds = sum(float(number) * _TIMES_S[unit] for number, unit in parts)
    return float(min(seconds, LONGEST_S))


def build_settings(cls: type[T], table: Mapping[str, Any], where: str = "") -> T:
    """The dataclass *cls* with the values of *table*.

    Args:
        where: what stands before a key in messages (``network.``, ``hosts[0].``).

    Raises:
        ConfigError: a key that *cls* has no field for, or a value its field does not take.
    """
    if not isinstance(table, Mapping):
        raise ConfigError(f"{where[:-1]} = {shown(table, where[:-1])}", "expected a table")
    types = field_types(cls)
    names = {key_of(name): name for name in types}
    for key in table:
        if key not in names:
            raise unknown_key(where + key, (where + name for name in names))
    values = {
        names[key]: convert(value, types[names[key]], where + key) for key, value in table.items()
    }
    try:
        return cls(**values)
    except ConfigError as error:  # of fields together, or of a grammar of their own
        head = "" if error.setting.startswith(where.partition("[")[0] + ".") else where
        raise ConfigError(head + error.setting, error.problem) from error


def field_names(cls: type[Any]) -> list[str]:
    """The fields that a file may set."""
    return [f.name for f in fields(cls) if f.init and not f.name.startswith("_")]


def key_of(field_name: str) -> str:
    """The key of a field in the file: a word of Python stands there with ``_`` behind it.

    >>> key_of("as_")
    'as'
    """
    return field_name.removesuffix("_")


def field_types(cls: type[Any]) -> dict[str, Any]:
    """Field name → its type with its constraints, for the fields that a file may set."""
    hints = get_type_hints(cls, include_extras=True)
    return {name: hints[name] for name in field_names(cls)}


def convert(value: Any, kind: Any, key: str) -> Any:
    """*value* as *kind*; lists become tuples, tables become their Settings.

    Raises:
        ConfigError: it is not accepted.
    """
    inner = _settings_in(kind)
    if inner is not None:
        if not isinstance(value, list | tuple):
            problem = f"expected a list of tables, [[{key}]]"
            raise ConfigError(f"{key} = {shown(value, key)}", problem)
        return tuple(build_settings(inner, v, f"{key}[{n}].") for n, v in enumerate(value))
    try:
        return msgspec.convert(value, type=kind)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{key} = {shown(value, key)}", f"expected {describe(kind)}") from error


def shown(value: Any, key: str) -> str:
    """*value* for a message; nothing of what may be a secret.

    >>> shown(-1, "network.tries"), shown({"session": 1}, "hosts[0].cookies")
    ('-1', '…')
    """
    if _HOLDS_SECRETS.search(key) and not isinstance(value, int | float):
        return "…"
    return repr(_without_secrets(value))


def _without_secrets(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_without_secrets(each) for each in value]
    return redact(value) if isinstance(value, str) and "://" in value else value


def describe(kind: Any) -> str:
    """What a field accepts, in words.

    >>> describe(Literal["clean", "original"])
    '"clean" or "original"'
    >>> describe(tuple[str, ...])
    'a list, each a text'
    """
    if get_origin(kind) is Annotated:
        base, *rest = get_args(kind)
        found = [m.description for m in rest if isinstance(m, msgspec.Meta) and m.description]
        return found[0] if found else describe(base)
    if get_origin(kind) is Literal:
        return " or ".join(f'"{value}"' for value in get_args(kind))
    if get_origin(kind) is tuple:
        return f"a list, each {describe(get_args(kind)[0])}"
    if get_origin(kind) in (UnionType, Union):  # with Annotated it is the latter
        return " or ".join(describe(each) for each in get_args(kind) if each is not NoneType)
    return _WORDS.get(kind, "another kind of value")


def unknown_key(key: str, known: Iterable[str]) -> ConfigError:
    """The error for a key that nothing reads; it names the nearest one that something does."""
    near = difflib.get_close_matches(key, list(known), n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else "no key has a name like it"
    return ConfigError(key, f"unknown key; {hint}")


def _settings_in(kind: Any) -> type[Any] | None:
    """The Settings class of a ``tuple[Settings, ...]``, else None."""
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        if isinstance(inner, type) and hasattr(inner, "__dataclass_fields__"):
            return inner
    return None
