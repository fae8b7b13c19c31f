"""Every example of the documentation does what it says, or says why it is not run."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import documented
import pytest
import yaml
from documented import Example
from engines.contract import EngineContract
from example_folder import AnyOrigin, lay_out, run

from archiver.config import Config
from archiver.feeds.templates import load_template

RUNNERS: dict[str, Callable[[Example, Path, AnyOrigin], None]] = {}
NOT_OURS = {"", "text", "diff", "nginx", "caddyfile"}
"""Languages of blocks that show something, or are for other programs."""

NOT_RUN = {
    "archiver run --every 1h --log-format json -v": "runs until it is stopped",
    "archiver run --config /etc/archiver.toml --quiet": "a file of the system",
    "archiver scan posts --json | jq -r '.candidates[0].url'": "another program",
    "archiver doctor img.example.com": "asks the resolver",
    "archiver why s3://site/posts/a.md": "asks an object store",
}
"""Examples of the help → why they are not run."""

BLOCKS = list(documented.blocks())
COMMANDS = documented.commands_of_help()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, AnyOrigin]]:
    folder = tmp_path_factory.mktemp("prepared")
    with AnyOrigin() as origin:
        lay_out(folder, origin)
        yield folder, origin


@pytest.fixture
def folder(prepared: tuple[Path, AnyOrigin], tmp_path: Path) -> Path:
    shutil.copytree(prepared[0], tmp_path / "copy", symlinks=True)
    return tmp_path / "copy" / "site"


def runs(language: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def note(function: Callable[..., None]) -> Callable[..., None]:
        RUNNERS[language] = function
        return function

    return note


@runs("sh")
def run_lines(block: Example, folder: Path, origin: AnyOrigin) -> None:
    for line in block.text.splitlines():
        run(line, folder, origin)


@runs("toml")
def load_configuration(block: Example, folder: Path, origin: AnyOrigin) -> None:
    Config.from_dict(tomllib.loads(block.text), str(folder))


@runs("python")
def execute(block: Example, folder: Path, origin: AnyOrigin) -> None:
    exec(block.text, {"EngineContract": EngineContract})


@runs("jinja")
def compile_template(block: Example, folder: Path, origin: AnyOrigin) -> None:
    (folder / "post.md.j2").write_text(block.text)
    load_template(str(folder / "post.md.j2"))


@runs("json")
def parse_lines(block: Example, folder: Path, origin: AnyOrigin) -> None:
    assert all(json.loads(line) for line in block.text.splitlines())


@runs("yaml")
def parse_yaml(block: Example, folder: Path, origin: AnyOrigin) -> None:
    assert yaml.safe_load(block.text)


@pytest.mark.parametrize(
    "block",
    [pytest.param(b, id=b.place) for b in BLOCKS if b.language not in NOT_OURS and not b.reason],
)
def test_a_block_of_a_page(block: Example, folder: Path, prepared: tuple[Path, AnyOrigin]) -> None:
    assert block.language in RUNNERS, "nothing runs this language"
    RUNNERS[block.language](block, folder, prepared[1])


@pytest.mark.parametrize("line", [c for c in COMMANDS if c not in NOT_RUN])
def test_a_line_of_the_help(line: str, folder: Path, prepared: tuple[Path, AnyOrigin]) -> None:
    if line.startswith("archiver init"):
        (folder / "archiver.toml").unlink()  # it writes one
    run(line, folder, prepared[1])


def test_what_is_excused_is_there() -> None:
    assert NOT_RUN.keys() <= set(COMMANDS)
    assert all(b.language in RUNNERS for b in BLOCKS if b.reason), "excused without need"
