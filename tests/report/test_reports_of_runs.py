"""``--report``: of runs that were done, that failed, and whose name can't be used."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from origin import Origin
from pictures import picture
from program import run_archiver

GOOD, BAD = "https://img.example.com/a.png", "https://img.example.com/b.png?token=secret"
POST = f"![]({GOOD})\n![]({BAD})\n"


@pytest.fixture
def folder(tmp_path: Path, origin: Origin) -> Path:
    origin.serve(GOOD, picture())
    network = {"connect_to": list(origin.connect_to), "ca_file": origin.ca_file}
    lines = [f"{key} = {json.dumps(value)}" for key, value in network.items()]
    (tmp_path / "archiver.toml").write_text("\n".join(["[network]", *lines]))
    (tmp_path / "a.md").write_text(POST)
    (tmp_path / "b.md").write_text(f"![]({GOOD})")
    return tmp_path


def test_json_and_markdown(folder: Path) -> None:
    run = ("archive", "*.md", "--in-place", "-q", "--report")
    result = run_archiver(*run, "reports/r.json", cwd=folder)
    assert (result.code, result.stdout, result.stderr) == (3, "", "")
    text = (folder / "reports/r.json").read_text()
    report = json.loads(text)
    assert "secret" not in text
    assert (report["command"], report["ending"], report["error"]) == ("archive", "done", "")
    assert report["began"] <= report["ended"]
    assert report["summary"]["images"] == {"stored": 1, "gone": 1}
    assert report["summary"]["seconds"] > 0
    documents = {one["document"]: one["outcome"] for one in report["documents"]}
    assert documents == {"a.md": "rewritten", "b.md": "rewritten"}
    images = {one["url"]: one for one in report["images"]}
    assert images[GOOD]["documents"] == ["a.md", "b.md"] and images[GOOD]["is_new"]
    (loss,) = report["losses"]
    assert (loss["outcome"], loss["documents"]) == ("gone", ["a.md"])
    assert loss["why"] == "the server has it no more" and loss["not_before"] > report["ended"]

    (folder / "c.md").write_text(POST)
    again = run_archiver(*run, "r.MD", cwd=folder)
    assert again.code == 3
    markdown = (folder / "r.MD").read_text()
    assert "## Lost in earlier runs, still missing (1)" in markdown and "## New" not in markdown
    assert "secret" not in markdown


def test_the_report_of_a_failure(folder: Path) -> None:
    """The catalog cannot be used: the run fails, and its report says so."""
    (folder / ".archiver").mkdir()
    (folder / ".archiver/catalog.sqlite").mkdir()
    run = ("archive", "a.md", "--in-place", "--report")
    result = run_archiver(*run, "r.json", cwd=folder)
    assert result.code == 1
    report = json.loads((folder / "r.json").read_text())
    assert report["ending"] == "failed"
    assert report["error"] in result.stderr and report["error"]
    assert report["summary"]["documents"] == {}


def test_the_report_of_each_scheduled_run(folder: Path) -> None:
    """`[run] report` counts from the configuration's folder; the option overrides it."""
    config = folder / "archiver.toml"
    key = '[run]\nreport = "out/r.json"\n[[sources]]\npath = "a.md"\nin_place = true\n'
    config.write_text(f"{config.read_text()}\n{key}")
    (folder / "elsewhere").mkdir()
    run = ("run", "--config", str(config))
    assert run_archiver(*run, cwd=folder / "elsewhere").code == 3
    report = json.loads((folder / "out/r.json").read_text())
    assert (report["command"], len(report["losses"])) == ("run", 1)
    assert run_archiver(*run, "--report", "r.md", cwd=folder / "elsewhere").code == 0
    assert (folder / "elsewhere/r.md").read_text().startswith("# 0 images archived\n")
    config.write_text(config.read_text().replace("r.json", "r.pdf"))
    result = run_archiver(*run, cwd=folder)
    assert result.code == 2 and "expected a file's name that ends in .json or .md" in result.stderr


REFUSED = {
    "no suffix": ("report", "ends in .json or .md"),
    "another one": ("report.pdf", "ends in .json or .md"),
    "a folder": ("folder.md", "is a folder"),
}


@pytest.mark.parametrize(("name", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_a_name_that_cannot_be_used(folder: Path, name: str, message: str) -> None:
    (folder / "folder.md").mkdir()
    before = (folder / "a.md").read_bytes()
    result = run_archiver("archive", "a.md", "--in-place", "--report", name, cwd=folder)
    assert result.code == 2 and message in result.stderr
    assert (folder / "a.md").read_bytes() == before, "refused before the run"


def on_terminal(folder: Path, **environment: str) -> str:
    """What the program prints on a terminal."""
    ours, theirs = pty.openpty()
    run = [sys.executable, "-m", "archiver", "archive", "a.md", "-o", environment["OUT"]]
    env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {"TERM": "xterm"}
    subprocess.run(run, cwd=folder, env=env | environment, stdout=theirs, stderr=subprocess.PIPE,
                   stdin=subprocess.DEVNULL, check=False, timeout=100)  # fmt: skip
    os.close(theirs)
    text = b""
    try:
        while part := os.read(ours, 1 << 16):
            text += part
    except OSError:  # Linux says so when the other end is closed
        pass
    os.close(ours)
    return text.decode()


def test_colour_on_a_terminal_only(folder: Path) -> None:
    coloured = on_terminal(folder, OUT="one")
    assert "\x1b[32m1 stored" in coloured and "\x1b[31m1 gone" in coloured
    plain = on_terminal(folder, OUT="two", NO_COLOR="1")
    assert "1 stored" in plain and "\x1b[32m" not in plain and "\x1b[31m" not in plain
    piped = run_archiver("archive", "a.md", "-o", "three", cwd=folder)
    assert "\x1b" not in piped.stdout
    assert "1 gone: the server has it no more" in piped.stdout
    assert piped.stdout.splitlines()[-1] == "look at: three"


def test_names_cannot_write_to_the_terminal(folder: Path) -> None:
    names = ["x\x1b[31m.md", os.fsdecode(b"caf\xe9.md")]
    for name in names:
        (folder / name).write_text(POST)
        result = run_archiver("archive", name, "-o", "out", "--report", "r.md", cwd=folder)
        assert result.code == 3, result.stderr
        assert "\x1b" not in result.stdout and "Traceback" not in result.stderr
        (folder / name).unlink()
    assert "in caf\\xe9.md (status-404)" in result.stdout
    assert "caf\\xe9.md" in (folder / "r.md").read_text()
