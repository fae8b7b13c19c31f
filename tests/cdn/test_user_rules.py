"""Rules of a user's own: what they do, and what is said of those that are not accepted."""

from __future__ import annotations

import tomllib

import pytest

from archiver.cdn.user import read_user_rules
from archiver.errors import ConfigError
from archiver.planning import PlanningSettings, has_watermark, plan_candidates

CHAIN = """
[[rules]]
name = "corp"
grammar = "chain"
parameter = "imgop"
prefix = "do/"
drop = ["stamp"]
confidence = "medium"
[[rules.examples]]
url = "https://i.corp.example/1.jpg?imgop=do/w,1/stamp,x"
clean = "https://i.corp.example/1.jpg?imgop=do/w,1"
original = "https://i.corp.example/1.jpg"
"""
HOSTED = """
[[rules]]
name = "corp-folder"
grammar = "rewrite"
hosts = ["*.corp.example"]
match = "^/marked/"
clean = "/plain/"
"""
TOKENS = """
[[rules]]
name = "corp-tokens"
grammar = "tokens"
parameter = "do"
prefix = "run/"
drop = ["logo"]
steps = ["url"]
"""


def settings(text: str) -> PlanningSettings:
    rules, disable = read_user_rules(tomllib.loads(text)["rules"])
    return PlanningSettings(rules=rules, disable=disable)


WORKING = {
    "a chain": (CHAIN, "https://any.example/1.jpg?imgop=do/stamp,x", "https://any.example/1.jpg"),
    "a folder of a host": (
        HOSTED,
        "https://i.corp.example/marked/1.jpg",
        "https://i.corp.example/plain/1.jpg",
    ),
    "tokens without styles": (
        TOKENS,
        "https://i.example/1.jpg?do=run/logo/url/QQ/w/8",
        "https://i.example/1.jpg?do=run/w/8",
    ),
    "on another host": (
        HOSTED,
        "https://i.other.example/marked/1.jpg",
        "https://i.other.example/marked/1.jpg",
    ),
    "with a port": (
        HOSTED,
        "https://i.corp.example:8443/marked/1.jpg",
        "https://i.corp.example:8443/plain/1.jpg",
    ),
    "any host of a top level": (
        HOSTED.replace("*.corp.example", "*.example"),
        "https://corp.example/marked/1.jpg",
        "https://corp.example/plain/1.jpg",
    ),
    "a built-in rule switched off": (
        '[[rules]]\ndisable = ["aliyun-oss", "x-process"]',
        "https://i.example/1.jpg?x-oss-process=image/watermark,a",
        "https://i.example/1.jpg?x-oss-process=image/watermark,a",
    ),
    "a built-in rule replaced": (
        CHAIN.replace("corp", "aliyun-oss").replace("imgop", "x-oss-process"),
        "https://i.example/1.jpg?x-oss-process=do/stamp,a",
        "https://i.example/1.jpg",
    ),
}


@pytest.mark.parametrize(("text", "url", "expected"), WORKING.values(), ids=WORKING.keys())
def test_a_rule_of_ones_own(text: str, url: str, expected: str) -> None:
    best = plan_candidates(url, settings=settings(text))[0]
    assert best.url == expected
    assert not has_watermark(best.url, settings(text))


REFUSED = {
    "an unknown grammar": (
        CHAIN.replace('"chain"', '"chian"'),
        'rules[0].grammar = "chian": expected one of attribute, brackets, chain,',
    ),
    "an unknown key": (
        CHAIN.replace("parameter", "paramter"),
        'rules[0].paramter: unknown key; did you mean "parameter"?',
    ),
    "no name": (CHAIN.replace('name = "corp"', ""), "rules[0].name: expected a text"),
    "a number for a name": (CHAIN.replace('"corp"', "7"), "rules[0].name = 7: expected a text"),
    "a number in a list": (
        CHAIN.replace('["stamp"]', "[1]"),
        "rules[0].drop = [1]: expected a text or a list of texts",
    ),
    "an unknown confidence": (
        CHAIN.replace("medium", "sure"),
        'rules[0].confidence = "sure": expected one of high, medium, low',
    ),
    "an example that fails": (
        CHAIN.replace('"stamp"', '"mark"'),
        'rules[0].examples[0].clean = "https://i.corp.example/1.jpg?imgop=do/w,1": the rule gives',
    ),
    "an example without a url": (
        CHAIN.replace("\nurl = ", "\nuri = "),
        'rules[0].examples[0].uri: unknown key; did you mean "url"?',
    ),
    "a number for a list": (
        CHAIN.replace('drop = ["stamp"]', "drop = 7"),
        "rules[0].drop = 7: expected a text or a list of texts",
    ),
    "a number for a flag": (
        "[[rules]]\nis_unsigned = 1",
        "rules[0].is_unsigned = 1: expected true or false",
    ),
    "a number for a table": ("[[rules]]\nswap = 1", "rules[0].swap = 1: expected a table of texts"),
    "a number in a table": (
        "[[rules]]\nswap = { a = 1 }",
        "rules[0].swap.a = 1: expected a text",
    ),
    "a number for examples": (
        "[[rules]]\nexamples = 1",
        "rules[0].examples = 1: expected a list of tables with a url",
    ),
    "a number for an example": (
        "[[rules]]\nexamples = [1]",
        "rules[0].examples[0] = 1: expected a table",
    ),
    "an example of nothing": (
        "[[rules]]\nexamples = [{}]",
        "rules[0].examples[0].url: expected a URL",
    ),
    "a pattern that is none": (
        HOSTED.replace("^/marked/", "("),
        'rules[0].match = "(": expected a regular expression',
    ),
    "a template without its group": (
        HOSTED.replace('"/plain/"', "'\\2'"),
        'rules[0] = "\\2": expected a template for ^/marked/, which has 0 groups',
    ),
    "a name given twice": (HOSTED + HOSTED, 'rules[1].name = "corp-folder": expected a name'),
    "an unknown name switched off": (
        '[[rules]]\ndisable = ["aliyun"]',
        'rules[0].disable = "aliyun": expected the name of a built-in rule; did you mean "aliyun-',
    ),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_a_rule_that_is_not_accepted(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings(text)
    assert str(caught.value).startswith(message)
