"""Inputs that pages really hold and no manual shows: what is cut, and what must stay."""

from __future__ import annotations

import pytest

from archiver.planning import has_watermark, plan_candidates

I = "https://i.example.com/1.jpg"  # noqa: E741
CLD = "https://res.cloudinary.com/demo/image/upload"
UPLOADCARE = "https://ucarecdn.com/b4a1ed63-73cb-4a3d-8ef6-2ba2b5327c31"
CLEANED = {
    "a second parameter pasted into the first value": (
        f"{I}?x-oss-process=image/watermark,x_1,y_10,%20x-oss-process=image/watermark,x_2",
        I,
    ),
    "a query appended twice": (
        f"{I}?image_process=watermark,text_MQ?image_process=watermark,text_MQ",
        I,
    ),
    "a step pasted into an argument": (
        f"{I}?x-oss-process=image/resize,limit_0,image/format,jpg",
        None,
    ),
    "a name that only begins like the step": (f"{I}?x-oss-process=image/watermarks,a", None),
    "an encoded name": (
        f"{I}?x-oss-process=image/%77atermark,a/format,webp",
        f"{I}?x-oss-process=image/format,webp",
    ),
    "empty parts stay": (f"{I}?&a&&x-oss-process=image/watermark,a&", f"{I}?&a&&"),
    "a lone question mark stays": (f"{I}?", None),
    "separators of both kinds": (
        f"{I}?x-oss-process=image%2Fresize,w_8/watermark%2Ca%2fformat,webp",
        f"{I}?x-oss-process=image%2Fresize,w_8%2fformat,webp",
    ),
    "a nested chain in base64 is not looked into": (
        f"{I}?x-oss-process=image/resize,w_8,image_d2F0ZXJtYXJrP3gtb3NzLXByb2Nlc3M",
        None,
    ),
    "a port, userinfo and upper case stay": (
        "HTTPS://me@I.Example.com:8443/A.PNG?x-oss-process=image/watermark,a",
        "HTTPS://me@I.Example.com:8443/A.PNG",
    ),
    "a pipe of COS with tiling": (
        f"{I}?watermark/1/image/QQ/batch/1%7CimageMogr2/strip",
        f"{I}?imageMogr2/strip",
    ),
    "COS, a preview with nothing but the mark": (
        "https://i.example.com/1.pdf?ci-process=doc-preview&ImageParams=watermark/2/text/MQ",
        "https://i.example.com/1.pdf?ci-process=doc-preview",
    ),
    "BOS v1 switched off": (f"{I}@w_250|wm_0", None),
    "BOS v1 mixed with a size": (f"{I}@w_250,h_380,wm_1,k_QQ", None),
    "BOS v1 mixed with a size behind": (f"{I}@wm_1,k_QQ,w_250", None),
    "BOS v1 text only": (f"{I}@wm_2,t_QQ", I),
    "an @ before the extension": ("https://i.example.com/x@2x.jpg", None),
    "a style of a style": (
        "https://i.example.com/a.jpg_640x999.jpg_watermark",
        "https://i.example.com/a.jpg_640x999.jpg",
    ),
    "a style that says it draws none": (f"{I}!nowatermark", None),
    "Upyun, mark first, size between its keys": (
        f"{I}!/watermark/url/QQ/fw/8/align/center/quality/90",
        f"{I}!/fw/8/quality/90",
    ),
    "Upyun, a border of the picture": (f"{I}!/watermark/text/QQ/border/4x4", f"{I}!/border/4x4"),
    "Upyun, doubled slashes": (f"{I}!/watermark/text//QQ/fw/8", f"{I}!/fw/8"),
    "Upyun, encoded": (f"{I}%21%2Ffw%2F8%2Fwatermark%2Ftext%2FQQ", f"{I}%21%2Ffw%2F8"),
    "JD, two marks": (
        f"{I}?x-oss-process=img/wmi/wk/QQ/wmt/wt/QQ/q/80",
        f"{I}?x-oss-process=img/q/80",
    ),
    "JD, a text with padding": (
        f"{I}?x-oss-process=img/wmt/wt/MQ==/wp/9/q/80",
        f"{I}?x-oss-process=img/q/80",
    ),
    "JD, one word is left": (
        f"{I}?x-oss-process=img/strip/wmt/wt/MQ",
        f"{I}?x-oss-process=img/strip",
    ),
    "JD, without a key": (f"{I}?img/s/8/8/wmi/wk/QQ&v=1", f"{I}?img/s/8/8&v=1"),
    "JD, a style that marks": (f"{I}?x-oss-process=imgalias/wm_1&v=1", f"{I}?v=1"),
    "QingStor, first of two": (
        f"{I}?image&action=watermark:t_QQ|resize:w_3&v=1",
        f"{I}?image&action=resize:w_3&v=1",
    ),
    "Cloudinary, a layer in a layer": (
        f"{CLD}/w_9/l_a/l_b/w_1/fl_layer_apply,x_1/o_5/fl_layer_apply/q_1/v1/a.jpg",
        f"{CLD}/w_9/q_1/v1/a.jpg",
    ),
    "Cloudinary, an object named like a layer": (f"{CLD}/w_9/l_logo/l_a.jpg", f"{CLD}/w_9/l_a.jpg"),
    "Cloudinary, an underlay is no mark": (f"{CLD}/u_back,w_9/v1/a.jpg", None),
    "Cloudinary, a folder without a version": (f"{CLD}/my_gallery/l_gallery.jpg", None),
    "ImageKit, layers nest": (
        "https://ik.imagekit.io/d/a.jpg?tr=l-image,i-a,l-text,i-b,l-end,l-end,w-8",
        "https://ik.imagekit.io/d/a.jpg?tr=w-8",
    ),
    "NetEase, a word that is no command": (f"{I}?watermark&type=Date", None),
    "Akamai, the only step": (f"{I}?v=1&im=Composite,image=(url=https://e.com/w.png)", f"{I}?v=1"),
    "ImageKit, a layer alone in the path": (
        "https://ik.imagekit.io/d/tr:l-image,i-a,l-end/a.jpg",
        "https://ik.imagekit.io/d/a.jpg",
    ),
    "ImageKit, ends of no layer": (
        "https://ik.imagekit.io/d/a.jpg?tr=w-8,l-end,q-1,l-end",
        None,
    ),
    "ImageKit, a layer that never ends": (
        "https://ik.imagekit.io/d/a.jpg?tr=w-8,l-image,i-a",
        None,
    ),
    "Uploadcare, operations after the overlay": (
        f"{UPLOADCARE}/-/overlay/{UPLOADCARE[-36:]}/8px8px/-/preview/8x8/-/quality/best/a.jpg",
        f"{UPLOADCARE}/-/preview/8x8/-/quality/best/a.jpg",
    ),
    "thumbor with -! and !- for brackets": (
        "https://i.example.com/300x/filters:format_auto-!!-:watermark-!wm.png,5:5!-/a.jpg",
        "https://i.example.com/300x/filters:format_auto-!!-/a.jpg",
    ),
    "thumbor, brackets in brackets": (
        "https://i.example.com/8x8/filters:max_bytes(9):watermark(a(b):c):quality(8)/a.jpg",
        "https://i.example.com/8x8/filters:max_bytes(9):quality(8)/a.jpg",
    ),
    "thumbor, an empty filter before": (
        "https://i.example.com/8x8/filters::watermark(a)/a.jpg",
        "https://i.example.com/8x8/a.jpg",
    ),
    "thumbor, filters first": (
        "https://i.example.com/filters:watermark(a)/a.jpg",
        "https://i.example.com/a.jpg",
    ),
    "thumbor, nothing behind the filters": (
        "https://i.example.com/unsafe/filters:watermark(a)",
        "https://i.example.com/unsafe",
    ),
    "thumbor, filters of the source": (
        "https://i.example.com/unsafe/filters:quality(8)/https://e.org/filters:watermark(b)/a.jpg",
        None,
    ),
    "thumbor, signed": (
        "https://i.example.com/gI_Own97NWi1Vj812ZItiagavQg=/8x8/filters:watermark(a)/a.jpg",
        None,
    ),
    "imgix, a blend is design": ("https://a.imgix.net/1.jpg?blend=a&bm=normal", None),
    "JD shop, a lone question mark stays": (
        "https://img30.360buyimg.com/popWaterMark/jfs/1.jpg?",
        "https://img30.360buyimg.com/imgzone/jfs/1.jpg?",
    ),
    "imgix, settings of a mark without one": (f"{I}?bookmark=1&mark-align=top", None),
    "a value with padding": (f"{I}?watermark=MQ==", I),
    "a value that is off": (f"{I}?watermark=none", None),
    "a proxy of a proxy": (
        "https://wsrv.nl/?url=images.weserv.nl%2F%3Furl%3Di.example.com%252F1.jpg%253Fx-oss-process%253Dimage%25252Fwatermark%25252Ca",
        "https://wsrv.nl/?url=images.weserv.nl%2F%3Furl%3Di.example.com%252F1.jpg",
    ),
    "Next, a marked source": (
        "https://e.com/_next/image?url=https%3A%2F%2Fi.example.com%2F1.jpg%3Fx-oss-process%3Dimage%252Fwatermark%252Ca%26v%3D1&w=64",
        "https://e.com/_next/image?url=https%3A%2F%2Fi.example.com%2F1.jpg%3Fv%3D1&w=64",
    ),
    "a proxy whose source is signed": (
        "https://e.com/_next/image?url=https%3A%2F%2Fi.example.com%2F1.jpg%3Fx-oss-process%3Dimage%2Fwatermark%2Ca%26x-oss-signature%3D1",
        None,
    ),
    "mailto": ("mailto:a@b.jpg!watermark", None),
    "a fragment alone": ("#x-oss-process=image/watermark", None),
    "a very long URL": (f"{I}?x-oss-process=image/watermark,{'a' * 17_000}", None),
}


@pytest.mark.parametrize(("url", "expected"), CLEANED.values(), ids=CLEANED.keys())
def test_what_is_cut(url: str, expected: str | None) -> None:
    assert plan_candidates(url)[0].url == (url if expected is None else expected)


NOT_MARKED = {
    "Upyun, keys of a mark without one": f"{I}!/color/red/fw/8",
    "Upyun, a list that begins with another word": f"{I}!/none/1/watermark/url/QQ",
    "a style that says it draws none": f"{I}!nowatermark",
    "JD, a style that does not say so": f"{I}?x-oss-process=imgalias/small",
    "NetEase, a word that is no command": f"{I}?watermark&type=Date",
}


@pytest.mark.parametrize("url", NOT_MARKED.values(), ids=NOT_MARKED.keys())
def test_what_is_no_mark(url: str) -> None:
    assert not has_watermark(url)


INSIDE = {
    "imgproxy, signed": (
        "https://i.example.com/Zx-gNUWFq9NPQDPRLEJQQPWx19QhpKGSAnzIPFUDz3k/rs:fit:8:8/plain/https://e.org/a.jpg@webp",
        "https://e.org/a.jpg",
    ),
    "imgproxy, base64 in pieces": (
        "https://i.example.com/_/rs:fit:8:8/aHR0cHM6Ly9leGFtcGxl/Lm9yZy9hLmpwZw.webp",
        "https://example.org/a.jpg",
    ),
    "imgproxy, base64 with its padding": (
        "https://i.example.com/_/rs:fit:8:8/aHR0cHM6Ly9lLm9yZy9hLmpwZw==.webp",
        "https://e.org/a.jpg",
    ),
    "imgproxy, no format": (
        "https://i.example.com/insecure/rs:fit:8:8/plain/https://e.org/a.jpg",
        "https://e.org/a.jpg",
    ),
    "imgproxy, an @ in the source": (
        "https://i.example.com/insecure/rs:fit:8:8/plain/https://e.org/a@2x.jpg",
        "https://e.org/a@2x.jpg",
    ),
    "thumbor, encoded source": (
        "https://i.example.com/unsafe/8x8/https%3A%2F%2Fe.org%2Fa.jpg",
        "https://e.org/a.jpg",
    ),
    "Cloudinary, a version before the source": (
        "https://res.cloudinary.com/demo/image/fetch/w_8/v12/https://e.org/a%20b.jpg?v=1",
        "https://e.org/a%20b.jpg?v=1",
    ),
    "Cloudinary, encoded source in upper case": (
        "https://res.cloudinary.com/demo/image/fetch/HTTPS%3A%2F%2Fe.org%2Fa.jpg%3Fv%3D1",
        "HTTPS://e.org/a.jpg?v=1",
    ),
    "three proxies deep": (
        "https://cors.example/?https://wsrv.nl/?url=i0.wp.com%2Fe.org%2Fa.jpg%3Fssl%3D1",
        "https://e.org/a.jpg",
    ),
    "Photon without ssl": ("https://i1.wp.com/e.org/a.jpg?w=8", "http://e.org/a.jpg"),
    "a path in another case": ("https://e.com/_Next/Image?url=%2Fa.jpg", "https://e.com/a.jpg"),
    "weserv, its old prefix": (
        "https://images.weserv.nl/?url=ssl:e.org%2Fa.jpg",
        "https://e.org/a.jpg",
    ),
    "scheme-relative in a scheme-relative proxy": (
        "//e.com/_next/image?url=%2F%2Fe.org%2Fa.jpg&w=8",
        "https://e.org/a.jpg",
    ),
    "scheme-relative": (
        "https://e.com/_next/image?url=%2F%2Fe.org%2Fa.jpg&w=8",
        "https://e.org/a.jpg",
    ),
    "a marked source": (
        "https://cors.example/?http://e.org/a.jpg?x-oss-process=image/watermark,a",
        "http://e.org/a.jpg",
    ),
}


@pytest.mark.parametrize(("url", "expected"), INSIDE.values(), ids=INSIDE.keys())
def test_the_source_inside(url: str, expected: str) -> None:
    assert expected in [c.url for c in plan_candidates(url) if c.kind == "nested source"]


NOT_INSIDE = {
    "a script": "https://e.com/_next/image?url=javascript%3Aalert(1)",
    "a script in another case": "https://images.weserv.nl/?url=JavaScript:alert(1)",
    "a local file": "https://e.com/_next/image?url=file%3A%2F%2F%2Fetc%2Fpasswd",
    "another path of the proxy": "https://timg01.bdimg.com/x?src=http%3A%2F%2Fe.org%2Fa.jpg",
    "a proxy without its parameter": "https://timg01.bdimg.com/timg",
    "a name below fetch": "https://res.cloudinary.com/demo/image/fetch/w_8/v1/a.jpg",
    "s3": "https://i.example.com/_/rs:fit:8:8/czM6Ly9iL2EuanBn.jpg",
    "no URL": "https://e.com/?httpfoo",
}


@pytest.mark.parametrize("url", NOT_INSIDE.values(), ids=NOT_INSIDE.keys())
def test_no_source_inside(url: str) -> None:
    assert all(c.kind != "nested source" for c in plan_candidates(url))
