"""What a change adds that an archive should hold: remote images, and links that lead to no file.

Nothing is asked of a network. ``rules`` judges one reference, ``problems`` one document,
``changes`` asks git what a change touches, ``check`` goes through the documents.
"""

from archiver.checking.check import check_documents
from archiver.checking.problems import Problem, ProblemKind

__all__ = ["Problem", "ProblemKind", "check_documents"]
