"""What strangers wrote (names, URLs, messages) is shown to people, never obeyed by a terminal."""

from __future__ import annotations

import ast
import json
import os
import re
from pathlib import Path

import pytest
from program import Result, run_archiver

from archiver import cli
from archiver.redact import escape, escape_controls

OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
NAME = "图é🎉\x1b[31m\u202egnp\u2028\u2066\nFORGED.md"
SHOWN = "图é🎉\\u001b[31m\\u202egnp\\u2028\\u2066\\u000aFORGED.md"
URL = "http://127.0.0.1:9/\u202egnp\u2028.png"
POST = f'![a\u202eb]({URL})\n\n<img src="no\u2066ne.png" alt="\u202ealt">\n'

TEXTS = {
    "a colour": ("a\x1b[31m.md", "a\\u001b[31m.md"),
    "C1's own introducer": ("\x9b2J", "\\u009b2J"),
    "a line end": ("a\nb\r\x85", "a\\u000ab\\u000d\\u0085"),
    "Unicode's line ends": ("a\u2028b\u2029", "a\\u2028b\\u2029"),
    "an override": ("\u202egnp.exe\u202c", "\\u202egnp.exe\\u202c"),
    "isolates": ("\u2066a\u2067b\u2068c\u2069", "\\u2066a\\u2067b\\u2068c\\u2069"),
    "marks": ("a\u200e\u200f\u061c", "a\\u200e\\u200f\\u061c"),
    "DEL and NUL": ("\x7f\x00", "\\u007f\\u0000"),
    "a backslash": ("a\\u202e", "a\\u202e"),
    "CJK": ("图片 「日本語」 한국어", "图片 「日本語」 한국어"),
    "accents, composed or not": ("é e\u0301", "é e\u0301"),
    "a family of emoji": (
        "👨\u200d👩\u200d👧 ❤\ufe0f 🇫🇷",
        "👨\u200d👩\u200d👧 ❤\ufe0f 🇫🇷",
    ),
    "right to left as it is written": ("עברית می\u200cخواهم", "עברית می\u200cخواهم"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("text", "shown"), TEXTS.values(), ids=TEXTS.keys())
def test_escape(text: str, shown: str) -> None:
    assert escape(text) == escape_controls(text) == shown
    assert escape(shown) == shown, "once more changes nothing"


def test_bytes_that_are_no_text() -> None:
    name = os.fsdecode(b"caf\xe9.md")
    assert escape(name) == "caf\\xe9.md"
    assert escape_controls(name) == name


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A document of an odd name, archived in place with what can be had of it: nothing."""
    path = tmp_path_factory.mktemp("odd")
    (path / NAME).write_text(POST)
    assert run_archiver("archive", NAME, "--in-place", cwd=path).code == 3
    return path


COMMANDS = {
    "scan": ["scan", NAME],
    "archive, piped": ["archive", NAME, "-o", "out\u202e"],
    "archive, with its log": ["archive", NAME, "--in-place", "--retry", "-vv"],
    "archive, with its log for programs": [
        "archive",
        NAME,
        "--in-place",
        "--retry",
        "-vv",
        "--log-format",
        "json",
        "--json",
    ],
    "dry run": ["archive", NAME, "--dry-run"],
    "check": ["check"],
    "why, of a document": ["why", NAME],
    "why, of a URL": ["why", URL],
    "clean-url": ["clean-url", URL],
    "status": ["status"],
    "restore": ["restore", NAME],
    "restore of URLs": ["restore", "--urls", NAME],
    "relink": ["relink", NAME],
    "verify": ["verify", "--documents"],
    "gc": ["gc", "--dry-run"],
    "gallery": ["gallery", "-o", "gallery\u202e"],
    "no such file": ["archive", "none\u202e\x1b[31m.md"],
    "no such file, of a name with a line end": ["archive", "none\nFORGED.md"],
    "no such command": ["none\u202e\x1b[31m"],
    "no such option": ["scan", "--none\u202e\x1b[31m"],
}


def is_harmless(result: Result) -> bool:
    text = result.stdout + result.stderr
    return not OBEYED.search(text) and "\nFORGED" not in text and "Traceback" not in text


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS.keys())
def test_commands_show_what_strangers_wrote(arguments: list[str], folder: Path) -> None:
    result = run_archiver(*arguments, cwd=folder)
    assert result.stdout + result.stderr
    assert is_harmless(result), result


NAMING = {"scan", "check", "archive, with its log", "restore of URLs"}


@pytest.mark.parametrize("command", sorted(NAMING))
def test_ordinary_letters_of_a_name_stay(command: str, folder: Path) -> None:
    result = run_archiver(*COMMANDS[command], cwd=folder)
    assert SHOWN in result.stdout + result.stderr, result


@pytest.mark.parametrize("arguments", [["scan", NAME, "--json"], ["check", "--json"]])
def test_programs_get_the_name_itself(arguments: list[str], folder: Path) -> None:
    result = run_archiver(*arguments, cwd=folder)
    named = {json.loads(line)["document"] for line in result.stdout.split("\n")[:-1]}
    assert NAME in named
    assert is_harmless(result), result


_WRITERS = ("tell", "main")
MODULES = [p for p in sorted(Path(cli.__file__).parent.glob("*.py")) if p.stem not in _WRITERS]


@pytest.mark.parametrize("path", MODULES, ids=[p.stem for p in MODULES])
def test_commands_tell_sentences_through_the_one_helper(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    echoed = [c.args[0] for c in calls if ast.unparse(c.func) == "click.echo"]
    assert not [ast.unparse(x) for x in echoed if isinstance(x, ast.JoinedStr | ast.Constant)]
