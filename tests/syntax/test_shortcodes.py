"""Images that the tags of site generators name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.syntax.markdown import scan_markdown
from archiver.syntax.shortcodes import find_tags, is_within

U = "https://img.example/a.png?x-bce-process=image/watermark,a=_1&b=2"

# text → (role, URL as it stands, whether the tag says that it is an image)
TAGS = {
    "hugo figure": ('{{< figure src="U" title="a" >}}', [("shortcode", "U", True)]),
    "hugo figure, glued": ('{{<figure src="U">}}', [("shortcode", "U", True)]),
    "hugo with percent signs": ("{{% figure src=`U` %}}", [("shortcode", "U", True)]),
    "hugo without quotes": ("{{< figure src=U >}}", [("shortcode", "U", True)]),
    "hugo over lines": ('{{< figure\n  src = "U"\n  alt="b"\n>}}', [("shortcode", "U", True)]),
    "hugo, escaped quotes": ('{{< figure alt="a \\" b" src="U" >}}', [("shortcode", "U", True)]),
    "hugo, the close in a value": (
        '{{< figure alt="a >}} b" src="U" >}}',
        [("shortcode", "U", True)],
    ),
    "hugo link": (
        '{{< figure src="U" link="U" >}}',
        [("shortcode", "U", True), ("shortcode link", "U", False)],
    ),
    "hugo, positional": ('{{< img "U" "b" >}}', [("shortcode", "U", True)]),
    "hugo, self-closing": ('{{< figure src="U" />}}', [("shortcode", "U", True)]),
    "another shortcode's parameter": ('{{< video src="U" poster="U" >}}',
                                      [("shortcode", "U", False), ("shortcode", "U", False)]),
    "another shortcode's position": ('{{< gist "U" >}}', []),
    "escaped shortcode": ('{{</* figure src="U" */>}}', []),
    "a closing shortcode": ("{{< /figure >}} {{< / figure >}}", []),
    "go template": ("{{ .Params.image }}", []),
    "hexo img": ("{% img U 100 %}", [("hexo img tag", "U", True)]),
    "hexo img with classes and titles": (
        "{% img left thumb \"U\" 320 240 '\"a\" \"b\"' %}", [("hexo img tag", "U", True)],
    ),
    "hexo img with a path": ("{% img /images/a.png %}", [("hexo img tag", "/images/a.png", True)]),
    "hexo img without a URL": ("{% img left 320 240 %}", []),
    "volantis image": ("{% image U, width=300px %}", [("hexo img tag", "U", True)]),
    "hexo's assets of a post": ('{% asset_img a.png "U" %} {% asset_path U %}', []),
    "liquid include": ('{% include figure.html image_path="U" alt=\'b\' %}',
                       [("liquid include", "U", False)]),
    "liquid with dashes": ("{%- include a url='U' -%}", [("liquid include", "U", False)]),
    "an apostrophe": (
        "{% include a.html alt=\"it's\" url='U' %}",
        [("liquid include", "U", False)],
    ),
    "never closed": ("{% img U {{< figure src=`U`", []),
    "never closed, then one": ("{% img a {% img U %}", [("hexo img tag", "U", True)]),
    "in a codeblock": ("{% codeblock %}{% img U %}{% endcodeblock %}{% img U %}",
                       [("hexo img tag", "U", True)]),
    "in a codeblock with an apostrophe": ("{% codeblock Don't %}{% img U %}{% endcodeblock %}", []),
    "in hugo's highlight": ("{{< highlight go >}}{{< img U >}}{{< /highlight >}}", []),
    "in a comment": ("{% comment %}{% img U %}{% endcomment %}", []),
    "a codeblock never closed": ("{% codeblock %}{% img U %}", [("hexo img tag", "U", True)]),
    "in markdown's code": ("`{% img U %}`\n\n    {% img U %}\n", []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TAGS.values(), ids=TAGS.keys())
def test_find_tags(text, expected):
    text = text.replace("U", U)
    images, _ = find_tags(text, scan_markdown(text).verbatim)
    found = [(image.role, text[slice(*image.place)], image.is_certain) for image in images]
    assert found == [(role, url.replace("U", U), certain) for role, url, certain in expected]


PIECES = st.sampled_from(
    ["{{<", ">}}", "{{%", "%}}", "{%", "%}", "{% codeblock %}", "{% endcodeblock %}", " img ", '"',
     "'", "`", "\\", "src=", "https://h/a.png", "\n", "figure", "/", "{", "<"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join))
def test_places_lie_in_their_tags(text):
    images, code = find_tags(text, [])
    assert code == sorted(code)
    for image in images:
        assert image.start < image.place[0] <= image.place[1] <= image.end <= len(text)
        assert not is_within(image.start, code)
