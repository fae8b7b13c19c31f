"""The raw calls, one function each, so that a test can stop or spoil any of them.

Nothing else in the archiver changes the file system. `hook` is None outside tests; a test sets it
to a function that gets the call's name, the call and its arguments, and may refuse the call, cut a
write short, or end the process before or after it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from io import BytesIO
from typing import Any, TypeVar

AnyPath = str | bytes
Hook = Callable[[str, Callable[..., Any], tuple[Any, ...]], Any]
Move = Callable[[str, str], None]

T = TypeVar("T")

hook: Hook | None = None


def call(name: str, action: Callable[..., T], *arguments: Any) -> T:
    """Make a call that changes or reads the file system, past the hook where one is set."""
    if hook is None:
        return action(*arguments)
    result: T = hook(name, action, arguments)
    return result


def open_file(path: AnyPath, flags: int, mode: int = 0o600, folder: int | None = None) -> int:
    """Open *path* (in *folder* where given); the descriptor is not inherited by children."""
    return call("open", _open, path, flags | os.O_CLOEXEC, mode, folder)


def _open(path: AnyPath, flags: int, mode: int, folder: int | None) -> int:
    return os.open(path, flags, mode, dir_fd=folder)


def write(fd: int, data: bytes) -> None:
    """Write all of *data*; the system may take it in parts."""
    rest = memoryview(data)
    while rest:
        rest = rest[call("write", os.write, fd, rest) :]


def read(fd: int, size_bytes: int) -> bytes:
    """Up to *size_bytes* bytes; fewer only at the end of the file."""
    data = BytesIO()
    while size_bytes > 0 and (part := call("read", os.read, fd, min(size_bytes, 1 << 20))):
        data.write(part)
        size_bytes -= len(part)
    return data.getvalue()  # the buffer itself: the file is held once


def close(fd: int) -> None:
    call("close", os.close, fd)


def fsync(fd: int) -> None:
    """Bring the file to the disk. A failure is final: the system forgets the bytes it could not
    write, so a second fsync would succeed and lie (PostgreSQL, "fsyncgate")."""
    call("fsync", os.fsync, fd)


def fdatasync(fd: int) -> None:
    call("fdatasync", getattr(os, "fdatasync", os.fsync), fd)


def make_folder(path: AnyPath, mode: int = 0o777) -> None:
    call("mkdir", os.mkdir, path, mode)


def remove_folder(path: AnyPath) -> None:
    """Remove an empty folder."""
    call("rmdir", os.rmdir, path)


def unlink(path: AnyPath, folder: int | None = None) -> None:
    call("unlink", _unlink, path, folder)


def _unlink(path: AnyPath, folder: int | None) -> None:
    os.unlink(path, dir_fd=folder)


def rename(source: AnyPath, target: AnyPath, folder: int | None = None) -> None:
    """Rename; a file named *target* is replaced."""
    call("rename", _rename, source, target, folder)


def _rename(source: AnyPath, target: AnyPath, folder: int | None) -> None:
    os.replace(source, target, src_dir_fd=folder, dst_dir_fd=folder)


def link(source: AnyPath, target: AnyPath, folder: int | None = None) -> None:
    """Give a file a second name; FileExistsError where *target* is taken."""
    call("link", _link, source, target, folder)


def _link(source: AnyPath, target: AnyPath, folder: int | None) -> None:
    os.link(source, target, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)


def change_mode(fd: int, mode: int) -> None:
    call("chmod", os.fchmod, fd, mode)


def change_owner(fd: int, uid: int, gid: int) -> None:
    call("chown", os.fchown, fd, uid, gid)


def change_times(fd: int, mtime_ns: int) -> None:
    call("utime", _change_times, fd, mtime_ns)


def _change_times(fd: int, mtime_ns: int) -> None:
    os.utime(fd, ns=(mtime_ns, mtime_ns))


def set_attribute(fd: int, name: str, value: bytes) -> None:
    """Set an extended attribute; access lists are such as well."""
    call("setxattr", os.setxattr, fd, name, value)


def remove_attribute(fd: int, name: str) -> None:
    call("removexattr", os.removexattr, fd, name)
