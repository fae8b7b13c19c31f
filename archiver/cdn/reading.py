"""Rules and signatures from TOML tables, ours or a user's, with messages that say what is wrong."""

from __future__ import annotations

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
    return tuple(read_rule(table, f"{setting}[{i}]") for i, table in enumerate(entries))


def read_signatures(entries: Iterable[Mapping[str, object]]) -> tuple[Signature, ...]:
    """The signatures that TOML tables describe. Raises ConfigError as `read_rules` does."""
    return tuple(
        Signature(**_read_fields(table, Signature, f"signatures[{i}]"))
        for i, table in enumerate(entries)
    )


def read_rule(table: Mapping[str, object], setting: str) -> Rule:
    """The rule that one TOML table describes. Raises ConfigError as `read_rules` does."""
    values = _read_fields(table, Rule, setting)
    for key in ("name", "grammar"):
        if not values.get(key):
            raise ConfigError(f"{setting}.{key}", "expected a text; every rule has one")
    _check_choice(values["grammar"], tuple(GRAMMARS), f"{setting}.grammar")
    _check_choice(values.get("confidence", "high"), _CONFIDENCES, f"{setting}.confidence")
    rule = Rule(**values)
    _check_patterns(rule, setting)
    return rule


def _read_fields(table: Mapping[str, object], kind: type, setting: str) -> dict[str, Any]:
    """The fields of *kind* that *table* holds, each checked by the type of its field."""
    if not isinstance(table, Mapping):
        raise ConfigError(f"{setting} = {table!r}", "expected a table")
    types = {field.name: str(field.type) for field in fields(kind)}
    values = {}
    for key, value in table.items():
        if key not in types:
            raise ConfigError(f"{setting}.{key}", f"unknown key; {nearest(key, types)}")
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


def read_texts(value: object, setting: str) -> tuple[str, ...]:
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
    "tuple[str, ...]": read_texts,
    "tuple[tuple[str, str], ...]": _read_pairs,
    "tuple[Example, ...]": _read_examples,
}


def _check_choice(value: str, accepted: tuple[str, ...], setting: str) -> None:
    if value not in accepted:
        raise ConfigError(f'{setting} = "{value}"', f"expected one of {', '.join(accepted)}")


def _check_patterns(rule: Rule, setting: str) -> None:
    """Whether `match` compiles, has the group its grammar wants, and the templates fit it."""
    try:
        pattern = re.compile(rule.match)
    except re.error as error:
        problem = f"expected a regular expression ({error})"
        raise ConfigError(f'{setting}.match = "{rule.match}"', problem) from error
    if rule.grammar == "nested" and not rule.parameter and "source" not in pattern.groupindex:
        problem = "expected a regular expression with a group (?P<source>…), or a parameter"
        raise ConfigError(f'{setting}.match = "{rule.match}"', problem)
    if rule.grammar in ("rewrite", "attribute"):
        for template in (rule.clean, *rule.original):
            _check_template(template, pattern, setting)


def _check_template(template: str, pattern: re.Pattern[str], setting: str) -> None:
    groups = re.findall(r"\\g<(\w+)>|\\(\d{1,2})", template)
    known = {str(i) for i in range(pattern.groups + 1)} | pattern.groupindex.keys()
    if {name or number for name, number in groups} <= known:
        return
    problem = f"expected a template for {pattern.pattern}, which has {pattern.groups} groups"
    raise ConfigError(f'{setting} = "{template}"', problem)


def nearest(key: str, known: Iterable[str]) -> str:
    """Words that help: the likeliest of *known* names, else all of them."""
    import difflib  # here: only a mistake needs it

    close = difflib.get_close_matches(key, known, n=1)
    return f'did you mean "{close[0]}"?' if close else f"known are {', '.join(known)}"
