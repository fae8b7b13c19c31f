"""Swap two files in one step: Linux's renameat2(RENAME_EXCHANGE), which Python does not offer."""

from __future__ import annotations

import errno
import functools
import os
from collections.abc import Callable

from archiver.files import calls

_RENAME_EXCHANGE = 2  # linux/fs.h

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
