"""Every file-system call of the archiver: durable writes, exchange, locks.

`calls` holds the raw calls and the hook by which a test stops a run at any of them; the other
modules build the few moves the archiver makes out of those. Paths are `str` or `bytes`: the names
of documents are bytes that need not be text.
"""

from archiver.files.spool import SpoolFile, clear_spool, open_spool

__all__ = [
    "SpoolFile",
    "clear_spool",
    "open_spool",
]
