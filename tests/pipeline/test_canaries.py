"""Secrets in URLs, headers, cookies and the environment appear in nothing that the program says."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from moody_origin import MoodyOrigin, image, photo
from program import Result, run_archiver

LONG = "canary0path" * 5  # as a token in a path looks
SECRET = f"{LONG}/a.jpg?token=canary1query&canary2bare-and-long-enough"
LOGIN = "canary3user:canary4password"
ENVIRONMENT = {"CANARY_LOGIN": "me:canary5environment", "OTHER": "canary6environment"}
CONFIG = """\
[network]
backoff_s = 0.01
tries = 2
connect_to = {connect_to}
ca_file = "{ca_file}"
rescue = ["memento"]
timegate = "https://archive.example/canary7timegate?key=canary7timegate&url={{url}}"
[[hosts]]
pattern = "*.example"
headers = {{ "X-Key" = "canary8header" }}
cookies = {{ "session" = "canary9cookie" }}
credentials = "CANARY_LOGIN"
mirrors = ["https://mirror.example/{{path}}?key=canary10mirror"]
"""
STATUSES = {"gone": 404, "blocked": 403, "busy": 500, "odd": 204, "over": 410, "legal": 451}
HOSTS = ("stored", "moved", "elsewhere", "cookies", "page", "bytes", "port", *STATUSES)
PLACES = {
    "page.html": "<!doctype html>\n{}",
    "post.md": "{}\n\n![x](https://stored.example/b.jpg?token=canary1query)\n\n"
    "![y](https://stored.example/b c.jpg?token=canary1query)\n",
}


def answer(status: int | bytes | str) -> object:
    return lambda exchange: status


@pytest.fixture
def origin() -> Iterator[MoodyOrigin]:
    with MoodyOrigin() as server:
        for name, status in STATUSES.items():
            server.moods[f"{name}.example"] = answer(status)  # type: ignore[assignment]
        server.moods["stored.example"] = lambda exchange: photo(exchange.target.decode())
        server.moods["moved.example"] = lambda e: f"https://{LOGIN}@stored.example/m/{SECRET}"
        server.moods["elsewhere.example"] = lambda e: f"ftp://{LOGIN}@stored.example/{SECRET}"
        server.moods["cookies.example"] = lambda e: "http://[canary1query/"
        server.moods["bytes.example"] = lambda e: b"canary1query is no picture"
        yield server


@pytest.fixture
def folder(tmp_path: Path, origin: MoodyOrigin) -> Path:
    config = CONFIG.format(connect_to=json.dumps(origin.connect_to), ca_file=origin.ca_file)
    (tmp_path / "archiver.toml").write_text(config)
    return tmp_path


def write_documents(folder: Path) -> None:
    hosts = [f"{LOGIN}@{host}.example" for host in HOSTS]
    urls = [f"{scheme}://{host}/{SECRET}" for host in hosts for scheme in ("http", "https")]
    urls += [f"http://{LOGIN}@127.0.0.1:8081/{SECRET}", f"http://{LOGIN}@10.0.0.1:8080/{SECRET}"]
    urls.append(f"https://img.shields.io/{SECRET}")
    for name, form in PLACES.items():
        (folder / name).write_text(form.format("".join(map(image, urls))))


def said(result: Result) -> str:
    return result.stdout + result.stderr


VOICES = {"plain": ("-vv",), "for programs": ("--json", "-vv")}


@pytest.mark.parametrize("voice", VOICES.values(), ids=VOICES.keys())
def test_a_run_tells_no_secret(folder: Path, voice: tuple[str, ...]) -> None:
    write_documents(folder)
    base = ("--base-url", f"https://{LOGIN}@site.example/p?token=canary1query")
    for retry, report in (((), "report.json"), (("--retry",), "report.md")):
        result = run_archiver(
            "archive", *PLACES, "--in-place", *base, *voice, *retry, "--report", report,
            cwd=folder, environment=ENVIRONMENT,
        )  # fmt: skip
        assert result.code == 3, result.stderr
        assert "canary" not in said(result)
        text = (folder / report).read_text()
        assert "gone.example" in text and "canary" not in text
    if "--json" in voice:
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        assert {"gone", "blocked", "unsafe"} <= set(lines[-1]["summary"]["images"])


def test_nor_do_the_commands_that_look_back(folder: Path) -> None:
    write_documents(folder)
    run_archiver("archive", "page.html", "--in-place", cwd=folder, environment=ENVIRONMENT)
    for command in (
        ("status",), ("status", "--json"), ("why", "page.html"), ("doctor",), ("check",),
        ("check", "--json"), ("check", "--format", "github"), ("gallery", "-o", "gallery"),
    ):  # fmt: skip
        result = run_archiver(*command, cwd=folder, environment=ENVIRONMENT)
        is_about_all = command[0] in ("doctor", "gallery")
        assert "gone.example" in said(result) or is_about_all, said(result)
        assert "canary" not in said(result), command
    page = (folder / "gallery" / "index.html").read_text()
    assert "gone.example" in page and "stored.example" in page and "canary" not in page
    url = f"https://{LOGIN}@gone.example/{SECRET}"
    assert "canary" not in said(run_archiver("why", url, cwd=folder))


def test_a_page_by_its_url(folder: Path) -> None:
    url = f"https://{LOGIN}@gone.example/p?token=canary1query"
    for voice in VOICES.values():
        result = run_archiver(
            "archive", url, "-o", "out", *voice, cwd=folder, environment=ENVIRONMENT
        )
        assert result.code != 0
        assert "canary" not in said(result), voice


BROKEN = {
    "a proxy that is down": {"ARCHIVER_NETWORK__PROXY": f"http://{LOGIN}@127.0.0.1:1"},
    "a proxy of no kind": {"ARCHIVER_NETWORK__PROXY": f"gopher://{LOGIN}@127.0.0.1:1"},
    "an archive of no kind": {"ARCHIVER_NETWORK__TIMEGATE": f"ftp://{LOGIN}@archive.example/"},
    "headers of no kind": {"ARCHIVER_HOSTS": '[{pattern = "*", headers = "X: canary8header"}]'},
    "a header that is no text": {
        "ARCHIVER_HOSTS": '[{pattern = "*", headers = {A = "canary8header", B = 1}}]'
    },
    "cookies of no kind": {"ARCHIVER_HOSTS": '[{pattern = "*", cookies = ["canary9cookie"]}]'},
    "a mirror without a place": {
        "ARCHIVER_HOSTS": '[{pattern = "*", mirrors = ["https://m.example/?k=canary10mirror"]}]'
    },
    "hosts that are no list": {"ARCHIVER_HOSTS": '{pattern = "*", cookies = "canary9cookie"}'},
}


@pytest.mark.parametrize("environment", BROKEN.values(), ids=BROKEN.keys())
def test_settings_that_cannot_be_used(folder: Path, environment: dict[str, str]) -> None:
    write_documents(folder)
    result = run_archiver(
        "archive", "page.html", "--in-place", "-vv", cwd=folder, environment=environment
    )
    assert result.code in (2, 3), said(result)
    assert "canary" not in said(result)
    assert "Traceback" not in result.stderr


def test_full_urls_stand_in_private_files_only(folder: Path) -> None:
    write_documents(folder)
    run_archiver("archive", *PLACES, "-o", "out", cwd=folder, environment=ENVIRONMENT)
    named = []
    for root, folders, names in os.walk(folder / "out"):
        for path in (Path(root, name) for name in (*folders, *names)):
            assert "canary" not in path.name
            if path.is_file() and path.name not in PLACES and b"canary" in path.read_bytes():
                named.append(path)
    assert any(path.suffix == ".ndjson" for path in named)
    for path in named:
        assert ".archiver" in path.parts
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert b"canary8" not in path.read_bytes(), "a header"
        assert b"canary9" not in path.read_bytes(), "a cookie"
        assert b"canary5" not in path.read_bytes(), "the environment"
