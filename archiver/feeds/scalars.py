"""Texts as YAML and TOML values that parse back to the same text."""

from __future__ import annotations

import re
import unicodedata

# YAML 1.1 takes some of these for true, false, null or a number, 1.2 others.
_WORDS = frozenset(["y", "yes", "n", "no", "on", "off", "true", "false", "null", "nan", "inf"])
_PLAIN_MARKS = frozenset(" ._-+&/()'")
# Not printable in YAML, or a line break to some reader.
_ESCAPED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_TOML_ESCAPED = re.compile('[\x00-\x1f\x7f-\x9f"\\\\\u2028\u2029\u202a-\u202e\ufeff]')


def yaml_scalar(text: str) -> str:
    """*text* as a YAML value: bare where no reader takes it for something else, else quoted.

    >>> yaml_scalar("IT 之家"), yaml_scalar("on"), yaml_scalar("@me"), yaml_scalar("1e3")
    ('IT 之家', "'on'", "'@me'", "'1e3'")
    """
    return text if _is_plain(text) else yaml_quoted(text)


def yaml_quoted(text: str) -> str:
    """*text* as a quoted YAML value: in single quotes where they can say it.

    >>> yaml_quoted("it's: 'x'"), yaml_quoted("a\\nb")
    ("'it''s: ''x'''", '"a\\\\nb"')
    """
    if _ESCAPED.search(text) is None:
        return "'" + text.replace("'", "''") + "'"
    inner = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _ESCAPED.sub(_yaml_escape, inner) + '"'


def toml_string(text: str) -> str:
    """*text* as a TOML basic string.

    >>> toml_string('a "b" \\\\')
    '"a \\\\"b\\\\" \\\\\\\\"'
    """
    return '"' + _TOML_ESCAPED.sub(_toml_escape, text) + '"'


def _is_plain(text: str) -> bool:
    """It begins and ends with a letter or digit, first a letter, so it is no number and no date."""
    if not text or text.lower() in _WORDS or _ESCAPED.search(text):
        return False
    categories = [unicodedata.category(character)[0] for character in text]
    if categories[0] != "L" or categories[-1] not in "LN":
        return False
    return all(
        kind in "LMN" or character in _PLAIN_MARKS
        for kind, character in zip(categories, text, strict=True)
    )


def _yaml_escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    named = {0: "\\0", 9: "\\t", 10: "\\n", 13: "\\r"}.get(code)
    return named or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def _toml_escape(match: re.Match[str]) -> str:
    named = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(match[0])
    return named or f"\\u{ord(match[0]):04x}"
