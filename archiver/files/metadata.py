"""Give a new file the owner, mode and extended attributes of the one it replaces."""

from __future__ import annotations

import os

from archiver.errors import DocumentError
from archiver.files import calls
from archiver.files.documents import Snapshot
from archiver.files.trouble import shown

_LABELS = "security."  # labels of the kernel's guards; it sets them by rules of its own


def copy_metadata(source: int, target: int, snapshot: Snapshot) -> None:
    """Make the open file *target* like *source*, whose snapshot is given.

    The owner goes first, as changing it takes set-uid bits away; the mode last, as an access list
    changes it.

    Raises:
        DocumentError: owner or attributes cannot be kept; the document is better left alone.
    """
    try:
        if (os.fstat(target).st_uid, os.fstat(target).st_gid) != (snapshot.uid, snapshot.gid):
            calls.change_owner(target, snapshot.uid, snapshot.gid)
        _copy_attributes(source, target)
        calls.change_mode(target, snapshot.mode)
    except PermissionError as error:
        reason = "its owner or attributes cannot be kept"
        raise DocumentError(shown(snapshot.path), reason) from error


def _copy_attributes(source: int, target: int) -> None:
    wanted, present = _attributes(source), _attributes(target)
    for name, value in wanted.items():
        if present.get(name) != value:
            calls.set_attribute(target, name, value)
    for name in present.keys() - wanted.keys():  # an access list inherited from the folder
        calls.remove_attribute(target, name)


def _attributes(fd: int) -> dict[str, bytes]:
    if not hasattr(os, "listxattr"):  # macOS
        return {}
    try:
        names = os.listxattr(fd)
    except OSError:  # a file system without any
        return {}
    return {name: os.getxattr(fd, name) for name in names if not name.startswith(_LABELS)}
