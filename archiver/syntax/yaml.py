"""YAML's scalars with their places in the text.

The C loader composes the node graph; its marks count characters of a str, CR and LF each one.
(Fed bytes, or a str that begins with a BOM, its marks lie: the text must begin behind the BOM.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from archiver.syntax.escapes import YAML_DOUBLE, YAML_SINGLE
from archiver.syntax.patterns import compile_pattern
from archiver.syntax.scalars import MAX_PATH, Path, Scalar, SyntaxProblem

_PREFIX = compile_pattern(r"(?:(?:&\S++|!\S*+)(?:\s|#[^\r\n]*+)++)*+")  # anchors and tags
_HEADER = compile_pattern(r"[^\r\n]*+")  # of a block scalar: its indicators and comment
_QUOTED = {"'": YAML_SINGLE, '"': YAML_DOUBLE}
_LEADING_TABS = compile_pattern(r"(?<![^\r\n])[ \t]*\t[ \t]*")
_UNREADABLE = (  # compiled where it is used: takes longer than all else here, and is rare
    r"[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def find_scalars(text: str) -> list[Scalar]:
    """Every string value whose raw text is one piece, in file order, an alias once for each use.

    Where the text does not parse as it is, a tab of indentation counts as one space, and a
    character that YAML 1.1 refuses or takes for a line end as U+FFFD.

    Raises:
        SyntaxProblem: not YAML, or no mapping at its root.

    >>> [(s.path, s.value, s.start) for s in find_scalars("a: 'x'\\nb: [y]")]
    [(('a',), 'x', 4), (('b',), 'y', 11)]
    """
    root = _compose(text)
    if root is None:
        return []
    if not isinstance(root, MappingNode):
        raise SyntaxProblem("YAML", "its root is not a mapping")
    found = (_locate(text, path, node) for path, node in _walk(root))
    return sorted(filter(None, found), key=lambda scalar: scalar.start)


def _compose(text: str) -> Node | None:
    try:
        return _compose_once(text)
    except SyntaxProblem:
        mended = _LEADING_TABS.sub(lambda match: " " * len(match[0]), text)
        return _compose_once(re.sub(_UNREADABLE, "\ufffd", mended))


def _compose_once(text: str) -> Node | None:
    try:
        root: Node | None = yaml.compose(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        text = str(error).replace('"<unicode string>", ', "")
        raise SyntaxProblem("YAML", text) from error
    return root


def _walk(root: MappingNode) -> Iterator[tuple[Path, ScalarNode]]:
    """Scalars with their key paths; a collection that aliases share is entered once."""
    seen: set[int] = {id(root)}
    todo: list[tuple[Path, Node]] = [((), root)]
    while todo:
        for path, child in _children(*todo.pop()):
            if isinstance(child, ScalarNode):
                yield path, child
            elif id(child) not in seen:
                seen.add(id(child))
                todo.append((path, child))


def _children(path: Path, node: Node) -> Iterator[tuple[Path, Node]]:
    if isinstance(node, SequenceNode):
        for child in node.value:
            yield path, child
    else:  # a mapping: scalars have no children, and are not asked
        for key, child in node.value:
            name = key.value if isinstance(key, ScalarNode) else ""
            yield (*path, name)[-MAX_PATH:], child


def _locate(text: str, path: Path, node: ScalarNode) -> Scalar | None:
    """The scalar's raw text without anchor, tag, quotes, header; None where it is many pieces."""
    start, end = node.start_mark.index, node.end_mark.index
    prefix = _PREFIX.match(text, start, end)
    start = prefix.end() if prefix else start
    codec = _QUOTED.get(node.style or "")
    if codec:
        # YAML 1.1 breaks lines at U+0085 and U+2028 too; such a value is no URL, leave it.
        is_same = codec.decode(text[start + 1 : end - 1])[0] == node.value
        return Scalar(path, start + 1, end - 1, node.value, codec) if is_same else None
    value = node.value.strip()
    if not value or "\n" in value:
        return None
    header = _HEADER.match(text, start, end) if node.style else None
    start = text.find(value, header.end() if header else start, end)
    return Scalar(path, start, start + len(value), value) if start >= 0 else None


_LINE = (  # compiled where it is used, as `_UNREADABLE` is
    r"""(?x)(?<![^\r\n])[ \t]*+(?:-[ \t]++)*+
    (?:(?P<quote>["']?)(?P<key>[\w.-](?:[\w.-]|[ ](?=[\w.-]))*+)(?P=quote)[ \t]*+:(?![^ \t\r\n]))?+
    [ \t]*+(?:[&!]\S*+[ \t]++)*+
    (?:'(?P<single>(?:[^'\r\n]|'')*+)'
      |"(?P<double>(?:[^"\\\r\n]|\\[^\r\n])*+)"
      |(?P<plain>[^\s'"\#&*!|>%@`\[{](?:[^\s]|[ \t]++(?![ \t\r\n\#]))*+))?+
    [ \t]*+(?:\#[^\r\n]*+)?+(?![^\r\n])"""
)
_LINE_CODECS = {"single": YAML_SINGLE, "double": YAML_DOUBLE, "plain": None}


def find_scalars_by_line(text: str) -> list[Scalar]:
    """What a person takes for values in a text that is not YAML: ``key: value``, ``- value``.

    Only values on one line; a member of a list belongs to the last key before it.

    >>> [(s.path, s.value) for s in find_scalars_by_line("@x\\na: 'y' # z\\nb:\\n - c")]
    [(('a',), 'y'), (('b',), 'c')]
    """
    found: list[Scalar] = []
    path: Path = ()
    for line in compile_pattern(_LINE).finditer(text):
        path = (line["key"],) if line["key"] else path
        group = next((group for group in _LINE_CODECS if line[group]), None)
        if group and path:
            found.append(_value_of_line(path, line, group))
    return found


def _value_of_line(path: Path, line: re.Match[str], group: str) -> Scalar:
    codec = _LINE_CODECS[group]
    value = codec.decode(line[group])[0] if codec else line[group]
    return Scalar(path, *line.span(group), value, codec)
