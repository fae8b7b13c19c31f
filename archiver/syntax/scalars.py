"""A string value of a data file (YAML, TOML, JSON, bare keys): its place and its key path."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.syntax.escapes import Codec

MAX_PATH = 16  # keys of a path that are kept, the last ones: bounds the memory of nasty nests

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string value.

    Attributes:
        path: the keys that lead to it, from the root; members of a list carry the list's path.
        start, end: its raw text inside quotes; characters of the text it was found in.
        value: what the document means.
        codec: makes `value` of the raw text; None: they are the same.
    """

    path: Path
    start: int
    end: int
    value: str
    codec: Codec | None = None


class SyntaxProblem(ValueError):
    """A text is not what its delimiters promise; the message is the parser's, on one line."""

    def __init__(self, language: str, problem: object) -> None:
        super().__init__(language, " ".join(str(problem).split()))
        self.language, self.problem = self.args

    def __str__(self) -> str:
        return f"not {self.language}: {self.problem}"
