"""A document is rewritten by exchange: what a person saves meanwhile is never lost."""

import contextlib
import errno
import os
import stat

import pytest

from archiver import files
from archiver.errors import ConflictError, DiskFullError, DocumentError, RunError
from archiver.files import calls
from archiver.files.beside import temp_names

RUN = "20260102T030405Z-0123abcd"


@pytest.fixture
def post(tmp_path):
    path = tmp_path / "docs" / "post.md"
    path.parent.mkdir()
    path.write_bytes(b"old bytes")
    return path


def rewrite(path, snapshot, new=b"new bytes", **more):
    conflicts = str(path.parent.parent / "conflicts")
    return files.rewrite_document(
        path.as_posix(), snapshot, new, run_id=RUN, conflicts=conflicts, **more
    )


def hooked(monkeypatch, before, action):
    """Run *action* once, just before the call named *before*."""
    left = [action]

    def hook(name, call, arguments):
        if name == before and left:
            left.pop()()
        return call(*arguments)

    monkeypatch.setattr(calls, "hook", hook)


def conflicts_of(path):
    folder = path.parent.parent / "conflicts"
    return [f.read_bytes() for f in folder.iterdir()] if folder.exists() else []


def test_new_bytes_and_nothing_else_beside_them(post):
    data, snapshot = files.read_document(str(post))
    assert data == b"old bytes"
    after = rewrite(post, snapshot)
    assert post.read_bytes() == b"new bytes"
    assert os.listdir(post.parent) == ["post.md"]
    found = post.stat()
    assert (after.inode, after.size_bytes, after.mtime_ns) == (
        found.st_ino, found.st_size, found.st_mtime_ns,
    )  # fmt: skip
    assert files.read_document(str(post))[1] == after


def test_mode_owner_and_attributes_stay(post):
    post.chmod(0o2664)
    os.setxattr(post, "user.note", b"mine")
    if os.geteuid() == 0:
        os.chown(post, 1234, 4321)
        post.chmod(0o6664)
    before = post.stat()
    rewrite(post, files.read_document(str(post))[1])
    after = post.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode, before.st_uid, before.st_gid,
    )  # fmt: skip
    assert os.getxattr(post, "user.note") == b"mine"


def test_the_modification_time_is_new_unless_one_is_given(post):
    os.utime(post, ns=(10**18, 10**18))
    after = rewrite(post, files.read_document(str(post))[1])
    assert after.mtime_ns > 10**18
    after = rewrite(post, after, b"newer", mtime_ns=10**18)
    assert post.stat().st_mtime_ns == 10**18 == after.mtime_ns


CHANGES = {
    "appended to": lambda p: p.write_bytes(p.read_bytes() + b" and mine"),
    "same size": lambda p: p.write_bytes(b"OLD BYTES"),
    "saved by rename": lambda p: (
        p.with_name("x").write_bytes(b"mine"),
        p.with_name("x").rename(p),
    ),
}
MOMENTS = {
    "before it begins": "open",
    "while the new bytes go to the disk": "fsync",
    "before the exchange": "exchange",
}


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS.keys())
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_save_in_between_wins(post, monkeypatch, moment, change):
    _, snapshot = files.read_document(str(post))
    saved = []

    def save():
        change(post)
        saved.append(post.read_bytes())

    hooked(monkeypatch, moment, save)
    with pytest.raises(ConflictError):
        rewrite(post, snapshot)
    assert [post.read_bytes()] == saved
    assert os.listdir(post.parent) == ["post.md"]
    assert conflicts_of(post) == (saved if moment == "exchange" else [])


def test_a_save_over_our_version_before_it_is_taken_back_is_kept(post, monkeypatch):
    _, snapshot = files.read_document(str(post))
    exchanges = []

    def hook(name, call, arguments):
        if name == "exchange":
            exchanges.append(name)
            post.write_bytes(b"save %d" % len(exchanges))
        return call(*arguments)

    monkeypatch.setattr(calls, "hook", hook)
    with pytest.raises(ConflictError):
        rewrite(post, snapshot)
    assert post.read_bytes() == b"save 1"
    assert sorted(conflicts_of(post)) == [b"save 1", b"save 2"]
    assert os.listdir(post.parent) == ["post.md"]


def turn_into_pipe(path):
    path.unlink()
    os.mkfifo(path)


TAKEN_AWAY = {
    "removed": lambda path: path.unlink(),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "a pipe": turn_into_pipe,
    "a link": lambda path: (path.unlink(), path.symlink_to("elsewhere.md")),
}


@pytest.mark.parametrize("moment", ["fsync", "exchange"])
@pytest.mark.parametrize("change", TAKEN_AWAY.values(), ids=TAKEN_AWAY.keys())
def test_what_takes_the_place_of_a_document_stays(post, monkeypatch, moment, change):
    _, snapshot = files.read_document(str(post))
    made = []

    def take():
        change(post)
        made.append(os.path.lexists(post) and stat.S_IFMT(post.lstat().st_mode))

    hooked(monkeypatch, moment, take)
    with pytest.raises((ConflictError, DocumentError)):
        rewrite(post, snapshot)
    found = os.path.lexists(post) and stat.S_IFMT(post.lstat().st_mode)
    assert [found] == made
    assert os.listdir(post.parent) == ([post.name] if found else [])
    assert conflicts_of(post) == []


@pytest.mark.parametrize("failing", ["link", "rename"])
def test_an_error_without_an_exchange_leaves_the_old_bytes_alone(post, monkeypatch, failing):
    def hook(name, call, arguments):
        if name == "exchange":
            raise OSError(errno.ENOSYS, "no such call")
        if name == failing:
            raise OSError(errno.EROFS, "injected")
        return call(*arguments)

    _, snapshot = files.read_document(str(post))
    monkeypatch.setattr(calls, "hook", hook)
    with pytest.raises(DocumentError, match="injected"):
        rewrite(post, snapshot)
    assert post.read_bytes() == b"old bytes"
    assert os.listdir(post.parent) == ["post.md"]


def test_what_is_written_late_into_our_version_after_it_was_taken_back_is_kept(post, monkeypatch):
    _, snapshot = files.read_document(str(post))
    late = files.LateWrites(str(post.parent.parent / "conflicts"), wait_s=0.2)
    opened = []

    def hook(name, call, arguments):
        if name == "exchange" and not opened:
            post.write_bytes(b"mine")
        found = call(*arguments)
        if name == "exchange" and not opened:
            opened.append(post.open("r+b", buffering=0))  # reads our version, saves later
        return found

    monkeypatch.setattr(calls, "hook", hook)
    with pytest.raises(ConflictError, match="saved by someone"):
        rewrite(post, snapshot, late=late)
    opened[0].write(b"typed")
    opened[0].close()
    late.close()
    assert post.read_bytes() == b"mine"
    assert sorted(conflicts_of(post)) == [b"mine", b"typedytes"]
    assert [path for path, _ in late.found] == [os.fsencode(post)]


def test_a_temporary_file_that_someone_took_is_not_missed(post, monkeypatch):
    """A cleaner of the folder, between the swap back and the look at what came out."""
    _, snapshot = files.read_document(str(post))
    temp, _ = (post.parent / os.fsdecode(name) for name in temp_names(b"post.md", RUN))
    exchanges = []

    def hook(name, call, arguments):
        if name == "exchange" and not exchanges:
            post.write_bytes(b"mine")
        found = call(*arguments)
        if name == "exchange":
            exchanges.append(name)
            if len(exchanges) == 2:
                temp.unlink()
        return found

    monkeypatch.setattr(calls, "hook", hook)
    with pytest.raises(ConflictError, match="saved by someone"):
        rewrite(post, snapshot)
    assert post.read_bytes() == b"mine"
    assert os.listdir(post.parent) == ["post.md"]


def test_a_removed_document_stays_removed(post):
    _, snapshot = files.read_document(str(post))
    post.unlink()
    with pytest.raises(ConflictError, match="removed"):
        rewrite(post, snapshot)
    assert os.listdir(post.parent) == []


def test_a_late_write_through_an_old_descriptor_is_kept(post):
    _, snapshot = files.read_document(str(post))
    late = files.LateWrites(str(post.parent.parent / "conflicts"), wait_s=0.05)
    with post.open("ab") as editor:
        rewrite(post, snapshot, late=late)
        editor.write(b" and mine")
    late.close()
    assert post.read_bytes() == b"new bytes"
    assert conflicts_of(post) == [b"old bytes and mine"]
    assert [path for path, _ in late.found] == [os.fsencode(post)]


def count_open_below(folder):
    """How many files below *folder* this process has open; other threads open others."""
    count = 0
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            count += os.readlink(f"/proc/self/fd/{number}").startswith(str(folder))
    return count


def test_late_writes_keep_few_descriptors(tmp_path):
    late = files.LateWrites(str(tmp_path / "conflicts"), wait_s=0.01, limit=3)
    for number in range(20):
        path = tmp_path / f"{number}.md"
        path.write_bytes(b"old")
        _, snapshot = files.read_document(str(path))
        files.rewrite_document(
            str(path), snapshot, b"new", run_id=RUN, conflicts=str(tmp_path / "c"), late=late
        )
        assert count_open_below(tmp_path) <= 4
    late.close()
    assert late.found == []
    assert count_open_below(tmp_path) == 0


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EINVAL])
def test_without_an_exchange_a_rename_does_it(post, monkeypatch, number):
    def hook(name, call, arguments):
        if name == "exchange":
            raise OSError(number, "no such call")
        return call(*arguments)

    monkeypatch.setattr(calls, "hook", hook)
    snapshot = rewrite(post, files.read_document(str(post))[1])
    assert post.read_bytes() == b"new bytes"
    renames = []

    def append_before_rename(name, call, arguments):
        assert post.exists()
        if name == "rename" and not renames:
            renames.append(name)
            with post.open("ab") as editor:
                editor.write(b" and mine")
        return hook(name, call, arguments)

    monkeypatch.setattr(calls, "hook", append_before_rename)
    with pytest.raises(ConflictError):
        rewrite(post, snapshot, b"newer bytes")
    assert post.read_bytes() == b"new bytes and mine"
    assert os.listdir(post.parent) == ["post.md"]


ERRORS = {
    "no space": ("write", errno.ENOSPC, DiskFullError),
    "quota": ("write", errno.EDQUOT, DiskFullError),
    "broken disk": ("fsync", errno.EIO, RunError),
    "read-only file system": ("exchange", errno.EROFS, DocumentError),
    "owner": ("chmod", errno.EPERM, DocumentError),
}


@pytest.mark.parametrize(("name", "number", "expected"), ERRORS.values(), ids=ERRORS.keys())
def test_an_error_leaves_the_old_bytes_alone(post, monkeypatch, name, number, expected):
    _, snapshot = files.read_document(str(post))

    def hook(called, call, arguments):
        if called == name:
            raise OSError(number, "injected")
        return call(*arguments)

    monkeypatch.setattr(calls, "hook", hook)
    with pytest.raises(expected):
        rewrite(post, snapshot)
    assert post.read_bytes() == b"old bytes"
    assert os.listdir(post.parent) == ["post.md"]


def test_what_must_not_be_rewritten(post):
    os.link(post, post.with_name("second.md"))
    _, snapshot = files.read_document(str(post))
    assert files.why_not_writable(snapshot) == "hardlinked"
    with pytest.raises(DocumentError, match="hardlinked"):
        rewrite(post, snapshot)
    post.with_name("second.md").unlink()
    post.chmod(0o444)
    _, snapshot = files.read_document(str(post))
    assert files.why_not_writable(snapshot) == "read-only"
    assert stat.S_IMODE(post.stat().st_mode) == 0o444


def test_a_folder_that_takes_no_files_is_told_before_anything_is_fetched(post, monkeypatch):
    """By the mode alone: who runs the tests may be someone who may write everywhere."""
    monkeypatch.setattr(os, "access", lambda path, _: bool(os.stat(path).st_mode & 0o222))
    _, snapshot = files.read_document(str(post))
    assert files.why_not_writable(snapshot) == ""
    post.parent.chmod(0o555)
    assert files.why_not_writable(snapshot) == "read-only folder"
    post.parent.chmod(0o755)


def test_the_target_of_a_link_is_rewritten_below_the_root(post, tmp_path):
    link = tmp_path / "docs" / "link.md"
    link.symlink_to("post.md")
    with pytest.raises(DocumentError, match="symbolic link"):
        files.read_document(str(link))
    _, snapshot = files.read_document(str(link), root=str(tmp_path / "docs"))
    rewrite(link, snapshot)
    assert link.is_symlink() and post.read_bytes() == b"new bytes"


def test_a_link_out_of_the_root_is_refused(post, tmp_path):
    outside = tmp_path / "secret.md"
    outside.write_bytes(b"x")
    (post.parent / "link.md").symlink_to(outside)
    with pytest.raises(DocumentError, match="out of its folder"):
        files.read_document(str(post.parent / "link.md"), root=str(post.parent))


UNREADABLE = {
    "a folder": lambda p: p.mkdir(),
    "a pipe": lambda p: os.mkfifo(p),
    "nothing": lambda p: None,
    "too big": lambda p: p.write_bytes(b"x" * 101),
    "a link to itself": lambda p: p.symlink_to(p.name),
}


@pytest.mark.parametrize("make", UNREADABLE.values(), ids=UNREADABLE.keys())
@pytest.mark.parametrize("has_root", [False, True])
def test_unreadable(tmp_path, make, has_root):
    make(tmp_path / "d.md")
    with pytest.raises(DocumentError):
        files.read_document(
            str(tmp_path / "d.md"), root=str(tmp_path) if has_root else None, limit_bytes=100
        )


@pytest.mark.parametrize("case", [case for case in UNREADABLE if case != "too big"])
def test_not_hashable(tmp_path, case):
    UNREADABLE[case](tmp_path / "d.md")
    with pytest.raises(DocumentError):
        files.hash_document(str(tmp_path / "d.md"))


NAMES = {
    "CJK": "图片 归档.md".encode(),
    "quotes and signs": b"a\"b'c&d#e%f?g.md",
    "leading dot": b".post.md",
    "no UTF-8": b"\xff\xfe.md",
    "new line": b"a\nb.md",
    "as long as a name may be": b"x" * 252 + b".md",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_odd_names(tmp_path, name):
    path = os.path.join(os.fsencode(tmp_path), name)
    files.write_new(path, b"old")
    _, snapshot = files.read_document(path)
    files.rewrite_document(path, snapshot, b"new", run_id=RUN, conflicts=str(tmp_path / "c"))
    assert files.read_document(path)[0] == b"new"
    kept = files.keep_conflict(str(tmp_path / "c"), path, b"mine")
    assert files.read_bytes(kept) == b"mine"
    assert max(map(len, temp_names(name, RUN))) < 64
