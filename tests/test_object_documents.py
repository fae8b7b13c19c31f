"""Documents in a bucket: read, rewritten where they are or copied into a folder, restored."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from origin import Origin
from pictures import photograph, save
from program import Result, run_archiver
from s3_servers import S3Server

from archiver import files
from archiver.errors import ConflictError, DocumentError
from archiver.journal import new_run_id
from archiver.model import DocumentRecord, Replacement, Span
from archiver.pipeline import remote
from archiver.pipeline.places import Places
from archiver.pipeline.repair import finish_stories
from archiver.pipeline.state import open_catalog, open_journal
from archiver.rewrite.splice import plan_splices, splice
from archiver.storage.bucket import Bucket, ObjectFacts

PREFIX = "https://pictures.example.com/a/"
TEXT = b"\xef\xbb\xbf# A\r\n![a](https://img.example.com/a.jpg) ![b](../local.png)\r\n"
NAMES = ("plain.md", "deep/er/\u56fe & 'x' #1?.md", "100%.html")
OTHERS = {"notes.txt": b"no document", ".hidden/a.md": TEXT, "elsewhere.md/b.bin": b"\0"}


def fill(server: S3Server, url: str) -> dict[str, bytes]:
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    texts = dict.fromkeys(NAMES, TEXT) | OTHERS
    texts["100%.html"] = b"<p><img src='https://img.example.com/a.jpg'>"
    for name, data in texts.items():
        server.client().put_object(
            Bucket=bucket,
            Key=f"{prefix}/{name}",
            Body=data,
            ContentType="text/x-own",
            CacheControl="max-age=7",
            Metadata={"owner": "me"},
        )
    return texts


def run(origin: Origin, server: S3Server, *words: str, cwd: Path) -> Result:
    mapped = [word for place in origin.connect_to for word in ("--connect-to", place)]
    trusted = ("--ca-file", origin.ca_file)
    return run_archiver(*words, *mapped, *trusted, cwd=cwd, environment=server.environment)


def configure(folder: Path, text: str) -> None:
    (folder / "archiver.toml").write_text(text)


def test_in_place(origin: Origin, tmp_path: Path, s3_server: S3Server) -> None:
    url = s3_server.new_url("posts")
    before = fill(s3_server, url)
    origin.serve("https://img.example.com/a.jpg", save(photograph(1, (400, 300)), "JPEG"))
    source = f'[[sources]]\npath = "{url}"\nin_place = true\n'
    configure(tmp_path, f'link_prefix = "{PREFIX}"\n{source}')
    result = run(origin, s3_server, "run", cwd=tmp_path)
    assert result.code == 0, result.stderr
    after = s3_server.objects(url)
    assert {name for name in after if after[name] != before[name]} == set(NAMES)
    assert b"](https://pictures.example.com/a/assets/" in after["plain.md"]
    assert after["plain.md"].endswith(b" ![b](../local.png)\r\n"), "only the URL changed"
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    found = s3_server.client().head_object(Bucket=bucket, Key=f"{prefix}/plain.md")
    assert (found["ContentType"], found["CacheControl"]) == ("text/x-own", "max-age=7")
    assert found["Metadata"] == {"owner": "me"}

    story = run(origin, s3_server, "why", f"{url}/{NAMES[1]}", f"{url}/notes.md", cwd=tmp_path)
    assert story.stdout.startswith("https://img.example.com/a.jpg\n")
    assert "image/jpeg, 400×300 px" in story.stdout
    assert f"{url}/notes.md: missing" in story.stderr
    again = run(origin, s3_server, "run", "--json", cwd=tmp_path)
    assert '"documents":{"unchanged":3}' in again.stdout.replace(" ", ""), again.stdout
    assert len(origin.urls) == 1

    one = run_archiver(
        "restore", f"{url}/plain.md", cwd=tmp_path, environment=s3_server.environment
    )
    assert one.code == 0, one.stderr
    assert s3_server.objects(url)["plain.md"] == TEXT
    everything = run_archiver("restore", "--all", cwd=tmp_path, environment=s3_server.environment)
    assert everything.code == 0, everything.stderr
    assert s3_server.objects(url) == before


def test_what_objects_show_is_in_use(origin: Origin, tmp_path: Path, moto: S3Server) -> None:
    """The archive is a folder: `gc` and `verify` read the documents in the bucket."""
    url = moto.new_url("posts")
    names = ("shown", "named", "moved", "edited")
    texts = {f"{name}.html": f"<p><img src='https://img.example.com/{name}.jpg'>" for name in names}
    texts["named.html"] = "<meta property=og:image content=https://img.example.com/named.jpg>"
    bucket = url.split("/")[2]

    def put(name: str, text: bytes | str) -> None:
        moto.client().put_object(Bucket=bucket, Key=f"posts/{name}", Body=text)

    for n, name in enumerate(names):
        put(f"{name}.html", texts[f"{name}.html"])
        origin.serve(f"https://img.example.com/{name}.jpg", save(photograph(n, (40, 30)), "JPEG"))
    source = f'[[sources]]\npath = "{url}"\nin_place = true\n'
    configure(tmp_path, f'link_prefix = "{PREFIX}"\n{source}')
    assert run(origin, moto, "run", cwd=tmp_path).code == 0
    blobs = list((tmp_path / "archive" / "assets").rglob("*.jpg"))
    assert len(blobs) == 4
    put("elsewhere.html", moto.objects(url)["moved.html"])
    moto.client().delete_object(Bucket=bucket, Key="posts/moved.html")
    put("edited.html", "<p>no picture any more")

    def call(*words: str) -> Result:
        return run_archiver(*words, cwd=tmp_path, environment=moto.environment)

    result = call("gc", "--grace", "0")
    assert "1 file, " in result.stdout and "deleted" in result.stdout, result.stdout
    (gone,) = (blob for blob in blobs if not blob.exists())
    put("edited.html", f"<p><img src={PREFIX}assets/{gone.name[:2]}/{gone.name}>")
    broken = call("verify", "--documents")
    assert broken.code == 4 and f"{url}/edited.html" in broken.stdout, broken.stdout
    nowhere = moto.environment | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    refused = run_archiver("gc", "--grace", "0", cwd=tmp_path, environment=nowhere)
    assert refused.code == 1 and sum(blob.exists() for blob in blobs) == 3
    for name in moto.paths(url):
        moto.client().delete_object(Bucket=bucket, Key=f"posts/{name}")
    assert call("gc", "--grace", "0").code == 0
    assert not any(blob.exists() for blob in blobs)


def test_a_store_that_cannot_be_used_is_not_an_empty_one(tmp_path: Path, moto: S3Server) -> None:
    url = moto.new_url("posts")
    configure(tmp_path, f'link_prefix = "{PREFIX}"\n[[sources]]\npath = "{url}"\nin_place = true\n')
    assert run_archiver("gc", cwd=tmp_path, environment=moto.environment).code == 0
    wrong = moto.environment | {"AWS_ENDPOINT_URL": "no address"}
    result = run_archiver("gc", cwd=tmp_path, environment=wrong)
    assert (result.code, url in result.stderr) == (2, True), result


def test_copies_in_a_folder(origin: Origin, tmp_path: Path, moto: S3Server) -> None:
    url = moto.new_url("posts")
    before = fill(moto, url)
    origin.serve("https://img.example.com/a.jpg", save(photograph(1, (400, 300)), "JPEG"))
    result = run(origin, moto, "archive", f"{url}/**/*.md", "-o", "out", cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert moto.objects(url) == before
    copies = {str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*.md")}
    assert copies == {name for name in NAMES if name.endswith(".md")}
    assert b"](archive/assets/" in (tmp_path / "out" / "plain.md").read_bytes()


WRONG = {
    "nothing is there": ("s3://{bucket}/none", ("-o", "out"), "nothing is there"),
    "no prefix for links": ("s3://{bucket}/posts", ("--in-place",), "add where they are served"),
    "a bad URL": ("s3://k:s@b/x", ("-o", "out"), "expected s3://bucket/prefix"),
    "copies into a bucket": ("s3://{bucket}/posts", ("-o", "s3://{bucket}/o"), "go to a folder"),
}


def test_why_without_an_object(tmp_path: Path) -> None:
    result = run_archiver("why", "s3://site", cwd=tmp_path)
    assert result.code == 2
    assert "s3://site: expected the URL of an object" in result.stderr


@pytest.mark.parametrize(("source", "words", "message"), WRONG.values(), ids=WRONG.keys())
def test_errors(
    source: str, words: tuple[str, ...], message: str, tmp_path: Path, moto: S3Server
) -> None:
    bucket = moto.new_url().split("/")[2]
    named = [word.format(bucket=bucket) for word in (source, *words)]
    result = run_archiver("archive", *named, cwd=tmp_path, environment=moto.environment)
    assert (result.code, message in result.stderr) == (2, True), result.stderr


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places.of(str(tmp_path), "archive", ".archiver")


def test_an_edit_meanwhile_is_kept(places: Places, s3_server: S3Server) -> None:
    url = s3_server.new_url("posts")
    fill(s3_server, url)
    path = f"{url}/plain.md".encode()
    _, snapshot = remote.read_document(path, None, places)
    bucket, name = url.split("/")[2], "posts/plain.md"
    s3_server.client().put_object(Bucket=bucket, Key=name, Body=b"mine")
    with pytest.raises(ConflictError, match="changed by someone"):
        remote.rewrite_document(path, snapshot, b"new", places, "run")
    assert s3_server.objects(url)["plain.md"] == b"mine"
    s3_server.client().delete_object(Bucket=bucket, Key=name)
    with pytest.raises(DocumentError, match="missing"):
        remote.rewrite_document(path, snapshot, b"new", places, "run")


def test_an_edit_between_look_and_put(
    places: Places, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The condition is the server's, not ours."""
    url = s3_server.new_url("posts")
    fill(s3_server, url)
    path = f"{url}/plain.md".encode()
    _, snapshot = remote.read_document(path, None, places)
    real, bucket = remote._get, url.split("/")[2]

    def get_and_edit(path: bytes, places: Places):  # type: ignore[no-untyped-def]
        found = real(path, places)
        s3_server.client().put_object(Bucket=bucket, Key="posts/plain.md", Body=b"mine")
        return found

    monkeypatch.setattr(remote, "_get", get_and_edit)
    with pytest.raises(ConflictError):
        remote.rewrite_document(path, snapshot, b"new", places, "run")
    assert s3_server.objects(url)["plain.md"] == b"mine"


def test_a_server_that_keeps_no_conditions(
    origin: Origin, tmp_path: Path, careless: S3Server
) -> None:
    """Whatever lies there: documents, archive, journal and what would be the lock."""
    url = careless.new_url()
    before = fill(careless, f"{url}/posts")
    origin.serve("https://img.example.com/a.jpg", save(photograph(1, (400, 300)), "JPEG"))
    folders = f'archive = "{url}/archive"\nstate = "{url}/state"\nlink_prefix = "{PREFIX}"\n'
    configure(tmp_path, f'{folders}[[sources]]\npath = "{url}/posts"\nin_place = true\n')
    result = run(origin, careless, "run", cwd=tmp_path)
    assert result.code == 0, result.stderr
    after = careless.objects(f"{url}/posts")
    assert {name for name in after if after[name] != before[name]} == set(NAMES)
    assert "so nothing there can be a lock" in result.stderr
    assert result.stderr.count("an edit of the same moment would be lost") == 1
    restored = run_archiver("restore", "--all", cwd=tmp_path, environment=careless.environment)
    assert restored.code == 0, restored.stderr
    assert careless.objects(f"{url}/posts") == before
    told = run_archiver("doctor", cwd=tmp_path, environment=careless.environment)
    assert "one run at a time works on it" in told.stdout
    assert "known pictures are sent again" in told.stdout
    assert all("probe" not in path for path in careless.paths(url)), "nothing of the trials stays"


def test_an_edit_where_no_condition_is_kept(
    places: Places, careless: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in careless.environment.items():
        monkeypatch.setenv(name, value)
    url = careless.new_url("posts")
    fill(careless, url)
    path = f"{url}/plain.md".encode()
    _, snapshot = remote.read_document(path, None, places)
    assert remote.rewrite_document(path, snapshot, b"new", places, "run").size_bytes == 3
    with pytest.raises(ConflictError, match="changed by someone"):
        remote.rewrite_document(path, snapshot, b"newer", places, "run")
    assert careless.objects(url)["plain.md"] == b"new"


def speak_to(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)


def test_what_cannot_be_read(
    places: Places, moto: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak_to(moto, monkeypatch)
    url = moto.new_url("posts")
    fill(moto, url)
    path = f"{url}/plain.md".encode()
    with monkeypatch.context() as patch:
        patch.setattr(files, "MAX_DOCUMENT_BYTES", 9)
        with pytest.raises(DocumentError, match=r"s3://.*/plain.md: larger than 9 bytes"):
            remote.read_document(path, None, places)

    def head_and_remove(bucket: Bucket, name: str) -> ObjectFacts | None:
        facts = head(bucket, name)
        bucket.delete([name])
        return facts

    head = Bucket.head
    monkeypatch.setattr(Bucket, "head", head_and_remove)
    with pytest.raises(DocumentError, match="missing"):
        remote.read_document(path, None, places)


STORIES = {
    "killed before the object was put": (TEXT, "new"),
    "killed after it": (b"new", "new"),
    "edited since": (b"mine", "mine"),
}


@pytest.mark.parametrize(("found", "expected"), STORIES.values(), ids=STORIES.keys())
def test_a_killed_run_is_finished(
    found: bytes, expected: str, places: Places, s3_server: S3Server
) -> None:
    url = s3_server.new_url("posts")
    replacements = [Replacement(Span(3, 8), b"# New")]
    new = splice(TEXT, replacements)
    texts = {b"new": new, b"mine": b"mine", TEXT: TEXT}
    bucket = url.split("/")[2]
    s3_server.client().put_object(Bucket=bucket, Key="posts/a.md", Body=texts[found])
    path = f"{url}/a.md".encode()
    before, after = (hashlib.sha256(data).hexdigest() for data in (TEXT, new))
    with open_journal(places, new_run_id()) as journal:
        journal.append_document(
            DocumentRecord(path, before, after, plan_splices(TEXT, replacements))
        )
    with open_catalog(places) as catalog:
        assert catalog.has_unfinished()
        finish_stories(places, catalog)
        assert not catalog.has_unfinished()
    assert s3_server.objects(url)["a.md"] == texts[expected.encode()]
