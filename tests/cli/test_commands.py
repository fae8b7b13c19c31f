"""The commands that need no network, and what every command says of itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from program import run_archiver, snapshot_of, unmeasured

from archiver.cli.main import COMMANDS
from archiver.files import MAX_DOCUMENT_BYTES

CASES = Path(__file__).parents[1] / "cases" / "documents"
URL = "https://img.example/a.png?x-oss-process=image/resize,w_8/watermark,text_MQ"
CLEAN = "https://img.example/a.png?x-oss-process=image/resize,w_8"


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example(name: str, tmp_path: Path) -> None:
    result = run_archiver(name, "--help", cwd=tmp_path)
    assert result.code == 0
    assert "Example" in result.stdout and f"archiver {name}" in result.stdout


def test_version_and_no_arguments(tmp_path: Path) -> None:
    assert run_archiver("--version", cwd=tmp_path).stdout.startswith("archiver 0.")
    assert "archiver demo" in run_archiver("--help", cwd=tmp_path).stdout


def test_demo_shows_the_whole_job(tmp_path: Path) -> None:
    result = run_archiver("demo", cwd=tmp_path)
    assert result.code == 0, result.stdout + result.stderr
    assert "asked for without its watermark" in result.stdout
    assert "try 2 had it" in result.stdout
    assert "ferry.png" in result.stdout and "status-404" in result.stdout
    post = tmp_path / "archiver-demo" / "archived" / "post.md"
    assert str(post.relative_to(tmp_path)) in result.stdout
    assert post.read_bytes().startswith(b"\n---\n")
    assert run_archiver("restore", post, cwd=tmp_path).code == 0
    assert post.read_bytes() == (tmp_path / "archiver-demo" / "post.md").read_bytes()


def test_demo_again_takes_another_folder(tmp_path: Path) -> None:
    (tmp_path / "archiver-demo").mkdir()
    result = run_archiver("demo", "--json", cwd=tmp_path)
    assert result.code == 0
    summary = json.loads(result.stdout.splitlines()[-1])["summary"]
    assert summary["images"] == {"gone": 1, "stored": 5}
    assert (tmp_path / "archiver-demo-2" / "post.md").is_file()
    assert not any((tmp_path / "archiver-demo").iterdir())


def test_scan_finds_the_places_and_writes_nothing(tmp_path: Path) -> None:
    case = CASES / "064-fm-blank-first-line"
    expected = json.loads((case / "expect.json").read_text())["references"]
    (tmp_path / "post.md").write_bytes((case / "input.md").read_bytes())
    state = snapshot_of(tmp_path)
    result = run_archiver("scan", "post.md", "--json", cwd=tmp_path)
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(x["url"], [x["start"], x["end"]]) for x in found] == [
        (r["url"], r["span"]) for r in expected
    ]
    data = (case / "input.md").read_bytes()
    for x in found:
        line = data.split(b"\n")[x["line"] - 1]
        assert line[x["column"] - 1 :].startswith(x["raw"].encode())
    marked = found[-1]["candidates"]
    assert [c["kind"] for c in marked] == ["clean", "as given"]
    assert "watermark" not in marked[0]["url"]
    assert snapshot_of(tmp_path) == state


def test_scan_of_links_and_of_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "away.md").write_text("![](https://h.example/b.png)\n")
    folder = tmp_path / "site"
    (folder / "post.md").write_text("![](https://h.example/a.png)\n")
    (folder / "picture.md").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    (folder / "link.md").symlink_to("post.md")
    (folder / "away.md").symlink_to("../away.md")
    result = run_archiver("scan", "link.md", "away.md", "picture.md", cwd=folder)
    assert "link.md:1:5: markdown image: https://h.example/a.png" in result.stdout
    assert result.code == 3 and "away.md: a link out of its folder" in result.stderr
    told = run_archiver("why", "link.md", cwd=folder)
    assert told.stdout.startswith("https://h.example/a.png\n"), told.stderr


def test_dry_run_says_what_would_be_asked_for(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text("![](https://a.example/1.png) ![](https://b.example/2.png)")
    state = snapshot_of(tmp_path)
    result = run_archiver("archive", "post.md", "--dry-run", "--json", cwd=tmp_path)
    hosts = [json.loads(line) for line in result.stdout.splitlines()]
    assert {x["host"]: x["images"] for x in hosts} == {"a.example": 1, "b.example": 1}
    assert snapshot_of(tmp_path) == state
    assert (
        "2 images on 2 hosts"
        in run_archiver("archive", "post.md", "--dry-run", cwd=tmp_path).stdout
    )


def test_clean_url(tmp_path: Path) -> None:
    result = run_archiver("clean-url", URL, "https://img.example/b.png", "--json", cwd=tmp_path)
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first["rule"] == "aliyun-oss"
    assert [(c["url"], c["kind"]) for c in first["candidates"]] == [
        (CLEAN, "clean"),
        (URL, "as given"),
    ]
    assert [c["kind"] for c in second["candidates"]] == ["as given"]
    assert CLEAN in run_archiver("clean-url", URL, cwd=tmp_path).stdout.split()


def test_a_file_alone_means_archive(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text("no pictures\n")
    assert run_archiver("post.md", cwd=tmp_path).code == 0
    assert (tmp_path / "archived" / "post.md").read_text() == "no pictures\n"


USAGE = {
    "no such file": (["archive", "none.md"], "none.md"),
    "no such command": (["xyzzy"], "No such command 'xyzzy'.\n"),
    "a command misspelled": (["arkive"], "No such command 'arkive'. Did you mean 'archive'?"),
    "a file that is not there, no command": (["none.md"], "archiver archive FILE"),
    "a file of a folder, no command": (["posts/none.md"], "posts/none.md: No such file"),
    "an option, no command": (["--colour"], "--colour"),
    "both ways": (["archive", ".", "-o", "x", "--in-place"], "-o and --in-place"),
    "unknown option": (["archive", ".", "--colour"], "--colour"),
    "bad connect-to": (["archive", ".", "--connect-to", "x"], "connect_to"),
    "init of no folder": (["init", "none"], "none: expected a folder"),
    "an object store, where files are read": (["scan", "s3://b/p"], "s3://b/p: only `archive`"),
    "nothing to restore": (["restore"], "--all"),
    "restore of no file": (["restore", "none.md"], "none.md"),
}


@pytest.mark.parametrize(("arguments", "message"), USAGE.values(), ids=USAGE.keys())
def test_wrong_usage_is_exit_code_2_and_names_the_thing(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    result = run_archiver(*arguments, cwd=tmp_path)
    assert result.code == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


READERS = {
    "scan": (["scan", "."], "post.md:1:5: markdown image"),
    "check": (["check"], "post.md:1:5: remote image"),
    "dry run": (["archive", ".", "--dry-run"], "1 documents name 1 images"),
}


@pytest.mark.parametrize(("arguments", "expected"), READERS.values(), ids=READERS.keys())
def test_a_document_that_cannot_be_read_is_named_beside_the_others(
    arguments: list[str], expected: str, tmp_path: Path
) -> None:
    (tmp_path / "post.md").write_text("![](https://a.example/1.png)")
    with (tmp_path / "big.md").open("wb") as file:
        file.truncate(MAX_DOCUMENT_BYTES + 1)
    result = run_archiver(*arguments, cwd=tmp_path)
    assert (result.code, expected in result.stdout) == (3, True), result
    assert "big.md: larger than" in result.stderr


STREAMS = {  # what the shell adds → the exit code, the last line on stderr
    "standard output is full": (">/dev/full", 6, "archiver: standard output: No space left on dev"),
    "nobody reads any more": ("| true", 1, ""),
    "all are closed": ("<&- >&- 2>&-", 0, ""),
}


@pytest.mark.parametrize(("added", "code", "message"), STREAMS.values(), ids=STREAMS.keys())
def test_where_nothing_can_be_written(added: str, code: int, message: str, tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text("![](https://a.example/1.png)\n" * 1_500)
    program = f"{sys.executable} -m archiver scan post.md {added}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr[:47]) == (code, message[:47]), done.stderr


def test_a_document_on_standard_input_that_is_too_big(tmp_path: Path) -> None:
    result = run_archiver("-", cwd=tmp_path, text=bytes(MAX_DOCUMENT_BYTES + 1))
    assert (result.code, result.output) == (1, b"")
    assert "larger than" in result.stderr


def test_init_for_programs_and_for_people(tmp_path: Path) -> None:
    for name in ("none", "eleventy"):
        (tmp_path / name).mkdir()
    told = json.loads(run_archiver("init", "none", "--json", cwd=tmp_path).stdout)
    assert told == {"config": "none/archiver.toml", "generator": None}
    (tmp_path / "eleventy" / "eleventy.config.js").touch()
    text = run_archiver("init", "eleventy", cwd=tmp_path).stdout
    assert text.startswith("found Eleventy; wrote eleventy/archiver.toml; next: archiver run\n")
    assert "addPassthroughCopy" in text, "what a person must do"


def test_opted_out_documents_are_left_alone(tmp_path: Path) -> None:
    text = "---\narchiver: false\n---\n![](https://a.example/1.png)\n"
    (tmp_path / "post.md").write_text(text)
    result = run_archiver("archive", "post.md", "--in-place", "--json", cwd=tmp_path)
    assert result.code == 0
    assert json.loads(result.stdout.splitlines()[-1])["summary"]["documents"] == {"skipped": 1}
    assert (tmp_path / "post.md").read_text() == text


def test_dry_run_does_not_ask_for_a_page(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text("![](https://a.example/1.png)")
    result = run_archiver("archive", "post.md", "https://b.example/", "--dry-run", cwd=tmp_path)
    assert result.code == 0
    assert "1 documents name 1 images on 2 hosts" in result.stdout
    assert "1 pages would be asked for first" in result.stdout


def test_status_lists_what_a_person_may_look_at(tmp_path: Path) -> None:
    run_archiver("demo", "d", cwd=tmp_path)
    base = tmp_path / "d" / "archived"
    journal = next((base / ".archiver" / "journal").iterdir())
    marked = journal.with_name("20990101T000000Z-00000000.ndjson")
    line = next(x for x in journal.read_text().splitlines() if "dunes.png" in x)
    record = json.loads(line) | {"flags": ["watermarked"], "when": "2099-01-01T00:00:00Z"}
    marked.write_text(json.dumps(record) + "\n")  # a journal of another machine, copied in
    (base / ".archiver" / "conflicts").mkdir()
    (base / ".archiver" / "conflicts" / "post.md").write_text("mine")
    state = snapshot_of(tmp_path)
    found = json.loads(run_archiver("status", "-o", "d/archived", "--json", cwd=tmp_path).stdout)
    assert found["documents"] == 1
    assert found["images"] == {"gone": 1, "stored": 5}
    assert [x["url"] for x in found["marked"]["watermarked"]] == [record["url"]]
    assert [x["outcome"] for x in found["lost"]] == ["gone"]
    text = run_archiver("status", "-o", "d/archived", cwd=tmp_path).stdout
    assert "1 files that someone saved at the wrong moment, in conflicts/" in text
    assert "1 kept a watermark" in text and "ferry.png" in text
    assert snapshot_of(tmp_path) == state


def test_the_list_of_commands_imports_none_of_them() -> None:
    code = "import sys; sys.argv[1:] = ['--help']; from archiver.cli.main import main; main()"
    command = [sys.executable, "-X", "importtime", "-c", code]
    done = subprocess.run(command, env=unmeasured(), capture_output=True, text=True, check=True)
    assert "archiver.cli.main" in done.stderr
    assert "archiver.cli.archive" not in done.stderr
    assert all(name in done.stdout for name in COMMANDS)
