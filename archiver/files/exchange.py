"""Linux's renameat2, which Python does not offer: swap two files in one step; rename to a new name
only."""

from __future__ import annotations

import errno
import functools
import os
from collections.abc import Callable

from archiver.files import calls
from archiver.files.calls import AnyPath

_RENAME_NOREPLACE, _RENAME_EXCHANGE = 1, 2  # linux/fs.h
_AT_FDCWD = -100  # fcntl.h: names count from the current folder

# What systems without it answer: an old kernel, another system, a file system such as NFS.
CANNOT_EXCHANGE = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP})


def exchange(first: bytes, second: bytes, folder: int) -> None:
    """Swap the names *first* and *second* of *folder*; at no instant is one of them missing.

    Raises:
        OSError: one of `CANNOT_EXCHANGE` where the system or file system has no such call.
    """
    calls.call("exchange", _exchange, first, second, folder)


def _exchange(first: bytes, second: bytes, folder: int) -> None:
    number = _renameat2()(folder, first, folder, second, _RENAME_EXCHANGE)
    if number:
        raise OSError(number, os.strerror(number), os.fsdecode(second))


def rename_new(source: AnyPath, target: AnyPath) -> None:
    """Rename; unlike `calls.rename` it never takes the place of a file.

    Raises:
        FileExistsError: *target* is taken.
    """
    try:
        calls.call("rename_new", _rename_new, source, target)
    except OSError as error:
        if error.errno not in CANNOT_EXCHANGE:
            raise
        calls.link(source, target)
        calls.unlink(source)


def _rename_new(source: AnyPath, target: AnyPath) -> None:
    names = os.fsencode(source), os.fsencode(target)
    number = _renameat2()(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_NOREPLACE)
    if number:
        raise OSError(number, os.strerror(number), target)


@functools.cache
def _renameat2() -> Callable[[int, bytes, int, bytes, int], int]:
    """The C library's function, as one that returns 0 or the error's number."""
    import ctypes  # here: it costs milliseconds, and an unchanged run needs none of it

    function = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if function is None:
        return lambda *_: errno.ENOSYS
    function.argtypes = [
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_uint,
    ]
    return lambda *arguments: ctypes.get_errno() if function(*arguments) else 0
