"""The characters being scanned, and where each of them lies in the file.

A `Text` is cut from another one and decoded, as deep as the grammars nest (a CSS string in a style
attribute in a ``srcdoc`` in a feed); asked for a span it answers with bytes of the file.
"""

from __future__ import annotations

import codecs
from array import array
from bisect import bisect_left, bisect_right
from typing import Protocol

import webencodings

from archiver.model import Span
from archiver.syntax.escapes import Codec, Segment

ERRORS = "archiver-bytes"  # the error handler below
STEP = 4096  # characters between two checkpoints of an offset map
# WHATWG decodes these labels by the larger set.
_LARGER_SET = {"gbk": "gb18030"}


def _keep_bytes(error: UnicodeError) -> tuple[str | bytes, int]:
    """Undecodable bytes as U+DC00 + byte, and back: `surrogateescape` for any byte."""
    if isinstance(error, UnicodeDecodeError):
        bad = error.object[error.start : error.end]
        return "".join(chr(0xDC00 + byte) for byte in bad), error.end
    if isinstance(error, UnicodeEncodeError):
        chars = error.object[error.start : error.end]
        if all("\udc00" <= char <= "\udcff" for char in chars):
            return bytes(ord(char) - 0xDC00 for char in chars), error.end
    raise error


codecs.register_error(ERRORS, _keep_bytes)


def codec_of(label: str | None) -> str | None:
    """Python's codec for a WHATWG encoding label; None for one that is not known.

    >>> codec_of("gb2312"), codec_of("iso-8859-1"), codec_of("x-nothing")
    ('gb18030', 'cp1252', None)
    """
    known = webencodings.lookup(label) if label else None
    if known is None or known.name in ("replacement", "x-user-defined"):
        return None
    name: str = known.codec_info.name
    return _LARGER_SET.get(name, name)


class OffsetMap(Protocol):
    """From character borders to byte borders; a border inside an escape widens."""

    def start(self, index: int) -> int: ...

    def end(self, index: int) -> int: ...


class _Shift:
    """One byte a character."""

    __slots__ = ("offset",)

    def __init__(self, offset: int) -> None:
        self.offset = offset

    def start(self, index: int) -> int:
        return self.offset + index

    end = start


class _Encoded:
    """Characters whose bytes are those the encoder gives back; lengths are counted lazily."""

    def __init__(self, text: str, encoding: str, offset: int) -> None:
        self.text, self.encoding = text, encoding
        self.checkpoints = array("Q", [offset])

    def start(self, index: int) -> int:
        step = index // STEP
        while len(self.checkpoints) <= step:
            last = len(self.checkpoints) - 1
            length = self._length(last * STEP, (last + 1) * STEP)
            self.checkpoints.append(self.checkpoints[last] + length)
        return self.checkpoints[step] + self._length(step * STEP, index)

    def _length(self, start: int, end: int) -> int:
        return len(self.text[start:end].encode(self.encoding, ERRORS))

    end = start


class _Counted:
    """Borders written down while decoding, for codecs that don't give the same bytes back."""

    def __init__(self, starts: array[int], ends: array[int], offset: int) -> None:
        self.starts, self.ends, self.offset = starts, ends, offset

    def start(self, index: int) -> int:
        if index < len(self.starts):
            return self.offset + self.starts[index]
        return self.end(index)

    def end(self, index: int) -> int:
        return self.offset + (self.ends[index - 1] if index else 0)


class _Escaped:
    """Characters decoded by a `Codec` from a slice of another text."""

    def __init__(self, outer: OffsetMap, offset: int, segments: list[Segment]) -> None:
        self.outer, self.offset, self.segments = outer, offset, segments
        self.text_ends = [segment.text_end for segment in segments]
        self.text_starts = [segment.text_start for segment in segments]

    def start(self, index: int) -> int:
        place = bisect_right(self.text_ends, index)
        if place < len(self.segments) and self.segments[place].text_start < index:
            return self.outer.start(self.offset + self.segments[place].raw_start)
        shift = 0
        if place:
            before = self.segments[place - 1]
            shift = before.raw_end - before.text_end
        return self.outer.start(self.offset + index + shift)

    def end(self, index: int) -> int:
        place = bisect_left(self.text_starts, index)
        if not place:
            return self.outer.end(self.offset + index)
        before = self.segments[place - 1]
        raw = before.raw_end + max(index - before.text_end, 0)
        return self.outer.end(self.offset + raw)


class Text:
    """Characters of a file.

    Attributes:
        text: the characters. In a byte view each stands for one byte (latin-1).
        data: the whole file.
        encoding: Python's name of the file's codec.
        is_byte_view: whether `text` still has to be decoded by `encoding`.
    """

    __slots__ = ("_map", "data", "encoding", "is_byte_view", "text")

    def __init__(
        self, text: str, data: bytes, encoding: str, offsets: OffsetMap, is_byte_view: bool = False
    ) -> None:
        self.text, self.data, self.encoding = text, data, encoding
        self._map, self.is_byte_view = offsets, is_byte_view

    @classmethod
    def from_bytes(cls, data: bytes, encoding: str = "utf-8") -> Text:
        """*data* decoded; a BOM stays the first character. Bytes that aren't text become U+DCxx.

        >>> Text.from_bytes("é.png".encode()).span(1, 5)
        Span(start=2, end=6)
        """
        text, offsets = _decode(data, encoding, 0)
        return cls(text, data, encoding, offsets)

    @classmethod
    def byte_view(
        cls, data: bytes, encoding: str = "utf-8", start: int = 0, end: int | None = None
    ) -> Text:
        """``data[start:end]`` one character a byte, to be decoded by *encoding* slice by slice.

        Only for encodings whose trail bytes are none of the grammar's characters: for HTML and XML
        all but UTF-16 and ISO-2022-JP; CSS and Markdown only UTF-8 and 8-bit ones.
        """
        view = data[start:end].decode("latin-1")
        return cls(view, data, encoding, _Shift(start), is_byte_view=True)

    def span(self, start: int, end: int) -> Span:
        """The bytes of the file that hold ``text[start:end]``."""
        offsets = self._map
        first = offsets.start(start)
        return Span(first, offsets.end(end) if end > start else first)

    def raw(self, start: int, end: int) -> bytes:
        """Those bytes themselves."""
        span = self.span(start, end)
        return self.data[span.start : span.end]

    def child(self, start: int, end: int, codec: Codec | None = None) -> Text:
        """``text[start:end]`` decoded: by the file's encoding in a byte view, then by *codec*."""
        text, offsets, offset = self.text[start:end], self._map, start
        if self.is_byte_view and not text.isascii():
            data, offset = text.encode("latin-1"), 0
            text, offsets = _decode(data, self.encoding, self._map.start(start))
        text, segments = codec.decode(text) if codec else (text, [])
        if segments or offset:
            offsets = _moved(offsets, offset, segments)
        return Text(text, self.data, self.encoding, offsets)

    def with_text(self, text: str) -> Text:
        """Other characters (some of them masked) at the same places.

        Raises:
            ValueError: *text* has another length.
        """
        if len(text) != len(self.text):
            raise ValueError(f"{len(text)} characters for {len(self.text)}")
        return Text(text, self.data, self.encoding, self._map, self.is_byte_view)


def _moved(offsets: OffsetMap, offset: int, segments: list[Segment]) -> OffsetMap:
    if isinstance(offsets, _Shift) and not segments:
        return _Shift(offsets.offset + offset)
    return _Escaped(offsets, offset, segments)


def _decode(data: bytes, encoding: str, offset: int) -> tuple[str, OffsetMap]:
    """*data* as text; *offset* is where it starts in the file."""
    if data.isascii() and not encoding.startswith(("utf-16", "utf_16", "iso2022")):
        return data.decode("ascii"), _Shift(offset)
    text = data.decode(encoding, ERRORS)
    try:
        if text.encode(encoding, ERRORS) == data and not encoding.startswith("iso2022"):
            return text, _Encoded(text, encoding, offset)
    except UnicodeError:
        pass
    return _count(data, encoding, offset)


def _count(data: bytes, encoding: str, offset: int) -> tuple[str, OffsetMap]:
    """Decode byte by byte: for the few codes that decode alike but encode to other bytes."""
    decoder = codecs.getincrementaldecoder(encoding)(ERRORS)
    parts: list[str] = []
    starts, ends = array("Q"), array("Q")
    begun = 0
    for index in range(len(data) + 1):
        text = decoder.decode(data[index : index + 1], final=index == len(data))
        stop = min(index + 1, len(data))
        for number in range(len(text)):
            starts.append(min(begun + number, stop))
            ends.append(stop if number == len(text) - 1 else min(begun + number + 1, stop))
        if text:
            parts.append(text)
            begun = stop
    if ends:
        ends[-1] = len(data)  # what returns to the first state belongs to the last character
    return "".join(parts), _Counted(starts, ends, offset)
