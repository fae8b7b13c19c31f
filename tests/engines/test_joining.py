"""Joining a cluster: with a token that nobody else reads, and with Ray installed, or not at all."""

from __future__ import annotations

import os
import stat
import sys
import types
from pathlib import Path

import pytest
from program import run_archiver

from archiver.config import Config
from archiver.engines.cluster import joining
from archiver.errors import RunError, UsageError
from archiver.pipeline.ray_settings import RaySettings

CLUSTER = RaySettings(address="head.example:6379")
TOKENS = {
    "no file is named": (None, 0o600, "ray.token_file: expected the file"),
    "there is none": ("", 0o600, "No such file"),
    "others may read it": ("secret", 0o644, "others may read it"),
    "it is empty": (" \n", 0o600, "empty; expected"),
}


@pytest.mark.parametrize(("text", "mode", "message"), TOKENS.values(), ids=TOKENS.keys())
def test_a_cluster_is_not_joined_without_a_good_token(
    text: str | None, mode: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RAY_AUTH_TOKEN_PATH", raising=False)
    path = tmp_path / "token"
    if text:
        path.touch(mode)
        path.chmod(mode)
        path.write_text(text)
    settings = RaySettings(CLUSTER.address, "" if text is None else str(path))
    with pytest.raises(UsageError, match=message) as caught, joining.join_cluster(settings, "x"):
        raise AssertionError("not reached")
    assert "secret" not in str(caught.value)


def test_the_variable_of_ray_names_the_token_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "token"
    path.touch(0o600)
    path.write_text("secret")
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(path))
    with joining._environment(CLUSTER):
        assert os.environ["RAY_AUTH_MODE"] == "token"
    assert os.environ["RAY_AUTH_TOKEN_PATH"] == str(path)
    assert "RAY_AUTH_MODE" not in os.environ


def test_a_cluster_of_this_machine_gets_a_new_token_that_only_we_read() -> None:
    home = os.environ["HOME"]
    with joining._environment(RaySettings()):
        path = Path(os.environ["RAY_AUTH_TOKEN_PATH"])
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(path.read_text()) == 64
        assert os.environ["HOME"] != home
    assert not path.parent.exists()
    assert os.environ["HOME"] == home


def test_without_ray_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    message = r"needs Ray: pip install 'image-asset-archiver\[ray\]'"
    with pytest.raises(UsageError, match=message), joining.join_cluster(RaySettings(), "x"):
        raise AssertionError("not reached")


def test_a_head_that_is_not_there_is_named_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "token"
    path.touch(0o600)
    path.write_text("secret")
    monkeypatch.setitem(sys.modules, "ray", types.ModuleType("ray"))
    settings = RaySettings("127.0.0.1:1", str(path))
    message = "ray.address = '127.0.0.1:1': no head answers there"
    with pytest.raises(RunError, match=message), joining.join_cluster(settings, "x"):
        raise AssertionError("not reached")


ADDRESSES = {
    "this machine": ("local", True),
    "its cluster": ("auto", True),
    "a head": ("10.0.0.1:6379", True),
    "a head by IPv6": ("[fd00::1]:6379", True),
    "without a port": ("head.example", False),
    "a client's": ("ray://head:10001", False),
}


@pytest.mark.parametrize(("address", "is_taken"), ADDRESSES.values(), ids=ADDRESSES.keys())
def test_addresses(address: str, is_taken: bool) -> None:
    table = {"ray": {"address": address}}
    if is_taken:
        assert Config.from_dict(table).ray.address == address
    else:
        with pytest.raises(UsageError, match=r'expected "local", "auto" or the HOST:PORT'):
            Config.from_dict(table)


def test_the_program_ends_with_2_where_the_token_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text("![](https://img.example.com/a.png)\n")
    environment = {
        "ARCHIVER_ENGINE": "ray",
        "ARCHIVER_RAY__ADDRESS": "127.0.0.1:6379",
        "RAY_AUTH_TOKEN_PATH": "",
    }
    result = run_archiver("archive", "post.md", cwd=tmp_path, environment=environment)
    assert result.code == 2
    assert "ray.token_file" in result.stderr
    assert not (tmp_path / "archived" / "post.md").exists()
