"""Every file-system call of the archiver: durable writes, exchange, locks.

`calls` holds the raw calls and the hook by which a test stops a run at any of them; the other
modules build the few moves the archiver makes out of those. Paths are `str` or `bytes`: the names
of documents are bytes that need not be text.
"""

from archiver.files.appending import AppendFile, extend_file, list_sizes, read_lines, sync_file
from archiver.files.beside import temp_names
from archiver.files.blobs import TouchedFolders, place_blob
from archiver.files.calls import AnyPath
from archiver.files.conflicts import keep_conflict
from archiver.files.copying import copy_file
from archiver.files.documents import (
    MAX_DOCUMENT_BYTES,
    Snapshot,
    hash_document,
    read_document,
    why_not_writable,
)
from archiver.files.folders import list_names, make_folders, make_state_folder, sync_folder
from archiver.files.late import LateWrites
from archiver.files.leftovers import clear_leftovers, clear_new
from archiver.files.locks import Lock, lock
from archiver.files.quarantine import (
    damaged_name,
    list_quarantine,
    quarantine,
    quarantine_damaged,
)
from archiver.files.rewriting import rewrite_document
from archiver.files.space import Reserve, Room, check_reserve, free_bytes, is_full
from archiver.files.spool import (
    SpoolFile,
    clear_spool,
    move_spool,
    open_spool,
    remove_spool,
    remove_spools,
    write_spool,
)
from archiver.files.texts import read_text_parts
from archiver.files.trash import Trash
from archiver.files.trees import OwnFile, list_files, remove_empty_folders, remove_file
from archiver.files.trouble import run_trouble, shown
from archiver.files.writing import read_bytes, spool_copy, write_new

__all__ = [
    "MAX_DOCUMENT_BYTES",
    "AnyPath",
    "AppendFile",
    "LateWrites",
    "Lock",
    "OwnFile",
    "Reserve",
    "Room",
    "Snapshot",
    "SpoolFile",
    "TouchedFolders",
    "Trash",
    "check_reserve",
    "clear_leftovers",
    "clear_new",
    "clear_spool",
    "copy_file",
    "damaged_name",
    "extend_file",
    "free_bytes",
    "hash_document",
    "is_full",
    "keep_conflict",
    "list_files",
    "list_names",
    "list_quarantine",
    "list_sizes",
    "lock",
    "make_folders",
    "make_state_folder",
    "move_spool",
    "open_spool",
    "place_blob",
    "quarantine",
    "quarantine_damaged",
    "read_bytes",
    "read_document",
    "read_lines",
    "read_text_parts",
    "remove_empty_folders",
    "remove_file",
    "remove_spool",
    "remove_spools",
    "rewrite_document",
    "run_trouble",
    "shown",
    "spool_copy",
    "sync_file",
    "sync_folder",
    "temp_names",
    "why_not_writable",
    "write_new",
    "write_spool",
]
