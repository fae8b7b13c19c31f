"""A user's own rules: the same TOML form as ``rules.toml``, checked before the run begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archiver.cdn.attributes import find_beside
from archiver.cdn.cleaning import Study, clean, find_originals
from archiver.cdn.reading import nearest, read_rule, read_texts
from archiver.cdn.rule import Example, Rule
from archiver.cdn.table import Table, build_table, load_own
from archiver.errors import ConfigError


def read_user_rules(
    entries: Iterable[Mapping[str, object]], setting: str = "rules"
) -> tuple[tuple[Rule, ...], frozenset[str]]:
    """The rules of ``[[rules]]`` tables, and the names that their ``disable`` switches off.

    Every example is tried by its rule alone, so that a rule that does nothing is seen at once.

    Raises:
        ConfigError: a key, a value or an example is not accepted.

    >>> read_user_rules([{"disable": ["thumbor"]}])
    ((), frozenset({'thumbor'}))
    """
    rules: list[Rule] = []
    disable: set[str] = set()
    for i, table in enumerate(entries):
        place = f"{setting}[{i}]"
        disable.update(read_disabled(table.get("disable", []), f"{place}.disable"))
        rest = {key: value for key, value in table.items() if key != "disable"}
        if rest:
            rules.append(_read_new_rule(rest, place, rules))
    return tuple(rules), frozenset(disable)


def read_disabled(names: object, setting: str) -> frozenset[str]:
    """Names of built-in rules. Raises ConfigError for any other."""
    known = [rule.name for rule in load_own()[0]]
    for name in read_texts(names, setting):
        if name not in known:
            problem = f"expected the name of a built-in rule; {nearest(name, known)}"
            raise ConfigError(f'{setting} = "{name}"', problem)
    return frozenset(read_texts(names, setting))


def _read_new_rule(table: Mapping[str, object], setting: str, before: list[Rule]) -> Rule:
    rule = read_rule(table, setting)
    if any(rule.name == other.name for other in before):
        problem = "expected a name that no rule above has"
        raise ConfigError(f'{setting}.name = "{rule.name}"', problem)
    table_of_one = build_table((rule,), frozenset(own.name for own in load_own()[0]))
    for i, example in enumerate(rule.examples):
        _check_example(example, table_of_one, f"{setting}.examples[{i}]")
    return rule


def _check_example(example: Example, table: Table, setting: str) -> None:
    beside = (found.url for found in find_beside(example.url, dict(example.attributes), table))
    given = Study(example.url, table)
    best = next(beside, clean(given, table).url)
    wanted = example.url if example.clean is None else example.clean
    if best != wanted:
        raise ConfigError(f'{setting}.clean = "{wanted}"', f'the rule gives "{best}"')
    sources = [source for source, _ in given.sources()]
    originals = [found.url for found in find_originals(given, table)]
    if example.original is not None and example.original not in (*sources, *originals, best):
        known = " or ".join(f'"{url}"' for url in (*sources, *originals)) or "none"
        raise ConfigError(f'{setting}.original = "{example.original}"', f"the rule gives {known}")
