"""What `doctor` says of this machine, and of others."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

import pytest
from program import run_archiver, snapshot_of
from required import give_up
from s3_servers import S3Server

from archiver import files
from archiver.config import Config
from archiver.errors import DiskFullError
from archiver.fetch.settings import FetchSettings
from archiver.imaging.codecs import Codec, find_hole, list_codecs
from archiver.maintenance import checkup
from archiver.maintenance.checkup import (
    check_addresses,
    check_contact,
    check_folders,
    check_machine,
    check_proxies,
    describe_codec,
)
from archiver.pipeline.places import Places

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_it_shows_every_topic_and_writes_nothing(tmp_path: Path) -> None:
    state = snapshot_of(tmp_path)
    result = run_archiver("doctor", cwd=tmp_path)
    assert result.code == 0, result.stdout + result.stderr
    for text in ("versions", "httpx", "codecs", "libjpeg_turbo", "folders", "network.contact"):
        assert text in result.stdout
    assert snapshot_of(tmp_path) == state


def test_json_has_a_line_a_finding(tmp_path: Path) -> None:
    secret = {"HTTPS_PROXY": "http://me:canary@proxy.example"}
    result = run_archiver("doctor", "localhost", "--json", cwd=tmp_path, environment=secret)
    assert "canary" not in result.stdout
    found = [json.loads(line) for line in result.stdout.splitlines()]
    by_name = {finding["name"]: finding for finding in found}
    assert by_name["WebP"]["value"].startswith("webp 1.")
    assert by_name["localhost"]["level"] == "warning"
    assert "refused" in by_name["localhost"]["value"]
    assert by_name["HTTPS_PROXY"]["level"] == "note"


def test_a_codec_with_a_known_hole_is_exit_1(tmp_path: Path) -> None:
    """In a program whose Pillow says it is an old one."""
    (tmp_path / "sitecustomize.py").write_text(
        "from importlib import metadata\n"
        "real = metadata.version\n"
        "metadata.version = lambda name: '12.3.0' if name == 'pillow' else real(name)\n"
    )
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    result = run_archiver("doctor", cwd=tmp_path, environment={"PYTHONPATH": path})
    assert result.code == 1
    assert "CVE-2026-112403" in result.stdout


HOLES = {
    "a WebP before its patch": ("webp", "1.3.1", True),
    "a WebP with it": ("webp", "1.3.2", False),
    "a Pillow before its patch": ("pillow", "12.3.0", True),
    "a newer Pillow": ("pillow", "13.0.0", False),
    "a HEIC plug-in before its patch": ("pillow-heif", "1.6.0", True),
    "one that is not installed": ("pillow-heif", "", False),
    "one without known holes": ("resvg-py", "0.1", False),
}


@pytest.mark.parametrize(("library", "version", "has_hole"), HOLES.values(), ids=HOLES.keys())
def test_holes(library: str, version: str, has_hole: bool) -> None:
    assert bool(find_hole(library, version)) == has_hole
    level = describe_codec(Codec("x", library, version, find_hole(library, version))).level
    assert (level == "error") == has_hole


def test_the_lowest_versions_we_install_have_no_known_hole() -> None:
    """The table and the requirements of the package agree."""
    project = tomllib.loads(PROJECT.read_text())["project"]
    texts = project["dependencies"] + project["optional-dependencies"]["codecs"]
    wanted = dict(text.partition(",")[0].split(">=") for text in texts)
    known = [codec.library for codec in list_codecs() if codec.library in wanted]
    assert {"pillow", "pillow-heif", "pillow-jxl-plugin", "py-svg-hush"} <= set(known)
    for library in known:
        assert not find_hole(library, f"{wanted[library]}.0.0"), library


def test_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = Places.of(str(tmp_path), "not/yet/there", ".archiver")
    assert {finding.level for finding in check_folders(places)} == {"ok"}

    def full(folder: str, reserve: files.Reserve) -> None:
        raise DiskFullError(folder, "3 MiB free")

    monkeypatch.setattr(files, "check_reserve", full)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    levels = [finding.level for finding in check_folders(places)]
    assert levels == ["error"] * 4 + ["ok"]


def test_two_file_systems(tmp_path: Path) -> None:
    memory = Path("/dev/shm")
    if not memory.is_dir() or tmp_path.stat().st_dev == memory.stat().st_dev:
        give_up("second disk", "none to compare with")
    found = list(check_folders(Places.of(str(tmp_path), "archive", "/dev/shm/.archiver")))
    assert (found[-1].value, found[-1].level) == ("two", "warning")


def test_object_stores(tmp_path: Path, s3_server: S3Server) -> None:
    url = s3_server.new_url()
    configuration = f'archive = "{url}"\nlink_prefix = "/a/"\nstate = "s3://never-made/state"\n'
    (tmp_path / "archiver.toml").write_text(configuration)
    result = run_archiver("doctor", "--json", cwd=tmp_path, environment=s3_server.environment)
    assert result.code == 1
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    found = {each["name"]: each for each in lines if each["topic"] == "objects"}
    assert found["archive"]["value"] == f"{url}: can be written, keeps conditions"
    assert found["state"]["level"] == "error" and "NoSuchBucket" in found["state"]["advice"]
    assert found["obstore"]["level"] == "ok"
    assert s3_server.paths(url) == []


ADDRESSES = {
    "a public one": ("8.8.8.8", (), "ok"),
    "this machine": ("127.0.0.1", (), "warning"),
    "metadata of a cloud": ("169.254.169.254", (), "warning"),
    "what a proxy makes up": ("198.18.0.7", (), "warning"),
    "one that is allowed": ("10.1.2.3", ("10.0.0.0/8",), "ok"),
    "this machine, IPv6": ("::1", (), "warning"),
    "no name at all": ("a..b", (), "warning"),
}


@pytest.mark.parametrize(("host", "allowed", "level"), ADDRESSES.values(), ids=ADDRESSES.keys())
def test_what_a_name_resolves_to_is_judged(host: str, allowed: tuple[str, ...], level: str) -> None:
    found = list(check_addresses(FetchSettings(allow_networks=allowed), [host]))
    assert [f.level for f in found if f.name == host] == [level]
    assert any(f.name == "allow_networks" for f in found) == bool(allowed)
    assert ("Clash" in found[-1].advice) == (host == "198.18.0.7")


def test_proxies_and_contact() -> None:
    found = list(check_proxies(FetchSettings(proxy="http://p"), {"ALL_PROXY": "x", "PATH": "/"}))
    assert [finding.name for finding in found] == ["ALL_PROXY", "network.proxy"]
    assert check_contact(FetchSettings()).level == "warning"
    assert check_contact(FetchSettings(contact="me@example.com")).level == "ok"


def test_no_name_is_looked_up_unasked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("a lookup")

    monkeypatch.setattr(checkup.socket, "getaddrinfo", fail)
    assert list(check_machine(Config(base=str(tmp_path)), [], {}))
