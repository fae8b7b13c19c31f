"""A feed of the seed's item gives the seed: form, fields, order; and its pictures are local."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
import yaml
from feed_site import FEED, FeedSite
from origin import Origin
from pictures import photograph, save
from required import ORIGINALS, give_up

SEED = ORIGINALS / "seeds" / "post.md"
IMAGE = "https://img.example.com/2022/{}.png"
WATERMARK = "?x-bce-process=image/watermark,image_aW1n,g_7,x_14,y_14,a_0,t_100"
BODY = (
    '<p data-vmark="419c"><a class="s_tag" href="https://www.example.com/" target="_blank">甲</a>'
    ' 乙。</p><p style="text-align: center;"><img src="{0}" w="1080" h="462" alt="小米"'
    ' referrerpolicy="no-referrer"></p><p><img src="{1}" title="a &amp; b"></p>'
    '<p><a data-url="https://v.example/x.mp4?a=1&b=2" href="https://w.example/a?b=c"></a></p>'
)
BUILT = """
---
title: '雷军：小米 1000 万'
categories: 
 - 新媒体
 - IT 之家
headimg: '{0}'
author: IT 之家
comments: false
date: Wed, 11 May 2022 02:16:25 GMT
thumbnail: '{0}'
---

<div>   
{body}
          
</div>
            """  # noqa: W291, W293
URLS = re.compile(r"https://img\.[^'\"\s]+")


def built_post() -> str:
    """A post of the seed's form, byte for byte."""
    pictures = IMAGE.format(1), IMAGE.format(2) + WATERMARK
    return BUILT.format(pictures[0], body=BODY.format(*pictures))


def feed_of(post: str) -> bytes:
    """The feed whose only item the post was made from."""
    _, front, rest = post.split("---\n", 2)
    fields = yaml.safe_load(front)
    body = rest.split("<div>   \n", 1)[1].rsplit("\n          \n</div>", 1)[0]
    categories = "".join(f"<category>{escape(c)}</category>" for c in fields["categories"])
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Source</title><link>https://www.example.com/</link><item>
<title><![CDATA[{fields["title"]}]]></title><link>https://www.example.com/0/617/784.htm</link>
<guid isPermaLink="false">0-617-784</guid><author>{fields["author"]}</author>{categories}
<pubDate>{fields["date"]}</pubDate><description><![CDATA[{body}]]></description>
</item></channel></rss>""".encode()


@pytest.fixture(params=["a post of the seed's form", "the seed itself"])
def post(request: pytest.FixtureRequest) -> str:
    if request.param == "a post of the seed's form":
        return built_post()
    if not SEED.exists():
        give_up("originals", "the seed lies outside the repository and is not here")
    return SEED.read_bytes().decode()


def test_the_seed_comes_out_of_its_feed(origin: Origin, tmp_path: Path, post: str) -> None:
    site = FeedSite(origin, tmp_path)
    clean = sorted({url.partition("?")[0] for url in URLS.findall(post)})
    for number, url in enumerate(clean, 1):
        origin.serve(url, save(photograph(number, (480, 320)), "JPEG"))
    site.serve(feed_of(post))
    result = site.run()
    assert result.code == 0, result.stdout + result.stderr

    (made,) = site.posts.iterdir()
    title = yaml.safe_load(post.split("---\n")[1])["title"]
    assert made.name == f"2022-05-11-{re.sub('[：，]|(?<=可年产) | (?=1000|万)', '-', title)}.md"
    after = made.read_text("utf-8")
    local = re.compile(r"\.\./archive/(assets|thumbnails/320)/../[0-9a-f]{64}\.\w+")
    assert local.sub("", after) == URLS.sub("", post)
    assert [m[1] for m in local.finditer(after)].count("thumbnails/320") == 1
    assert re.search(r"^thumbnail: '\.\./archive/thumbnails/320/", after, re.M)
    assert all((made.parent / m[0]).resolve().is_file() for m in local.finditer(after))
    assert sorted(site.asked) == sorted([FEED, *clean]), "each once, none with a watermark"

    state = site.state()
    again = site.run()
    assert again.code == 0 and site.state() == state
    assert json.loads(again.stdout.splitlines()[-1])["summary"]["images"] == {}

    assert site.restore().code == 0
    assert hashlib.sha256(made.read_bytes()).digest() == hashlib.sha256(post.encode()).digest()
