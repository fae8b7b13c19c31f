"""The files of deploy/ and the commands of the docs say what the program understands."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from required import require

from archiver.cli.main import program
from archiver.config import load_config

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
SERVICE = DEPLOY / "archiver.service"
PROGRAM = "/opt/archiver/bin/archiver"
_ARCHIVER = re.compile(r"(?:^|[\s;&|])(?:\S*/)?archiver (?=[a-z-])")
_ENDS = re.compile(r"\s(?:\|\|?|&&|>|;|#).*$")


def commands_of_service() -> Iterator[str]:
    for line in SERVICE.read_text().splitlines():
        if line.startswith("ExecStart="):
            yield line.removeprefix("ExecStart=")


def commands_of_cron() -> Iterator[str]:
    for line in (DEPLOY / "archiver.cron").read_text().splitlines():
        if re.match(r"[\d*]", line):
            yield line.split(maxsplit=5)[5].rpartition("&& ")[2]


def commands_of_container() -> Iterator[str]:
    text = (DEPLOY / "Containerfile").read_text()
    entry, options = re.findall(r"^(?:ENTRYPOINT|CMD) (\[.*\])$", text, re.M)
    yield shlex.join(json.loads(entry) + json.loads(options))


def steps_of_workflow() -> list[dict[str, Any]]:
    workflow = yaml.safe_load((DEPLOY / "archive-images.yml").read_text())
    steps: list[dict[str, Any]] = workflow["jobs"]["archive"]["steps"]
    return steps


def commands_of_workflow() -> Iterator[str]:
    for step in steps_of_workflow():
        for line in step.get("run", "").splitlines():
            if re.match(r"\s*archiver ", line):
                yield _ENDS.sub("", line)


def commands_of_hook() -> Iterator[str]:
    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()):
        yield hook["entry"] + " post.md"


def commands_of_docs() -> Iterator[str]:
    for page in (ROOT / "README.md", ROOT / "docs" / "running.md"):
        for block in re.findall(r"^```(?:sh)?\n(.*?)^```", page.read_text(), re.M | re.S):
            for line in block.splitlines():
                if match := _ARCHIVER.search(line):
                    yield "archiver " + _ENDS.sub("", line[match.end() :])


SOURCES = {
    "service": commands_of_service,
    "cron": commands_of_cron,
    "container": commands_of_container,
    "workflow": commands_of_workflow,
    "hook": commands_of_hook,
    "docs": commands_of_docs,
}


def parse(line: str) -> None:
    """Raises click.UsageError for a command or an option that there is not."""
    words = shlex.split(line)
    assert Path(words[0]).name == "archiver", line
    context = click.Context(program, **program.context_settings)
    name, command, rest = program.resolve_command(context, words[1:])
    assert command is not None
    command.make_context(name, rest, parent=context)


@pytest.mark.parametrize("name", SOURCES)
def test_every_command_line_is_one_of_the_program(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = list(SOURCES[name]())
    assert lines, "none was found"
    (tmp_path / "post.md").touch()  # `archiver post.md` means a file that is there
    monkeypatch.chdir(tmp_path)
    for line in lines:
        parse(line)


WRONG = ("archiver run --quite", "archiver rum", "archiver check --sinc x", "archiver run extra")


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_line_would_be_found(line: str) -> None:
    with pytest.raises(click.UsageError):
        parse(line)


def test_the_keys_that_deploy_sets_are_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    found = dict(re.findall(r"^(?:Environment=)?(ARCHIVER_\w+)=(.+)$", SERVICE.read_text(), re.M))
    cron = (DEPLOY / "archiver.cron").read_text()
    found |= re.findall(r"^(ARCHIVER_\w+)=(.+)$", cron, re.M)
    for step in steps_of_workflow():
        found |= {k: v for k, v in step.get("env", {}).items() if k.startswith("ARCHIVER_")}
    assert len(found) == 3
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    config = load_config()
    assert (config.run.min_age, config.run.budget_time) == ("10s", "5h")


def test_the_settings_of_the_docs_are_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(
        r"^```toml\n(.*?)^```", (ROOT / "docs/running.md").read_text(), re.M | re.S
    )
    (tmp_path / "archiver.toml").write_text(block)
    assert load_config().run.ping_url.startswith("https://")


def test_the_docs_name_every_metric() -> None:
    from archiver.report.metrics import RunFacts, format_metrics

    text = format_metrics(RunFacts(0, 1.0, 1.0, 1), {"archiver_store_bytes": 1}).decode()
    docs = (ROOT / "docs" / "running.md").read_text()
    names = set(re.findall(r"^# HELP (\w+)", text, re.M))
    assert len(names) > 10 and all(f"`{name}" in docs for name in names)


def test_the_container_is_pinned_and_runs_as_nobody_in_particular() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    bases = re.findall(r"^FROM (\S+)", text, re.M)
    assert bases and all(re.search(r":\d+\.\d+-", base) for base in bases)
    (user,) = re.findall(r"^USER (\d+)", text, re.M)
    assert int(user) > 0
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.M):
        assert all((ROOT / name).exists() for name in line.split()[:-1])


def test_the_workflow_may_push_and_runs_alone() -> None:
    workflow = yaml.safe_load((DEPLOY / "archive-images.yml").read_text())
    assert workflow["permissions"] == {"contents": "write"}
    assert workflow["concurrency"] and workflow[True]["schedule"]  # YAML 1.1 reads "on" as true
    for step in steps_of_workflow():
        if "uses" in step:
            assert re.fullmatch(r"[\w/-]+@v\d+", step["uses"])
        elif shutil.which("bash"):
            subprocess.run(["bash", "-n"], input=step["run"], text=True, check=True)


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    """With a program that is there in the place of ours, which need not be."""
    tool = require("systemd")["systemd-analyze"]
    true = shutil.which("true")
    (tmp_path / SERVICE.name).write_text(SERVICE.read_text().replace(PROGRAM, str(true)))
    shutil.copy(DEPLOY / "archiver.timer", tmp_path)
    units = [str(tmp_path / name) for name in (SERVICE.name, "archiver.timer")]
    done = subprocess.run([tool, "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    scored = subprocess.run(
        [tool, "security", "--offline=yes", units[0]], capture_output=True, text=True, check=False
    )
    found = re.search(r"exposure level for \S+: ([\d.]+)", scored.stdout)
    if found:  # systemd 250 and later
        assert float(found[1]) <= 2.5
