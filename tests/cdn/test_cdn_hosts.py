"""What the ``hosts`` of a rule mean, and the key that rules are found by."""

from __future__ import annotations

import pytest

from archiver.cdn.hosts import host_pattern, last_labels

HOSTS = {
    "the host itself": (["i.example.com"], "i.example.com", True),
    "a host below it": (["i.example.com"], "a.i.example.com", False),
    "upper case in the rule": (["*.Example.COM"], "i.example.com", True),
    "one of several": (["a.example", "b.example"], "b.example", True),
    "the bare domain": (["*.example.com"], "example.com", True),
    "any depth below it": (["*.example.com"], "a.b.example.com", True),
    "a longer name": (["*.example.com"], "myexample.com", False),
    "a star in a label": (["pics*.example.com"], "pics7.example.com", True),
    "a star stays in its label": (["pics*.example.com"], "pics.a.example.com", False),
    "a star with a host below": (["pics*.example.com"], "a.pics7.example.com", False),
    "a dot is a dot": (["i.example"], "i-example", False),
}


@pytest.mark.parametrize(("hosts", "host", "is_there"), HOSTS.values(), ids=HOSTS.keys())
def test_host_pattern(hosts: list[str], host: str, is_there: bool) -> None:
    pattern = host_pattern(hosts)
    assert pattern is not None
    assert bool(pattern.fullmatch(host)) is is_there


def test_no_hosts_are_all_hosts() -> None:
    assert host_pattern([]) is None


LABELS = {
    "https://img.example.com/a.png": "example.com",
    "https://a.b.c.example.com/d.e/f.png": "example.com",
    "https://img.example.com": "example.com",
    "//example.com/a.png": "example.com",
    "https://localhost/a.png": "localhost",
    "https://img.example.com:8080/a.png": "example.com",
    "https://me:pass@img.example.com/a.png": "example.com",
    "https://me@a.b:pass@img.example.com:80": "example.com",
    "https://img.example.com?a.b": "example.com",
    "https://img.example.com#a.b?c.d": "example.com",
    "https://img.example.com?x@y.z:1": "example.com",
    "https://img.example.com./a.png": "example.com",
    "a/b.c.png": "",
    "/a/b.c.png": "",
    "": "",
}


@pytest.mark.parametrize(("url", "labels"), LABELS.items(), ids=LABELS.keys())
def test_last_labels(url: str, labels: str) -> None:
    assert last_labels(url) == labels
