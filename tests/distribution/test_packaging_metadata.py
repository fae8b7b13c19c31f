"""pyproject.toml says what the program imports, and nothing else."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from functools import cache
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from wheelhouse import PROJECT

_METADATA = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
_FOR_DEVELOPERS = ("bench", "check", "mutation", "test")
_LOADED_BY_ANOTHER = {"lxml-html-clean"}  # trafilatura's HTML cleaner
_DOTTED = re.compile(r"[a-z_]\w+(\.\w+)*")
OWNERS_CHOICE = ["httpx", "pillow", "beautifulsoup4", "tenacity"]
EXTRAS = {
    name: lines
    for name, lines in _METADATA["optional-dependencies"].items()
    if name not in _FOR_DEVELOPERS
}
LIBRARIES = [*_METADATA["dependencies"], *(line for lines in EXTRAS.values() for line in lines)]


def names_of(lines: list[str]) -> list[str]:
    return [canonicalize_name(Requirement(line).name) for line in lines]


@cache
def nodes_of_the_program() -> list[ast.AST]:
    files = (PROJECT / "archiver").rglob("*.py")
    return [node for file in files for node in ast.walk(ast.parse(file.read_bytes()))]


def modules_imported() -> set[str]:
    """Dotted names of all modules that the program imports by a statement."""
    found: set[str] = set()
    for node in nodes_of_the_program():
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def names_in_strings() -> set[str]:
    """Strings that are dotted names: some modules are imported by their name."""
    strings = (node.value for node in nodes_of_the_program() if isinstance(node, ast.Constant))
    return {text for text in strings if isinstance(text, str) and _DOTTED.fullmatch(text)}


def modules_of(distribution: str) -> set[str]:
    """Dotted names of all modules that an installed *distribution* brings."""
    files = metadata.distribution(distribution).files or []
    names = (re.sub(r"(/__init__)?(\.[\w-]+)?\.(py|so)$", "", str(file)) for file in files)
    return {name.replace("/", ".") for name in names if re.fullmatch(r"[\w/]+", name)}


def test_what_is_imported_is_declared() -> None:
    owners = metadata.packages_distributions()
    declared = set(names_of(LIBRARIES))
    tops = {name.partition(".")[0] for name in modules_imported()}
    undeclared = {
        module
        for module in tops - sys.stdlib_module_names - {"archiver"}
        if declared.isdisjoint(map(canonicalize_name, owners.get(module, [])))
    }
    assert undeclared == set()


def test_what_is_declared_is_imported() -> None:
    needed = [Requirement(line) for line in LIBRARIES]
    here = {each.name for each in needed if not each.marker or each.marker.evaluate()}
    named = modules_imported() | names_in_strings()
    unused = {name for name in here - _LOADED_BY_ANOTHER if modules_of(name).isdisjoint(named)}
    assert unused == set()


def test_the_owners_choice_stands_first() -> None:
    assert names_of(_METADATA["dependencies"])[:4] == OWNERS_CHOICE


@pytest.mark.parametrize("line", LIBRARIES)
def test_a_library_has_a_lowest_version_and_a_next_major_one(line: str) -> None:
    assert {each.operator for each in Requirement(line).specifier} == {">=", "<"}


@pytest.mark.parametrize("extra", _FOR_DEVELOPERS)
def test_tools_are_pinned(extra: str) -> None:
    for line in _METADATA["optional-dependencies"][extra]:
        assert [each.operator for each in Requirement(line).specifier] == ["=="], line


def test_extras_are_those_that_the_program_names() -> None:
    texts = [file.read_text("utf-8") for file in (PROJECT / "archiver").rglob("*.py")]
    named = {name for text in texts for name in re.findall(r"image-asset-archiver\[(\w+)\]", text)}
    assert named <= EXTRAS.keys()
