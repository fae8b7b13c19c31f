"""Rules and signatures from TOML tables, ours or a user's, with messages that say what is wrong."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any

from archiver.cdn.grammars import GRAMMARS
from archiver.cdn.rule import Example, Rule, Signature
from archiver.errors import ConfigError

_CONFIDENCES = ("high", "medium", "low")


def read_rules(entries: Iterable[Mapping[str, object]], setting: str = "rules") -> tuple[Rule, ...]:
    """The rules that TOML tables describe.

    Raises:
        ConfigError: a key is unknown, or a value not accepted; it names both.
    """
    rules = tuple(_read_rule(table, f"{setting}[{i}]") for i, table in enumerate(entries))
    for i, rule in enumerate(rules):
        if any(rule.name == other.name for other in rules[:i]):
            raise ConfigError(
                f'{setting}[{i}].name = "{rule.name}"', "expected a name not yet used"
            )
    return rules


def read_signatures(entries: Iterable[Mapping[str, object]]) -> tuple[Signature, ...]:
    """The signatures that TOML tables describe. Raises ConfigError as `read_rules` does."""
    return tuple(
        Signature(**_read_fields(table, Signature, f"signatures[{i}]"))
        for i, table in enumerate(entries)
    )


def _read_rule(table: Mapping[str, object], setting: str) -> Rule:
    values = _read_fields(table, Rule, setting)
    for key in ("name", "grammar"):
        if not values.get(key):
            raise ConfigError(f"{setting}.{key}", "expected a text; every rule has one")
    _check_choice(values["grammar"], tuple(GRAMMARS), f"{setting}.grammar")
    _check_choice(values.get("confidence", "high"), _CONFIDENCES, f"{setting}.confidence")
    _check_pattern(values.get("match", ""), f"{setting}.match")
    return Rule(**values)


def _read_fields(table: Mapping[str, object], kind: type, setting: str) -> dict[str, Any]:
    """The fields of *kind* that *table* holds, each checked by the type of its field."""
    if not isinstance(table, Mapping):
        raise ConfigError(f"{setting} = {table!r}", "expected a table")
    types = {field.name: str(field.type) for field in fields(kind)}
    values = {}
    for key, value in table.items():
        if key not in types:
            raise ConfigError(f"{setting}.{key}", f"unknown key; {_nearest(key, types)}")
        values[key] = _READERS[types[key]](value, f"{setting}.{key}")
    return values


def _read_text(value: object, setting: str) -> str:
    if not isinstance(value, str):
        raise ConfigError(f"{setting} = {value!r}", "expected a text")
    return value


def _read_flag(value: object, setting: str) -> bool:
    if not isinstance(value, bool):
        raise ConfigError(f"{setting} = {value!r}", "expected true or false")
    return value


def _read_texts(value: object, setting: str) -> tuple[str, ...]:
    """A list of texts; one text stands for a list of one."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ConfigError(f"{setting} = {value!r}", "expected a text or a list of texts")
    return tuple(texts)


def _read_pairs(value: object, setting: str) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping):
        raise ConfigError(f"{setting} = {value!r}", "expected a table of texts")
    return tuple((key, _read_text(text, f"{setting}.{key}")) for key, text in value.items())


def _read_examples(value: object, setting: str) -> tuple[Example, ...]:
    if not isinstance(value, list):
        raise ConfigError(f"{setting} = {value!r}", "expected a list of tables with a url")
    examples = []
    for i, table in enumerate(value):
        values = _read_fields(table, Example, f"{setting}[{i}]")
        if not values.get("url"):
            raise ConfigError(f"{setting}[{i}].url", "expected a URL; every example has one")
        examples.append(Example(**values))
    return tuple(examples)


_READERS: Mapping[str, Callable[[object, str], object]] = {
    "str": _read_text,
    "str | None": _read_text,
    "bool": _read_flag,
    "tuple[str, ...]": _read_texts,
    "tuple[tuple[str, str], ...]": _read_pairs,
    "tuple[Example, ...]": _read_examples,
}


def _check_choice(value: str, accepted: tuple[str, ...], setting: str) -> None:
    if value not in accepted:
        raise ConfigError(f'{setting} = "{value}"', f"expected one of {', '.join(accepted)}")


def _check_pattern(value: str, setting: str) -> None:
    try:
        re.compile(value)
    except re.error as error:
        raise ConfigError(
            f'{setting} = "{value}"', f"expected a regular expression ({error})"
        ) from error


def _nearest(key: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    return f'did you mean "{close[0]}"?' if close else f"known are {', '.join(known)}"
