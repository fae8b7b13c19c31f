"""Style sheets and their encodings."""

import pytest

from archiver.formats import read_document
from archiver.formats.stylesheet import sheet_encoding

BASE = "https://site.example/css/main.css"
ENCODINGS = {
    "nothing said": (b"a{}", "utf-8"),
    "charset": (b'@charset "gb2312"; a{}', "gb18030"),
    "charset in other quotes is none": (b"@charset 'gbk'; a{}", "utf-8"),
    "charset that cannot be": (b'@charset "utf-16"; a{}', "utf-8"),
    "byte order mark": (b'\xef\xbb\xbf@charset "gbk"; a{}', "utf-8"),
    "utf-16": ("\ufeffa{}".encode("utf-16-le"), "utf-16-le"),
}


@pytest.mark.parametrize(("sheet", "encoding"), ENCODINGS.values(), ids=ENCODINGS.keys())
def test_sheet_encoding(sheet, encoding):
    assert sheet_encoding(sheet) == encoding


def test_what_the_server_said_outranks_the_sheet():
    assert sheet_encoding(b'@charset "gb2312"; a{}', "Shift_JIS") == "cp932"
    assert sheet_encoding(b'@charset "gb2312"; a{}', "unheard-of") == "gb18030"


@pytest.mark.parametrize("encoding", ["gbk", "big5", "shift_jis", "utf-8"])
def test_trail_bytes_are_no_backslashes(encoding):
    sheet = f'@charset "{encoding}"; a{{content:"本"}} b{{c:url("功.png")}}'.encode(encoding)
    (one,) = read_document(sheet, format="stylesheet", base_url=BASE).references
    assert one.raw == "功.png".encode(encoding)
    assert one.url == "https://site.example/css/%E5%8A%9F.png"


def test_fonts_and_sheets_are_no_images():
    sheet = b"@import 'a.css'; @font-face{src:url(b.woff2)} c{behavior:url(d.htc);e:url(f.png)}"
    reading = read_document(sheet, format="stylesheet", base_url=BASE)
    assert [one.raw for one in reading.references] == [b"f.png"]
