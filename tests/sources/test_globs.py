"""Patterns against another implementation's answer (pathlib), and what only ours can say."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.sources.globs import compile_glob, split_glob

NAMES = ["a", "ab", "b.md", ".a", "a.b", "[a]", "a b", "-", "^", "a\nb", "图"]
PATHS = sorted({"/".join(p) for n in (1, 2, 3) for p in itertools.product(NAMES, repeat=n)})

segments = st.one_of(
    st.sampled_from(["*", "**", "?", "a*", "*b", "*.md", "[ab]*", "[!a]*", "[]a]", "[^-]", "[-a]"]),
    st.sampled_from(NAMES),
    st.text("ab.*?[]!-^\\", min_size=1, max_size=5).filter(lambda s: s.strip(".")),
)


@given(st.lists(segments, min_size=1, max_size=4))
def test_matches_like_pathlib(pattern: list[str]) -> None:
    """pathlib matches a pattern without ``**`` from the right, with as many segments as it has."""
    if "**" in pattern or any("**" in segment for segment in pattern):
        return
    glob = compile_glob("/".join(pattern), is_anchored=True)
    for path in PATHS:
        has_all_segments = path.count("/") == len(pattern) - 1
        expected = has_all_segments and Path(path).match("/".join(pattern))
        matched = glob.whole.fullmatch(path)
        assert (matched is not None and matched[1] is None) == expected, path


@given(st.lists(segments, min_size=1, max_size=4), st.booleans())
def test_every_folder_above_a_match_is_reached(pattern: list[str], is_anchored: bool) -> None:
    glob = compile_glob("/".join(pattern), is_anchored=is_anchored)
    for path in PATHS:
        if glob.covers(path.encode()) and "/" in path:
            assert glob.reaches(path.rpartition("/")[0].encode())


# pattern → what it covers, what it doesn't
COVERED = {
    "a name at any depth": ("drafts", "drafts x/drafts x/drafts/a.md", "draftsx a/xdrafts"),
    "from the root by a slash": ("/drafts", "drafts drafts/a", "x/drafts"),
    "from the root by a slash inside": ("a/*.md", "a/b.md a/b.md/c", "x/a/b.md a/b/c.md"),
    "a folder by a final slash": ("drafts/", "drafts/a x/drafts", "draft"),
    "from here": ("./a", "a", "x/a"),
    "any number of folders": ("a/**/b", "a/b a/x/b a/x/y/b a/b/c", "b x/a/b a/xb"),
    "any number at the start": ("**/b", "b a/b a/b/c", "ab"),
    "all below": ("a/**", "a/b a/b/c", "a b"),
    "stars in a name": ("a**b", "ab axb x/aab", "a/b"),
    "an open bracket": ("[a", "[a x/[a", "a"),
    "nothing": ("", "", "a a/b"),
    "a range the wrong way round": ("[z-a]x", "", "zx ax [z-a]x"),
    "characters, not bytes": ("?[图片].md", "a图.md 图片.md", "图.md"),
}


@pytest.mark.parametrize(("pattern", "inside", "outside"), COVERED.values(), ids=COVERED.keys())
def test_covers(pattern: str, inside: str, outside: str) -> None:
    glob = compile_glob(pattern)
    wrong = [p for p in inside.split() if not glob.covers(p.encode())]
    wrong += [p for p in outside.split() if glob.covers(p.encode())]
    assert wrong == []


# pattern → folders it gives the name of, folders it doesn't
SPELLED = {
    "a folder": ("public", "public x/public", "publics"),
    "all below one": (".notes/**", ".notes", ".notes/.deep .other"),
    "one after any": ("**/_site", "_site a/_site", "a"),
    "two": (".a/.b/*.md", ".a .a/.b", ".b .a/.c"),
    "by a part of its name": ("node_*/x.md", "node_modules", "x/node_modules"),
    "nothing but stars": ("**/*", "", ".a a/.b"),
}


@pytest.mark.parametrize(("pattern", "inside", "outside"), SPELLED.values(), ids=SPELLED.keys())
def test_spells(pattern: str, inside: str, outside: str) -> None:
    glob = compile_glob(pattern)
    wrong = [p for p in inside.split() if not glob.spells(p.encode())]
    wrong += [p for p in outside.split() if glob.spells(p.encode())]
    assert wrong == []


SPLIT = {
    "no pattern": ("posts/a.md", None),
    "here": ("*.md", (".", "*.md")),
    "below": ("posts/2024/*/a.md", ("posts/2024", "*/a.md")),
    "in a segment": ("posts/a*/b", ("posts", "a*/b")),
    "absolute": ("/*.md", ("/", "*.md")),
    "double slash": ("a//*.md", ("a", "*.md")),
}


@pytest.mark.parametrize(("source", "expected"), SPLIT.values(), ids=SPLIT.keys())
def test_split_glob(source: str, expected: tuple[str, str] | None) -> None:
    assert split_glob(source) == expected
