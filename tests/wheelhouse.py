"""Wheels of what is installed here: pip can install the project from them without a network."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterable
from email.parser import HeaderParser
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[1]
_NOT_IN_A_WHEEL = {"INSTALLER", "RECORD", "REQUESTED", "direct_url.json"}


def build(folder: Path, *options: str, source: Path = PROJECT) -> list[Path]:
    """What ``python -m build`` makes of *source* with the back end that is installed here."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), *options]
    subprocess.run([*command, str(source)], check=True, capture_output=True, text=True)
    return sorted(folder.iterdir())


def read_wheel(wheel: Path) -> metadata.Distribution:
    """The metadata of *wheel*."""
    with zipfile.ZipFile(wheel) as opened:
        info = next(name for name in opened.namelist() if name.endswith(".dist-info/METADATA"))
    return metadata.PathDistribution(zipfile.Path(wheel, info.removesuffix("METADATA")))


def names_needed(requirements: Iterable[str], extra: str = "") -> set[str]:
    """Names of all distributions that *requirements* lead to, those of *extra* among them."""
    found: set[str] = set()
    waiting = [(Requirement(line), extra) for line in requirements]
    while waiting:
        wanted, wanted_by = waiting.pop()
        name = canonicalize_name(wanted.name)
        if wanted.marker and not wanted.marker.evaluate({"extra": wanted_by}):
            continue
        if name in found and not wanted.extras:
            continue
        found.add(name)
        for line in metadata.requires(name) or []:
            waiting += [(Requirement(line), each) for each in (wanted.extras or {""})]
    return found


def make_wheelhouse(folder: Path, names: Iterable[str]) -> Path:
    """Put a wheel of each installed distribution of *names* into *folder*."""
    folder.mkdir()
    for name in names:
        _make_wheel(folder, metadata.distribution(name))
    return folder


def _make_wheel(folder: Path, installed: metadata.Distribution) -> None:
    files = [file for file in installed.files or [] if _belongs_in_a_wheel(file)]
    info = next(file.parent for file in files if file.name == "METADATA")
    tags = HeaderParser().parsestr(installed.read_text("WHEEL") or "").get_all("Tag", [])
    stem = str(info).removesuffix(".dist-info")
    with zipfile.ZipFile(folder / f"{stem}-{tags[-1]}.whl", "w") as wheel:
        for file in files:
            wheel.write(str(file.locate()), str(file))
        wheel.writestr(f"{info}/RECORD", "".join(f"{file},,\n" for file in files))


def _belongs_in_a_wheel(file: metadata.PackagePath) -> bool:
    """Not so: programs, which installing makes anew, and what pip noted."""
    is_outside = file.parts[0] == ".." or "__pycache__" in file.parts
    return not is_outside and file.name not in _NOT_IN_A_WHEEL
