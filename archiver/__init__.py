"""Fetch every image a document names and point the document at the local copies."""

__version__ = "0.1.0"
