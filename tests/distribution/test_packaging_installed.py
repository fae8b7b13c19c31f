"""The wheel, installed by pip in an environment of its own, used from an empty home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
from required import is_full_run
from wheelhouse import build, make_wheelhouse, names_needed, read_wheel

import archiver

pytestmark = pytest.mark.skipif(not is_full_run(), reason="--full: pip takes a while")

NAME = "image-asset-archiver"
OF_EXTRAS = {
    "aiohttp-socks", "backports-zstd", "boto3", "brotli", "lxml", "numpy", "obstore", "pillow-heif",
    "pillow-jxl-plugin", "pyarrow", "pytest", "ray", "resvg-py", "trafilatura",
}  # fmt: skip
FEED = """\
<rss version="2.0"><channel><title>Harbour</title><item><title>Ferries</title>
<guid isPermaLink="false">1</guid><pubDate>Mon, 02 Feb 2026 10:00:00 GMT</pubDate>
<description>&lt;p&gt;Two of them.&lt;/p&gt;</description></item></channel></rss>
"""
CONFIG = """\
link_prefix = "/archive/"
[[sources]]
feed = "feed.xml"
as = "posts"
path = "source/_posts"
"""


@pytest.fixture(scope="module")
def bin_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The programs of an environment into which pip put the wheel and what it needs."""
    folder = tmp_path_factory.mktemp("installed")
    (wheel,) = build(folder / "dist", "--wheel")
    needed = names_needed(read_wheel(wheel).requires or [])
    wheels = make_wheelhouse(folder / "wheels", needed)
    venv.create(folder / "venv")
    python = folder / "venv" / "bin" / "python"
    options = ["--no-index", "--find-links", str(wheels), "--no-compile", "--quiet"]
    pip = [sys.executable, "-m", "pip", "--python", str(python)]
    subprocess.run([*pip, "install", *options, str(wheel)], check=True)
    yield python.parent


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Nothing but the network guard and an empty home."""
    (tmp_path / "home").mkdir()
    guard = {key: os.environ[key] for key in ("PYTHONPATH", "NETWORK_GUARD_LOG")}
    return {"HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin", **guard}


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def run(command: list[str | Path], work: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, cwd=work, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def test_nothing_of_an_extra_is_pulled_in(bin_folder: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--python", str(bin_folder / "python")]
    listed = subprocess.run([*pip, "list", "--format=json"], check=True, capture_output=True)
    names = {each["name"].lower().replace("_", "-") for each in json.loads(listed.stdout)}
    assert {NAME, "httpx", "pillow", "beautifulsoup4", "tenacity"} <= names
    assert OF_EXTRAS.isdisjoint(names)


def test_importing_it_loads_no_library(
    bin_folder: Path, work: Path, environment: dict[str, str]
) -> None:
    code = "import sys; was = {*sys.modules}; import archiver; print(*{*sys.modules} - was)"
    loaded = set(run([bin_folder / "python", "-c", code], work, environment).split())
    tops = {name.partition(".")[0] for name in loaded}
    assert tops - sys.stdlib_module_names == {"archiver"}


def test_version(bin_folder: Path, work: Path, environment: dict[str, str]) -> None:
    said = run([bin_folder / "archiver", "--version"], work, environment)
    assert said == f"archiver {archiver.__version__}\n"


def test_the_demo_and_its_gallery(
    bin_folder: Path, work: Path, environment: dict[str, str]
) -> None:
    assert "6 images: 1 gone, 5 stored" in run([bin_folder / "archiver", "demo"], work, environment)
    demo = work / "archiver-demo"
    run([bin_folder / "archiver", "gallery"], demo, environment)
    (page,) = demo.rglob("gallery/index.html")
    assert "dunes.png" in page.read_text("utf-8")
    assert list((work.parent / "home").iterdir()) == []


def test_posts_of_a_feed(bin_folder: Path, work: Path, environment: dict[str, str]) -> None:
    (work / "feed.xml").write_text(FEED, "utf-8")
    (work / "archiver.toml").write_text(CONFIG, "utf-8")
    run([bin_folder / "archiver", "run"], work, environment)
    (post,) = (work / "source" / "_posts").rglob("*.md")
    assert "Two of them." in post.read_text("utf-8")


def test_init_and_doctor(bin_folder: Path, work: Path, environment: dict[str, str]) -> None:
    (work / "hugo.toml").write_text('baseURL = "https://harbour.example/"\n')
    (work / "content").mkdir()
    run([bin_folder / "archiver", "init"], work, environment)
    assert "link_prefix" in (work / "archiver.toml").read_text("utf-8")
    assert "pillow" in run([bin_folder / "archiver", "doctor"], work, environment)
