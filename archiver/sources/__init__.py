"""What the user named → documents.

``named`` opens each name, ``folders`` walks a folder, ``objects`` lists what lies on an object
store, ``globs`` are the patterns, ``ignored`` asks git what it ignores.
"""

from archiver.sources.folders import SourceFile
from archiver.sources.named import SourceSettings, find_documents, is_url

__all__ = ["SourceFile", "SourceSettings", "find_documents", "is_url"]
