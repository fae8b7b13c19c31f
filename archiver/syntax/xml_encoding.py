"""The encoding of an XML file, and its text as UTF-8.

Sources: XML 1.0, 4.3.3 and appendix F; the WHATWG's Encoding standard, whose labels browsers know.
"""

from __future__ import annotations

import codecs
import re

_DECLARED = re.compile(rb"\s*<\?xml\s[^>]*?\bencoding\s*=\s*[\"']([\w.:-]+)")
_DECLARED_WITHIN = 400  # bytes
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_UNMARKED = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_CONTROLS = "archiver-controls"  # the error handler below


def _keep_controls(error: UnicodeError) -> tuple[str, int]:
    """Bytes 80 to 9F that Python's Windows code pages leave open are controls in the WHATWG's."""
    if isinstance(error, UnicodeDecodeError) and error.encoding == "charmap":
        bad = error.object[error.start : error.end]
        if all(0x80 <= byte <= 0x9F for byte in bad):
            return bad.decode("latin-1"), error.end
    raise error


codecs.register_error(_CONTROLS, _keep_controls)


def xml_encoding(data: bytes) -> str:
    """Python's codec of an XML file: byte order mark, declaration, else UTF-8 (XML 1.0, app. F)."""
    for start, encoding in (*_BOMS, *_UNMARKED):
        if data.startswith(start):
            return encoding
    declared = _find_label(data)
    codec = _codec_of(declared[1].decode("ascii")) if declared else None
    return "utf-8" if codec is None or codec.startswith("utf-16") else codec


def read_as_utf8(data: bytes, *, is_whole: bool = True) -> bytes:
    """The XML file *data* in UTF-8, without a byte order mark, as its declaration then says.

    What is read here is all that anybody reads of it later: no other encoding hides anything.

    Args:
        is_whole: False: it is the beginning of a file; what cannot be decoded is no error.

    Raises:
        ValueError: the encoding is not told or none that browsers know, or *data* is not in it. A
            `UnicodeDecodeError` says where.

    >>> read_as_utf8(b'<?xml version="1.0" encoding="windows-1252"?><a>\\xe9</a>').decode()
    '<?xml version="1.0" encoding="UTF-8"?><a>é</a>'
    """
    encoding = xml_encoding(data)
    is_marked = any(data.startswith(bom) for bom, _ in _BOMS)
    text = data if encoding == "utf-8" else _decode(data, encoding, is_whole).encode()
    text = text.removeprefix(b"\xef\xbb\xbf")
    declared = _find_label(text)
    if not is_marked:
        _check_label(declared[1].decode("ascii") if declared else "", encoding)
    if declared is None or declared[1].lower() == b"utf-8":
        return text
    start, end = declared.span(1)
    return text[:start] + b"UTF-8" + text[end:]


def _find_label(text: bytes) -> re.Match[bytes] | None:
    return _DECLARED.match(text[:_DECLARED_WITHIN])


def _decode(data: bytes, encoding: str, is_whole: bool) -> str:
    decoder = codecs.getincrementaldecoder(encoding)(_CONTROLS if is_whole else "replace")
    return decoder.decode(data, is_whole)


def _check_label(label: str, encoding: str) -> None:
    """Refuse to guess: 16 bits a character without a mark must be declared, and as what they are.

    UTF-16 that is declared in a file of single bytes is UTF-8, as browsers read it.
    """
    codec = _codec_of(label)
    if label and codec is None:
        raise ValueError(f"no browser knows the encoding {label!r}")
    if encoding.startswith("utf-16") and codec != encoding and label.lower() != "utf-16":
        raise ValueError(f"UTF-16 without a byte order mark, declared as {label or 'nothing'!r}")


def _codec_of(label: str) -> str | None:
    """See `codec_of`."""
    if label.lower() == "utf-8":
        return "utf-8"
    from archiver.syntax.text import codec_of  # 10 ms of a worker's start that few drawings need

    return codec_of(label)
