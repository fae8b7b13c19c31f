"""Cutting raw text by what it reads as."""

from __future__ import annotations

import pytest

from archiver.cdn.pieces import cut_encoded, drop_parts, drop_steps

CUTS = {
    "nothing is cut": ("a%2Fb", "a/b", "a/b", "a%2Fb"),
    "an encoded part": ("a%3Fm%3D1%26v", "a?m=1&v", "a?v", "a%3Fv"),
    "what stays keeps its spelling": ("%41%2fb?m&%63", "A/b?m&c", "A/b?c", "%41%2fb?%63"),
    "something was put before": ("a?m=1", "https://a?m=1", "https://a", "a"),
    "what was put before changes": ("a/b", "https://a/b", "http://a/b", None),
    "characters of several bytes": (
        "%E5%9B%BE?m&%E7%89%87",
        "图?m&片",
        "图?片",
        "%E5%9B%BE?%E7%89%87",
    ),
    "some of the escapes in a row": ("a%3F%6D%3d%31%26v", "a?m=1&v", "a?v", "a%3Fv"),
    "escapes of both kinds in a row": (
        "%E5%9B%BE%3Fm%26%c3%a9",
        "图?m&é",
        "图?é",
        "%E5%9B%BE%3F%c3%a9",
    ),
    "a percent sign": ("a%?m%4", "a%?m%4", "a%?%4", "a%?%4"),
    "bytes that are no text": ("%FFa?m", "\ufffda?m", "\ufffda", "%FFa"),
    "another order": ("ab", "ab", "ba", None),
    "something new": ("ab", "ab", "abc", None),
    "another text": ("abc", "ab", "a", None),
}


@pytest.mark.parametrize(("raw", "text", "shorter", "expected"), CUTS.values(), ids=CUTS.keys())
def test_cut_encoded(raw: str, text: str, shorter: str, expected: str | None) -> None:
    assert cut_encoded(raw, text, shorter) == expected


def test_where_nothing_is_dropped_the_text_is_the_same_object() -> None:
    text = "a,1%2Fb&c=2&d"
    assert drop_steps(text, "/", lambda step: step == "c") is text
    assert drop_parts(text, lambda part: part == "b") is text
