"""Candidates of every row of watermark-urls.tsv, their order, and the laws of planning."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archiver.model import Candidate, Kind
from archiver.planning import PlanningSettings, has_watermark, plan_candidates

CASES = Path(__file__).parent / "cases" / "watermark-urls.tsv"
ROWS = [line.split("\t") for line in CASES.read_text("utf-8").splitlines()[1:]]
IDS = [f"{number} {note}" for number, (_, _, _, note) in enumerate(ROWS, 2)]
ORIGINAL = PlanningSettings(quality="original")


def kinds(plan: tuple[Candidate, ...]) -> list[str]:
    return [str(candidate.kind) for candidate in plan]


@pytest.mark.parametrize(("url", "clean", "original", "note"), ROWS, ids=IDS)
def test_a_row_of_the_table(url: str, clean: str, original: str, note: str) -> None:
    plan = plan_candidates(url)
    assert plan[0].url == clean
    assert Candidate(url) in plan
    assert has_watermark(url) or url == clean
    if "unchanged" in note or note.startswith("negative"):
        assert [c.url for c in plan if c.kind is not Kind.HTTPS] == [url]
    if original:
        assert plan_candidates(url, settings=ORIGINAL)[0].url == original


@pytest.mark.parametrize(("url", "clean", "original", "note"), ROWS, ids=IDS)
def test_a_clean_url_stays(url: str, clean: str, original: str, note: str) -> None:
    assert plan_candidates(clean)[0].url == clean
    assert not has_watermark(clean) or "signed" in note


OSS = "https://i.example/a.png?x-oss-process=image/resize,w_800/watermark,text_MQ"
PROXIED = "https://cors.example/?http://i.example/a.png"
ORDERS = {
    "nothing to do": ("https://i.example/a.png?v=1", {}, "clean", ["as given"]),
    "clean": (OSS, {}, "clean", ["clean", "as given"]),
    "original": (OSS, {}, "original", ["original", "clean", "as given"]),
    "http, nothing to do": ("http://i.example/a.png", {}, "clean", ["as given", "https"]),
    "http, clean": (OSS.replace("https", "http"), {}, "clean", ["clean", "as given", "https"]),
    "a port that is not http's": ("http://i.example:8080/a.png", {}, "clean", ["as given"]),
    "a proxy": (PROXIED, {}, "clean", ["as given", "nested source"]),
    "a proxy, original": (PROXIED, {}, "original", ["nested source", "as given"]),
    "signed": (f"{OSS}&x-oss-signature=ab", {}, "clean", ["as given"]),
    "signed, original": (f"{OSS}&x-oss-signature=ab", {}, "original", ["as given"]),
    "two originals": (
        "https://pbs.twimg.com/media/E?format=jpg&name=small",
        {},
        "original",
        ["original", "original", "as given"],
    ),
    "an attribute": (
        "https://pic1.zhimg.com/v2-00000000000000000000000000000000_720w.jpg",
        {"data-original-token": "v2-85e1c4b9168487f87502a2161ff07cdc", "width": "9"},
        "clean",
        ["clean", "as given"],
    ),
    "an attribute that names the URL itself": (
        "https://pica.zhimg.com/v2-85e1c4b9168487f87502a2161ff07cdc.jpg",
        {"data-original-token": "v2-85e1c4b9168487f87502a2161ff07cdc"},
        "clean",
        ["as given"],
    ),
    "a proxy that is gone": (
        "https://cors-anywhere.herokuapp.com/https://i.example/a.png",
        {},
        "clean",
        ["nested source", "as given"],
    ),
    "an attribute that is no token": (
        "https://pic1.zhimg.com/a.jpg",
        {"data-original-token": "../../evil"},
        "clean",
        ["as given"],
    ),
    "an attribute on another host": (
        "https://i.example/a.jpg",
        {"data-original-token": "v2-85e1c4b9168487f87502a2161ff07cdc"},
        "clean",
        ["as given"],
    ),
}


@pytest.mark.parametrize(
    ("url", "attributes", "quality", "expected"), ORDERS.values(), ids=ORDERS.keys()
)
def test_order(
    url: str, attributes: dict[str, str], quality: Literal["clean", "original"], expected: list[str]
) -> None:
    plan = plan_candidates(url, attributes, PlanningSettings(quality=quality))
    assert kinds(plan) == expected


HTTPS = {
    "as given": ("http://i.example/a.png", "https://i.example/a.png"),
    "upper case": ("HTTP://i.example/a.png", "https://i.example/a.png"),
    "port 80": ("http://i.example:80/a.png", "https://i.example/a.png"),
    "a sure clean one": (OSS.replace("https", "http"), OSS[: OSS.index("/watermark")]),
    "an unsure clean one": (
        "http://i.example/a.png-watermark",
        "https://i.example/a.png-watermark",
    ),
}


@pytest.mark.parametrize(("url", "expected"), HTTPS.values(), ids=HTTPS.keys())
def test_https_comes_last(url: str, expected: str) -> None:
    last = plan_candidates(url)[-1]
    assert (last.url, last.kind) == (expected, Kind.HTTPS)


def test_a_candidate_names_its_rules_and_the_lowest_confidence() -> None:
    best = plan_candidates("https://i.example/a.png-wm?x-oss-process=image/watermark,g_1")[0]
    assert best == Candidate(
        "https://i.example/a.png", Kind.CLEAN, "aliyun-oss+watermark-suffix", "medium"
    )


MARKS = {
    "signed": ("https://a.imgix.net/1.jpg?mark=a&s=0123", True),
    "a template nobody can swap": (
        "https://p3.byteimg.com/a~tplv-73owjymdk6-jj-mark:0.awebp",
        True,
    ),
    "inside a proxy": (f"https://images.weserv.nl/?url={OSS.replace('/', '%2F')}", True),
    "switched off": ("https://i.example/a.jpg@450w%7Cwatermark%3D0", False),
    "a folder": ("https://i.example/watermark/a.jpg", False),
    "a word in a search": ("https://i.example/s?q=watermark", False),
}


@pytest.mark.parametrize(("url", "expected"), MARKS.values(), ids=MARKS.keys())
def test_has_watermark(url: str, expected: bool) -> None:
    assert has_watermark(url) is expected


# --- Laws --------------------------------------------------------------------------------------

VOCABULARY = """
https:// http:// // i.example pbs.twimg.com a.imgix.net i0.hdslb.com .png .jpg / ? & = # | %
@ ! , : ; ( ) -! !- %2F %7C %3D %26 %2C x-oss-process= x-bce-process= image/ watermark,
resize,w_8 style/ wm imgwatermark image_process= watermark/2/text/QQ imageView2/2 imageslim
iopcmd=watermark watermark=1 mark= mark64= markalign= txt= ixlib= img/ wmi wk tr= l-image
l-end /tr: im= composite filters: watermark(a) /unsafe/ /insecure/ wm:1 plain/
~tplv-k3u1fbpfcp-watermark !/fw/8 text align /image/upload/ l_logo fl_layer_apply v1
/-/overlay/ url= _next/image ?http://i.example @base@ tag=imgWaterMark wm_1 w_8 @400w
auth_key=1 s=1 q-signature=1 x-amz-signature=1 -watermark
"""
PIECES = st.sampled_from(VOCABULARY.split())
URLS = st.one_of(
    st.lists(PIECES, max_size=14).map("".join),
    st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=10).map("".join),
    st.text(),
    st.sampled_from([row[0] for row in ROWS]),
)
QUALITIES = st.sampled_from([PlanningSettings(), ORIGINAL])


@given(URLS, QUALITIES)
@example("http://[::1", PlanningSettings())
@example("\ud800?x-oss-process=image/watermark,\udfff", ORIGINAL)
def test_any_text_has_a_plan(url: str, settings: PlanningSettings) -> None:
    plan = plan_candidates(url, {"data-original-token": url}, settings)
    urls = [candidate.url for candidate in plan]
    assert Candidate(url) in plan
    assert len(set(urls)) == len(urls)
    assert sum(candidate.kind is not Kind.HTTPS for candidate in plan) <= 4
    assert all(candidate.kind is not Kind.HTTPS for candidate in plan[:-1])


@given(URLS)
def test_cleaning_twice_equals_once(url: str) -> None:
    clean = next((c.url for c in plan_candidates(url) if c.kind is Kind.CLEAN), url)
    assert all(c.kind is not Kind.CLEAN for c in plan_candidates(clean))


@given(URLS)
def test_an_unchanged_url_is_the_same_object(url: str) -> None:
    given_one = next(c for c in plan_candidates(url) if c.kind is Kind.AS_GIVEN)
    assert given_one.url is url


WORDS = st.text("abcdefghijklmnopqrstuvwxyzABC0123456789%+;._~-", max_size=8)
FOREIGN = st.lists(st.tuples(WORDS, WORDS).map("=".join), max_size=4).filter(
    lambda parts: not any("mark" in part or "wm" in part or "process" in part for part in parts)
)


@given(FOREIGN, FOREIGN, WORDS)
def test_other_parameters_and_the_fragment_keep_their_bytes(
    before: list[str], after: list[str], fragment: str
) -> None:
    tail = f"#{fragment}"
    mark = "x-oss-process=image/watermark,text_MQ"
    left = "&".join([*before, *after])
    given_url = "https://i.example/a.png?" + "&".join([*before, mark, *after]) + tail
    signed = {"sign", "token", "signature"}
    assert not any(part.partition("=")[0].lower() in signed for part in before + after)
    expected = "https://i.example/a.png" + (f"?{left}" if left else "") + tail
    assert plan_candidates(given_url)[0].url == expected
