"""Drawings in every encoding that browsers know, and the words in them."""

from __future__ import annotations

# label → a text in it, and Python's codec where that has another name
LEGACY = {
    "GBK": ("中文€", "gb18030"),
    "gb2312": ("中文", "gb18030"),
    "gb18030": ("中文𠀀", ""),
    "Big5": ("中文功", ""),
    "Big5-HKSCS": ("中文", "big5"),
    "Shift_JIS": ("日本表ソ", "cp932"),
    "windows-31j": ("日本①", "cp932"),
    "EUC-JP": ("日本", ""),
    "ISO-2022-JP": ("日本", ""),
    "EUC-KR": ("한글", "cp949"),
    "ks_c_5601-1987": ("한글", "cp949"),
    "windows-1250": ("Ł€", ""),
    "windows-1251": ("Жук", ""),
    "windows-1252": ("é€", ""),
    "ISO-8859-1": ("é€", "cp1252"),
    "us-ascii": ("é", "cp1252"),
    "windows-1253": ("λ", ""),
    "ISO-8859-2": ("Ł", ""),
    "iso-8859-8-i": ("א", "iso8859-8"),
    "ISO-8859-15": ("é€", ""),
    "iso-8859-16": ("ș", ""),
    "KOI8-R": ("Жук", ""),
    "koi8-u": ("Ґ", ""),
    "macintosh": ("é", "mac_roman"),
    "x-mac-cyrillic": ("Ж", "mac_cyrillic"),
    "ibm866": ("Ж", ""),
    "windows-874": ("ก", "cp874"),
    "utf-8": ("é中𠀀", ""),
    "utf-16": ("é中𠀀", ""),
    "utf-16le": ("é中", ""),
    "utf-16be": ("é中", ""),
}

# The mark or the bytes say what the declaration does not: name → label, text, codec
OVERRULED = {
    "UTF-8 that says UTF-16": ("utf-16", "é中", "utf-8"),
    "a mark of UTF-8 before GBK": ("gbk", "é中", "utf-8-sig"),
    "a mark of UTF-16 before GBK": ("gbk", "é中", "utf-16"),
    "a mark of UTF-16 before UTF-8": ("utf-8", "é中", "utf-16"),
    "a mark before what nobody knows": ("x-nothing", "é中", "utf-8-sig"),
    "another name of UTF-8": ("unicode-1-1-utf-8", "é中", "utf-8"),
    "a control of the code page": ("windows-1252", "é\x81", "latin-1"),
}

# name → label, text, codec
REFUSED = {
    "UTF-7": ("UTF-7", "+ADw-script+AD4-evil()+ADw-/script+AD4-", "ascii"),
    "UTF-7 in Python's way": ("unicode-1-1-utf-7", "+ADw-script/+AD4-", "ascii"),
    "a codec of Python's that is no browser's": ("unicode_escape", "\\x3cscript\\x3e", "ascii"),
    "another one": ("raw_unicode_escape", "\\u003cscript\\u003e", "ascii"),
    "EBCDIC": ("cp037", "x", "cp037"),
    "UTF-32": ("utf-32", "x", "utf-32-le"),
    "UTF-32 with a mark": ("utf-32", "x", "utf-32"),
    "the label that browsers show nothing for": ("iso-2022-kr", "x", "ascii"),
    "HZ": ("hz-gb-2312", "~{<script>~}", "ascii"),
    "a character set of its own": ("x-user-defined", "x", "ascii"),
    "what nobody knows": ("x-nothing", "é", "utf-8"),
    "UTF-16 without a mark, declared as UTF-8": ("utf-8", "é", "utf-16-le"),
    "UTF-16 without a mark, the other way round": ("utf-16be", "é", "utf-16-le"),
    "Latin-1 that says GBK": ("GBK", "é", "latin-1"),
    "Latin-1 that says Shift_JIS": ("Shift_JIS", "é", "latin-1"),
    "bytes beyond ISO-2022-JP": ("ISO-2022-JP", "中", "utf-8"),
    "Latin-1 that says UTF-8": ("utf-8", "é", "latin-1"),
}


def legacy_drawing(label: str, inside: str, codec: str = "") -> bytes:
    """A drawing of 120 by 80 that declares *label*, in *codec* or the codec of that name."""
    text = (
        f'<?xml version="1.0" encoding="{label}"?>\n<svg xmlns="http://www.w3.org/2000/svg"'
        f' width="120" height="80">{inside}</svg>'
    )
    return text.encode(codec or label)
