"""Runs whose archive lies on an object store: the same documents and pictures as in a folder."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from origin import Origin
from pictures import SVG, photograph, save
from program import Result, run_archiver, snapshot_of
from python_zstd import zstd
from s3_servers import S3Server

POSTS, PICTURES = 6, 5
Expected = tuple[dict[str, bytes], dict[str, bytes]]
PREFIX = "https://pictures.example.com/a/"


def serve(origin: Origin) -> None:
    for n in range(PICTURES):
        origin.serve(
            f"https://img.example.com/{n}.jpg", save(photograph(n, (400 + n, 300)), "JPEG")
        )
    origin.serve("https://img.example.com/d.svg", SVG, media_type="image/svg+xml")


def marked(n: int) -> str:
    return f"https://img.example.com/{n}.jpg?x-oss-process=image/watermark,text_MQ"


def write_posts(folder: Path) -> None:
    folder.mkdir(parents=True)
    for n in range(POSTS):
        text = "".join(f"![{n}]({marked((n + k) % PICTURES)})\n" for k in range(3))
        text += "![](https://img.example.com/d.svg)\n"
        (folder / f"{n} 图.md").write_text(f"---\ntitle: {n}\n---\n{text}")


def configure(folder: Path, archive: str, more: str = "") -> None:
    folder.mkdir(exist_ok=True)
    text = f'archive = "{archive}"\nlink_prefix = "{PREFIX}"\n{more}\n'
    (folder / "archiver.toml").write_text(text)


def run(origin: Origin, *words: str, cwd: Path, environment: dict[str, str]) -> Result:
    mapped = [word for place in origin.connect_to for word in ("--connect-to", place)]
    return run_archiver(
        *words, *mapped, "--ca-file", origin.ca_file, cwd=cwd, environment=environment
    )


def documents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted((folder / "posts").iterdir())}


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def summary_of(result: Result) -> dict[str, object]:
    found: dict[str, object] = json.loads(result.stdout.splitlines()[-1])["summary"]
    return found


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Expected:
    """Documents and archive of a run over a folder."""
    base = tmp_path_factory.mktemp("in-a-folder")
    configure(base, "archive")
    write_posts(base / "posts")
    with Origin() as origin:
        serve(origin)
        result = run(origin, "archive", "posts", "--in-place", cwd=base, environment={})
    assert result.code == 0, result.stderr
    return documents(base), files_of(base / "archive")


def test_an_archive_in_a_bucket(
    origin: Origin,
    tmp_path: Path,
    s3_server: S3Server,
    expected: Expected,
) -> None:
    serve(origin)
    url = s3_server.new_url()
    base = tmp_path / "in-a-bucket"
    configure(base, url)
    write_posts(base / "posts")
    before = documents(base)
    words = ("archive", "posts", "--in-place", "--json")
    result = run(origin, *words, cwd=base, environment=s3_server.environment)
    assert result.code == 0, result.stderr
    assert (documents(base), s3_server.objects(url)) == expected
    assert not (base / "archive").exists()
    assert list((base / ".archiver" / "tmp").iterdir()) == []

    asked, state = len(origin.urls), snapshot_of(base)
    again = run(origin, *words, cwd=base, environment=s3_server.environment)
    assert summary_of(again)["documents"] == {"unchanged": POSTS}
    assert (len(origin.urls), snapshot_of(base)) == (asked, state)

    more = '[[thumbnails]]\nname = "64"\nmax_width = 64\nmax_height = 64'
    configure(base, url, more)
    (base / "posts" / "new.md").write_text(f"![]({marked(1)})\n")
    result = run(origin, *words, cwd=base, environment=s3_server.environment)
    assert summary_of(result)["images"] == {"reused": 1}
    assert len(origin.urls) == asked
    made = [path for path in s3_server.paths(url) if path.startswith("thumbnails/64/")]
    assert len(made) == 1, "a thumbnail of the new settings, from the blob in the bucket"
    (base / "posts" / "new.md").unlink()

    status = run_archiver("status", cwd=base)
    assert status.code == 0 and f"{PICTURES + 1:,} stored" in status.stdout, status.stdout
    why = run_archiver("why", "posts/3 图.md", cwd=base)
    assert why.code == 0 and "archive/assets/" in why.stdout, why.stderr
    assert run_archiver("restore", "--all", cwd=base).code == 0
    assert documents(base) == before


def test_a_killed_run_goes_on(
    origin: Origin,
    tmp_path: Path,
    s3_server: S3Server,
    expected: Expected,
) -> None:
    serve(origin)
    url = s3_server.new_url()
    base = tmp_path / "killed"
    configure(base, url, "[network]\npace_s = 0.15")
    write_posts(base / "posts")
    mapped = [word for place in origin.connect_to for word in ("--connect-to", place)]
    trusted = ("--ca-file", origin.ca_file)
    process = subprocess.Popen(
        [sys.executable, "-m", "archiver", "archive", "posts", "--in-place", *mapped, *trusted],
        cwd=base,
        env=os.environ | s3_server.environment,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 60
    while len(s3_server.paths(url)) < 4 and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    held = s3_server.objects(url)
    assert 0 < len(held) < len(expected[1])
    assert all(expected[1][path] == data for path, data in held.items() if "probe" not in path)

    words = ("archive", "posts", "--in-place", "--json")
    result = run(origin, *words, cwd=base, environment=s3_server.environment)
    assert result.code == 0, result.stderr
    assert documents(base) == expected[0]
    now = s3_server.objects(url)
    assert {path: data for path, data in now.items() if "probe" not in path} == expected[1]


def stored_in(segments: dict[str, bytes]) -> set[str]:
    """The URLs of the stored images that journal segments tell of."""
    lines = [line for data in segments.values() for line in zstd.decompress(data).splitlines()]
    facts = [json.loads(line) for line in lines]
    return {fact["url"] for fact in facts if fact.get("outcome") == "stored"}


def with_state(url: str, more: str = "") -> str:
    return f'state = "{url}/state"\n{more}'


def test_a_fresh_machine_knows_what_is_known(
    origin: Origin, tmp_path: Path, s3_server: S3Server, expected: Expected
) -> None:
    """Journal, lock and archive in a bucket; each machine has nothing but the documents."""
    serve(origin)
    url = s3_server.new_url()
    environment = s3_server.environment
    words = ("archive", "posts", "--in-place", "--json")
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    for base in (first, second):
        configure(base, f"{url}/archive", with_state(url))
        write_posts(base / "posts")
    result = run(origin, *words, cwd=first, environment=environment)
    assert result.code == 0, result.stderr
    assert (documents(first), s3_server.objects(f"{url}/archive")) == expected
    asked = len(origin.urls)

    result = run(origin, *words, cwd=second, environment=environment)
    assert result.code == 0, result.stderr
    assert documents(second) == expected[0]
    assert len(origin.urls) == asked, "what one machine has, no other asks for"
    assert summary_of(result)["images"] == {"reused": PICTURES + 1}

    kept = s3_server.objects(url), snapshot_of(second)
    again = run(origin, *words, cwd=second, environment=environment)
    assert summary_of(again)["documents"] == {"unchanged": POSTS}
    now = s3_server.objects(url), snapshot_of(second)
    lock = [path for path in now[0] if path.startswith("state/lock/")]
    assert len(lock) == 1
    assert {p: d for p, d in now[0].items() if p not in lock}.items() <= kept[0].items()
    assert now[1] == kept[1]

    configure(third, f"{url}/archive", with_state(url))
    status = run_archiver("status", cwd=third, environment=environment)
    assert f"{POSTS} documents rewritten" in status.stdout, status.stderr
    for words in (("gallery",), ("gc",)):
        refused = run_archiver(*words, cwd=third, environment=environment)
        assert refused.code == 2 and f"{url}/archive: " in refused.stderr
    assert run_archiver("restore", "--all", cwd=first, environment=environment).code == 0
    write_posts(third / "posts")
    assert documents(first) == documents(third)


def test_another_machine_goes_on_where_one_died(
    origin: Origin, tmp_path: Path, moto: S3Server, expected: Expected
) -> None:
    serve(origin)
    url = moto.new_url()
    more = with_state(url, "[objects]\nlease_s = 8\n[network]\npace_s = 0.3")
    dead, alive = tmp_path / "dead", tmp_path / "alive"
    for base in (dead, alive):
        configure(base, f"{url}/archive", more)
        write_posts(base / "posts")
    mapped = [word for place in origin.connect_to for word in ("--connect-to", place)]
    words = ("archive", "posts", "--in-place", *mapped, "--ca-file", origin.ca_file)
    process = subprocess.Popen(
        [sys.executable, "-m", "archiver", *words],
        cwd=dead,
        env=os.environ | moto.environment,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 60
    while not any("/journal/" in path for path in moto.paths(url)) and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGSTOP)
    held = run_archiver(*words, cwd=alive, environment=moto.environment)
    process.kill()
    process.wait()
    assert held.code == 5, held.stderr
    assert f"process {process.pid} on " in held.stderr
    known = stored_in(moto.objects(f"{url}/state/journal"))
    assert known

    origin.exchanges.clear()
    result = run_archiver(*words, "--wait", cwd=alive, environment=moto.environment)
    assert result.code == 0, result.stderr
    assert documents(alive) == expected[0]
    found = moto.objects(f"{url}/archive")
    assert {p: d for p, d in found.items() if "probe" not in p} == expected[1]
    again = len(set(origin.urls))
    assert again == PICTURES + 1 - len(known), "what the journal has is not asked for again"


WRONG = {
    "no prefix for links": (
        'archive = "s3://pictures/a"\n',
        2,
        'link_prefix = "https://pictures.example.com/"',
    ),
    "no such bucket": (
        f'archive = "s3://never-made/a"\nlink_prefix = "{PREFIX}"\n',
        1,
        "s3://never-made/a: ",
    ),
}


@pytest.mark.parametrize(("text", "code", "message"), WRONG.values(), ids=WRONG.keys())
def test_errors(text: str, code: int, message: str, tmp_path: Path, moto: S3Server) -> None:
    (tmp_path / "archiver.toml").write_text(text)
    (tmp_path / "post.md").write_text("![](https://img.example.com/1.jpg)\n")
    result = run_archiver(
        "archive", "post.md", "--in-place", cwd=tmp_path, environment=moto.environment
    )
    assert (result.code, result.stdout) == (code, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_without_the_library(tmp_path: Path, moto: S3Server) -> None:
    (tmp_path / "archiver.toml").write_text(f'archive = "s3://b/a"\nlink_prefix = "{PREFIX}"\n')
    (tmp_path / "post.md").write_text("![](https://img.example.com/1.jpg)\n")
    (tmp_path / "obstore.py").write_text("raise ImportError('not here')")
    environment = moto.environment | {"PYTHONPATH": f"{tmp_path}:{os.environ['PYTHONPATH']}"}
    result = run_archiver("archive", "post.md", cwd=tmp_path, environment=environment)
    assert result.code == 2
    assert "pip install 'image-asset-archiver[s3]'" in result.stderr


def test_heavy_libraries_are_extras() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    named = {re.split(r"[<>=\[; ]", text)[0] for text in project["dependencies"]}
    assert not named & {"obstore", "ray", "boto3", "pyarrow"}
    extras = project["optional-dependencies"]
    assert any(text.startswith("obstore") for text in extras["s3"])


def test_what_is_not_used_is_not_imported() -> None:
    code = "import sys, archiver, archiver.cli.main, archiver.wiring, archiver.config;"
    code += "print([n for n in ('obstore', 'ray', 'boto3') if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
