"""What is known: SQLite over the journal, and caches beside it.

The journal is the truth. Delete the catalog and it is made again from the journals; the next run
then hashes each document once.
"""

from archiver.catalog.catalog import Catalog
from archiver.catalog.tables import DocumentState, HostFact
from archiver.catalog.totals import Totals

__all__ = ["Catalog", "DocumentState", "HostFact", "Totals"]
