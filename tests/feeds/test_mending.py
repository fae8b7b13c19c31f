"""Items that are not well-formed are, once mended, and hold what they held."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from archiver.errors import ConfigError
from archiver.feeds.mending import mend
from archiver.feeds.naming import unique_name
from archiver.feeds.templates import load_template, render

BROKEN = {
    "an ampersand": ("R&D", "R&D"),
    "references of XML": ("&lt;&#65;&#x42;&#128512;", "<AB\U0001f600"),
    "entities of HTML": ("&nbsp;&copy;", "\xa0\xa9"),
    "entities that nobody declared": ("&what;", "&what;"),
    "the end of a section": ("a]]>b", "a]]>b"),
    "a lone angle": ("1 < 2", "1 < 2"),
    "characters that XML lacks": ("a\x00\x1f\ufffeb", "ab"),
    "references to such": ("a&#0;&#x1F;&#xD800;&#xFFFF;&#1114112;b", "ab"),
    "a number beyond all": (f"a&#{'9' * 5000};b", "ab"),
    "a tag that has no end": ("a<b>c", "ac"),
    "an end without a tag": ("a</b>c", "ac"),
    "an empty tag": ("a<b/>c", "ac"),
    "an address between angles": (
        "by <me@site.example>, <3 & more>",
        "by <me@site.example>, <3 & more>",
    ),
    "names of another script": ("<\u56fe>a</\u56fe>", "a"),
    "crossed tags": ("<b>a<i>b</b>c</i>", "abc"),
}


@pytest.mark.parametrize(("text", "expected"), BROKEN.values(), ids=BROKEN.keys())
def test_mend(text: str, expected: str) -> None:
    item = ElementTree.fromstring(mend(f"<item>{text}</item>", {}))
    assert "".join(item.itertext()) == expected


def test_a_name_beyond_all_marks() -> None:
    taken = {"a.md", "a-0badf00d.md", "a-0badf00d-2.md"}
    assert unique_name("a", ".md", "0badf00d", taken.__contains__) == "a-0badf00d-3.md"


TEMPLATES: dict[str, tuple[bytes, str]] = {
    "no template": (b"{% if %}", "line 1"),
    "a name that is not there": (b"{{ missing }}", "does not work: 'missing' is undefined"),
    "a division by zero": (b"{{ 1 // 0 }}", "does not work"),
    "itself": (b"{% include 'form.j2' %}", "does not work"),
    "no text": (b"\xff\xfe", "cannot be read"),
}


@pytest.mark.parametrize(("data", "message"), TEMPLATES.values(), ids=TEMPLATES.keys())
def test_templates_that_do_not_work(data: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "form.j2").write_bytes(data)
    with pytest.raises(ConfigError, match=message):
        render(str(tmp_path / "form.j2"), {})


def test_a_template_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        load_template(str(tmp_path / "none.j2"))
