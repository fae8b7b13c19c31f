"""config.toml: its defaults, its errors, what overrides what."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from archiver.config import KEYS, Config, load_config
from archiver.errors import ConfigError, UsageError
from archiver.settings import read_duration_s
from archiver.sources.entry import SourceEntry

FILE = Path(__file__).parents[1] / "config.toml"
IN_COMMENTS = {
    "finders",
    "hosts",
    "placeholders",
    "rules",
}  # lists that are empty by default, shown as examples


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_file_of_the_repository_holds_the_defaults() -> None:
    config = Config.load(FILE)
    assert config == replace(
        Config.from_dict({}), base=str(FILE.parent), sources=(SourceEntry(path="inbox"),)
    )


def test_the_file_of_the_repository_shows_every_key() -> None:
    table = tomllib.loads(FILE.read_text())
    shown = {
        f"{key}.{name}" if isinstance(value, dict) else key
        for key, value in table.items()
        for name in (value if isinstance(value, dict) else [""])
    }
    assert shown | IN_COMMENTS == set(KEYS)
    text = FILE.read_text()
    assert all(f"[[{key}]]" in text for key in IN_COMMENTS)


WRONG = {
    "unknown section key": (
        "[network]\ntimeot_s = 1",
        "network.timeot_s: unknown key; did you mean",
    ),
    "unknown top key": ("qualty = 'clean'", "qualty: unknown key; did you mean quality?"),
    "number too small": (
        "[network]\ntotal_timeout_s = -1",
        "network.total_timeout_s = -1: expected a number of seconds above 0",
    ),
    "wrong kind": ("[limits]\nmax_bytes = 'x'", "limits.max_bytes = 'x': expected a whole number"),
    "a place on the web": ("archive = 'https://h/a'", "archive = 'https://h/a': expected s3://"),
    "credentials in a URL": ("archive = 's3://k:s@b/a'", "expected s3://bucket/prefix"),
    "state on an unknown scheme": ("state = 'ftp://h/a'", "state = 'ftp://h/a': expected s3://"),
    "an object store without a prefix for links": (
        "archive = 's3://b/a'",
        'link_prefix = "" with archive = "s3://b/a": no relative link leads there',
    ),
    "an endpoint with a path": (
        "[objects]\nendpoint = 'https://h/a'",
        "objects.endpoint = 'https://h/a': expected an http or https URL of a host",
    ),
    "parts that are too small": (
        "[objects]\nmultipart_bytes = 5000",
        "objects.multipart_bytes = 5000: expected a whole number of bytes, 5242880 or more",
    ),
    "items to keep": (
        "[[sources]]\nfeed = 'https://h.example/'\nkeep_items = 0",
        "sources[0].keep_items = 0: expected a whole number above 0",
    ),
    "items to keep of no feed": (
        "[[sources]]\npath = 'a'\nkeep_days = 3",
        "sources[0].keep_days = 3: expected with a feed that is saved as one",
    ),
    "not one of": ("quality = 'best'", 'quality = \'best\': expected "clean" or "original"'),
    "list of tables": ("hosts = 3", "hosts = 3: expected a list of tables"),
    "no table in a list": (
        "thumbnails = [3]",
        "thumbnails[0] = 3: expected a table",
    ),
    "no table of a host": ("hosts = ['Bearer x']", "hosts[0] = …: expected a table"),
    "unknown in a table of a list": (
        "[[thumbnails]]\nmax_widht = 3",
        "thumbnails[0].max_widht: unknown key; did you mean thumbnails[0].max_width?",
    ),
    "no list of rules": ("rules = 3", "rules = 3: expected a list of tables, [[rules]]"),
    "an original that a rule does not give": (
        "[[rules]]\nname = 'x'\ngrammar = 'chain'\nparameter = 'p'\ndrop = ['watermark']\n"
        "[[rules.examples]]\nurl = 'https://h.example/a.png?p=image/watermark,x'\n"
        "clean = 'https://h.example/a.png?p=image'\noriginal = 'https://h.example/b.png'",
        'rules[0].examples[0].original = "https://h.example/b.png": the rule gives "https://h.example/a.png"',
    ),
    "inside a list": (
        "[[thumbnails]]\nmax_width = 0",
        "thumbnails[0].max_width = 0: expected a number of pixels from 1 to 16383",
    ),
    "unknown inside a list": (
        "[[sources]]\npth = 'a'",
        "sources[0].pth: unknown key; did you mean",
    ),
    "unsafe prefix": (
        "link_prefix = 'javascript:x'",
        "link_prefix = 'javascript:x': expected a path",
    ),
    "site without a scheme": (
        "site_url = 'me.example'",
        "site_url = 'me.example': expected an http URL",
    ),
    "site without a slash": ("site_url = 'https://me.example'", "that ends in /"),
    "connect-to": ("[network]\nconnect_to = ['x']", "connect_to"),
    "two thumbnails of a name": ("[[thumbnails]]\n[[thumbnails]]\n", "a name of its own"),
    "a rule": ("[[rules]]\nname = 'x'\ngrammar = 'none'", "rules[0]"),
    "finder without a selector": (
        "[[finders]]\nattribute = 'x'",
        "finders[0].select: expected a CSS selector",
    ),
    "finder without an attribute": (
        "[[finders]]\nselect = 'p'",
        "finders[0].attribute: expected the name",
    ),
    "finder with no selector": (
        "[[finders]]\nselect = 'p['\nattribute = 'x'",
        "finders[0].select = 'p[': expected a CSS selector: Malformed attribute selector",
    ),
    "finder with a wrong pattern": (
        "[[finders]]\nselect = 'p'\nattribute = 'x'\npattern = '('",
        "finders[0].pattern = '(': expected a regular expression whose group 1 is the URL",
    ),
    "finder whose pattern has no group": (
        "[[finders]]\nselect = 'p'\nattribute = 'x'\npattern = 'http.*'",
        "it has no group",
    ),
    "finder with an odd attribute": (
        "[[finders]]\nselect = 'p'\nattribute = 'a b'",
        "finders[0].attribute = 'a b': expected the name of an attribute",
    ),
    "source without a name": ("[[sources]]\nin_place = true", "sources[0].path: expected one of"),
    "two names of a source": (
        "[[sources]]\npath = 'a'\nurl = 'https://h.example/'",
        "sources[0].url = 'https://h.example/': expected one of path, url and feed",
    ),
    "page that is no URL": ("[[sources]]\nurl = 'h.example'", "expected an http or https URL"),
    "page in place": (
        "[[sources]]\nfeed = 'https://h.example/'\nin_place = true",
        "sources[0].in_place = True: a page has no place of its own",
    ),
    "posts without a folder": (
        "[[sources]]\nfeed = 'f.xml'\nas = 'posts'",
        'sources[0].path: expected with as = "posts"',
    ),
    "posts without a feed": ("[[sources]]\npath = 'p'\nas = 'posts'", "sources[0].feed: expected"),
    "posts of no such form": (
        "[[sources]]\nfeed = 'f.xml'\nas = 'posts'\npath = 'p'\ntemplate = 'hugoo'",
        'sources[0].template = \'hugoo\': expected "hexo", "hugo"',
    ),
    "posts of a wrong name": (
        "[[sources]]\nfeed = 'f.xml'\nas = 'posts'\npath = 'p'\nname = '{slg}'",
        "sources[0].name = '{slg}': expected fields of {date}",
    ),
    "a name without posts": (
        "[[sources]]\nfeed = 'f.xml'\nname = '{slug}'",
        'expected with as = "posts"',
    ),
    "a feed of another kind": (
        "[[sources]]\nfeed = 'ftp://h.example/f'",
        "sources[0].feed = 'ftp://h.example/f': expected an http or https URL, or a file",
    ),
    "a setting that all sources share": (
        "[[sources]]\npath = 'a'\n[sources.network]\npace_s = 1",
        "sources[0].network.pace_s: it is the same for all sources; set it outside of them",
    ),
    "how drawings are shown, of a source": (
        "[[sources]]\npath = 'a'\nrewrite.svg = 'keep'",
        "sources[0].rewrite.svg: it is the same for all sources",
    ),
    "a wrong setting of a source": (
        "[[sources]]\npath = 'a'\n[[sources]]\npath = 'b'\nquality = 'best'",
        'sources[1].quality = \'best\': expected "clean" or "original"',
    ),
    "an unknown setting of a source": (
        "[[sources]]\npath = 'a'\nrewrite.srset = 'all'",
        "sources[0].rewrite.srset: unknown key; did you mean sources[0].rewrite.srcset?",
    ),
    "no table of a source": ("sources = [1]", "expected a list of tables, [[sources]]"),
    "no TOML": ("quality = ", "not TOML"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG.keys())
def test_errors_name_the_key_and_what_is_accepted(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "archiver.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        load_config()
    assert message in str(caught.value)


def test_what_overrides_what(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "archiver.toml").write_text(
        "quality = 'original'\n[network]\npace_s = 1\ntries = 2"
    )
    monkeypatch.setenv("ARCHIVER_NETWORK__PACE_S", "2.5")
    monkeypatch.setenv("ARCHIVER_NETWORK__TRIES", "4")
    config = load_config(None, {"network.tries": 5})
    assert (config.planning.quality, config.network.pace_s, config.network.tries) == (
        "original",
        2.5,
        5,
    )


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVER_NETWORK__PACES", "1")
    with pytest.raises(ConfigError, match="ARCHIVER_NETWORK__PACES: unknown key"):
        load_config()


def test_the_first_file_counts_and_a_site_generators_own_is_passed_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "config.toml").write_text("baseURL = 'https://site.example/'\ntheme = 'x'\n")
    assert load_config().base == "."
    assert "site generator" in caplog.text
    (tmp_path / "archiver.toml").write_text("archive = 'static/archive'\n")
    assert load_config().archive == "static/archive"


def test_relative_paths_count_from_the_folder_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.toml").write_text("[[sources]]\npath = 'posts'\n")
    assert load_config("sub/a.toml").base == "sub"


def test_a_missing_file_is_named() -> None:
    with pytest.raises(UsageError, match=r"none\.toml"):
        load_config("none.toml")


DURATIONS = {"90s": 90, "1h": 3600, "1h30m": 5400, "30d": 2_592_000, "2w": 1_209_600, "0.5s": 0.5}
DURATIONS |= {"999999999w": 3_153_600_000}  # for ever: a date so far back has no name


@pytest.mark.parametrize(("text", "seconds"), DURATIONS.items())
def test_durations(text: str, seconds: float) -> None:
    config = Config.from_dict({"run": {"min_age": text}})
    assert read_duration_s(config.run.min_age) == seconds


@pytest.mark.parametrize("text", ["1", "h", "1 h", "1H", "-1h", "1h ", "1y", "1h\n", "one"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ConfigError, match=r'run.every = .*: expected a time like "90s", "15m"'):
        Config.from_dict({"run": {"every": text}})


@pytest.mark.parametrize(
    ("key", "text"), [("every", "0h"), ("budget_time", ""), ("budget_time", "0s")]
)
def test_a_time_that_must_not_be_0(key: str, text: str) -> None:
    with pytest.raises(ConfigError, match=f"run.{key} = '{text}': expected a time above 0"):
        Config.from_dict({"run": {key: text}})


def test_an_error_does_not_tell_the_ping_url() -> None:
    with pytest.raises(ConfigError) as caught:
        Config.from_dict({"run": {"ping_url": "hc.example/secret-token"}})
    assert "secret" not in str(caught.value)


def test_an_error_does_not_tell_what_stands_in_a_url() -> None:
    with pytest.raises(ConfigError, match="expected a list of tables") as caught:
        Config.from_dict({"sources": ["https://me:secret@h.example/feed?key=secret"]})
    assert "secret" not in str(caught.value)


def test_a_variable_for_another_program(monkeypatch: pytest.MonkeyPatch) -> None:
    before = load_config()
    monkeypatch.setenv("ARCHIVER_HOME", "/srv/archiver")
    assert load_config() == before


def test_a_source_may_have_settings_of_its_own() -> None:
    config = Config.from_dict(
        {
            "link_prefix": "/all/",
            "sources": [
                {"path": "a"},
                {
                    "path": "b",
                    "link_prefix": "/b/",
                    "quality": "original",
                    "base_url": "https://b.example/",
                    "rewrite": {"responsive": True},
                    "front_matter": {"image_fields": ["x"]},
                },
            ],
        }
    )
    assert config.of_profile(0) is config.of_profile(1) is config
    other = config.of_profile(2)
    assert (config.rewrite.link_prefix, other.rewrite.link_prefix) == ("/all/", "/b/")
    assert (config.planning.quality, other.planning.quality) == ("clean", "original")
    assert (config.base_url, other.base_url) == ("", "https://b.example/")
    assert (config.reading.smaller_copies, other.reading.smaller_copies) == (False, True)
    assert other.reading.image_fields == ("x",)
    assert other.network == config.network and other.sources == config.sources
