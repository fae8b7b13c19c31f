"""The facts of every run: append-only lines, one file a run. The truth about the archive.

`facts` and `shapes` say what a line holds, as values and as JSON; `lines` turns the one into the
other. `writer` appends a run's facts, `reader` gives back those of all runs in order. Journals of
several machines merge by being copied into one folder.
"""

from archiver.journal.facts import Conflict, Done, Fact, Removed, Restored
from archiver.journal.reader import Line, list_journals, read_facts, read_lines, sync_journal
from archiver.journal.writer import Journal, new_run_id

__all__ = [
    "Conflict",
    "Done",
    "Fact",
    "Journal",
    "Line",
    "Removed",
    "Restored",
    "list_journals",
    "new_run_id",
    "read_facts",
    "read_lines",
    "sync_journal",
]
