"""URLs, conditions, errors of object stores."""

import threading

import pytest
from s3_servers import ignore_conditions, moto_server

from archiver.errors import RunError, UsageError
from archiver.storage.addresses import clean_object_url, is_object_url
from archiver.storage.bucket import open_bucket
from archiver.storage.probe import find_tag_spelling, honours_create, server_time
from archiver.storage.settings import ObjectSettings, store_options

TEXT = {"Content-Type": "text/plain"}

URLS = {
    "a bucket": ("s3://pictures", "s3://pictures"),
    "a folder in it": ("s3://pictures/a/b/", "s3://pictures/a/b"),
    "Google": ("gs://pictures/a", "gs://pictures/a"),
    "Azure": ("az://pictures/a", "az://pictures/a"),
    "dots in names": ("s3://pictures.example.com/a.b", "s3://pictures.example.com/a.b"),
}


@pytest.mark.parametrize(("url", "expected"), URLS.values(), ids=URLS.keys())
def test_urls(url, expected):
    assert is_object_url(url)
    assert clean_object_url(url) == expected


REFUSED = {
    "no bucket": "s3://",
    "credentials in it": "s3://key:secret@pictures/a",
    "a query": "s3://pictures/a?x=1",
    "a fragment": "s3://pictures/a#b",
    "a blank": "s3://pictures/a b",
    "climbs": "s3://pictures/a/../b",
    "an empty part": "s3://pictures/a//b",
    "a folder": "archive",
    "another scheme": "ftp://host/a",
    "upper case": "S3://pictures/a",
}


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED.keys())
def test_refused_urls(url):
    with pytest.raises(ValueError, match="expected s3://bucket/prefix"):
        clean_object_url(url)


OPENED = {
    "s3": ("s3://pictures/a/b", "S3Store"),
    "gs": ("gs://pictures/a", "GCSStore"),
    "az": ("az://account/container/a", "AzureStore"),
}


@pytest.mark.parametrize(("url", "kind"), OPENED.values(), ids=OPENED.keys())
def test_each_scheme_opens_its_store(url, kind, monkeypatch):
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "account")
    bucket = open_bucket(url, ObjectSettings())
    assert type(bucket._opened).__name__ == kind
    assert bucket.url == url


WITHOUT_TLS = {
    "Amazon": ("s3://pictures", "", {}, False),
    "by the configuration": ("s3://pictures", "http://127.0.0.1:9", {}, True),
    "it counts more": ("s3://pictures", "https://a.example", {"AWS_ENDPOINT": "http://b"}, False),
    "by a variable": ("s3://pictures", "", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, True),
    "Azure": ("az://pictures", "", {"AZURE_STORAGE_ENDPOINT": "http://127.0.0.1:9/a"}, True),
    "Azure with TLS": ("az://pictures", "", {"AZURE_ENDPOINT": "https://a.example"}, False),
    "Google": ("gs://pictures", "", {"GOOGLE_BASE_URL": "http://127.0.0.1:9"}, True),
    "of another store": ("gs://pictures", "http://a", {"AWS_ENDPOINT_URL": "http://b"}, False),
}


@pytest.mark.parametrize(
    ("url", "endpoint", "variables", "is_allowed"), WITHOUT_TLS.values(), ids=WITHOUT_TLS.keys()
)
def test_only_who_names_such_a_server_speaks_without_tls(
    url, endpoint, variables, is_allowed, monkeypatch
):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    options = store_options(url, ObjectSettings(endpoint=endpoint))
    assert options["client_options"]["allow_http"] is is_allowed


def test_the_settings_reach_the_library():
    settings = ObjectSettings(endpoint="http://127.0.0.1:9/", region="eu-central-1")
    config = open_bucket("s3://pictures/a", settings)._opened.config
    assert config["endpoint"] == "http://127.0.0.1:9"
    assert config["region"] == "eu-central-1"
    assert config["checksum_algorithm"] == "SHA256"


def test_conditions_of_servers(s3_server):
    """Both keep what they say; Ceph knows its own tag only without quotes."""
    url = s3_server.new_url()
    bucket = open_bucket(url, ObjectSettings())
    assert honours_create(bucket)
    expected = "quoted" if "moto" in str(s3_server.client().list_buckets()) else None
    spelling = find_tag_spelling(bucket)
    assert spelling in ("quoted", "bare")
    assert expected in (None, spelling)
    bucket.put("a", b"1", TEXT)
    old = bucket.head("a")
    assert bucket.replace("a", b"2", TEXT, old.tag, spelling)
    assert not bucket.replace("a", b"3", TEXT, old.tag, spelling)
    assert not bucket.replace("none", b"3", TEXT, old.tag, spelling)
    assert bucket.get("a").data == b"2"
    assert s3_server.objects(url).keys() == {"a"}, "nothing of the trials stays"


def refuse_tags(request):
    return "400 Bad Request" if "HTTP_IF_MATCH" in request else None


def lose_heads(request):
    return "404 Not Found" if request["REQUEST_METHOD"] == "HEAD" else None


def refuse_conditions(request):
    has_any = "HTTP_IF_MATCH" in request or "HTTP_IF_NONE_MATCH" in request
    return "400 Bad Request" if has_any else None


SPOILED = {
    "conditions are ignored": (ignore_conditions, False),
    "conditions are refused": (refuse_conditions, False),
    "one on a tag is refused": (refuse_tags, True),
}


@pytest.mark.parametrize(("spoil", "creates"), SPOILED.values(), ids=SPOILED.keys())
def test_conditions_that_are_not_kept_are_found_out(spoil, creates, monkeypatch):
    with moto_server(spoil) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        url = server.new_url()
        bucket = open_bucket(url, ObjectSettings())
        assert honours_create(bucket) == creates
        assert find_tag_spelling(bucket) is None
        assert server.objects(url) == {}


def test_a_refusal_of_another_kind_is_none_of_the_condition(monkeypatch):
    refuse = {"HTTP_IF_NONE_MATCH": "403 Forbidden"}
    with moto_server(lambda r: next((refuse[n] for n in refuse if n in r), None)) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(RunError, match="credentials do not allow it"):
            honours_create(open_bucket(server.new_url(), ObjectSettings()))


def test_an_object_that_is_not_there_once_it_was_put(monkeypatch):
    with moto_server(lose_heads) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        url = server.new_url()
        with pytest.raises(RunError, match="was put, and is not there"):
            honours_create(open_bucket(url, ObjectSettings()))
        assert server.objects(url) == {}


def test_one_of_many_creates_wins(real_s3_server):
    bucket = open_bucket(real_s3_server.new_url(), ObjectSettings())
    won, start = [], threading.Barrier(12)

    def work(number):
        start.wait()
        if bucket.create("lock", b"%d" % number, TEXT):
            won.append(b"%d" % number)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == [bucket.get("lock").data]


def test_listing(s3_server):
    bucket = open_bucket(s3_server.new_url(), ObjectSettings())
    for n in range(5):
        bucket.put(f"a/{n}", b"x" * n, TEXT)
    bucket.put("ab", b"", TEXT)
    found = {facts.path: facts.size_bytes for facts in bucket.list("a")}
    assert found == {f"a/{n}": n for n in range(5)}
    assert [facts.path for facts in bucket.list("a", after="a/2")] == ["a/3", "a/4"]
    bucket.delete(["a/0", "a/0", "never"])
    assert bucket.head("a/0") is None


def test_the_time_of_the_server(s3_server):
    bucket = open_bucket(s3_server.new_url(), ObjectSettings())
    first, second = server_time(bucket).modified, server_time(bucket).modified
    assert 0 <= (second - first).total_seconds() < 60


def test_a_missing_object_and_a_missing_bucket(s3_server):
    bucket = open_bucket(s3_server.new_url(), ObjectSettings())
    with pytest.raises(FileNotFoundError, match="none"):
        bucket.get("none")
    missing = open_bucket("s3://was-never-made/a", ObjectSettings())
    with pytest.raises(RunError, match=r"s3://was-never-made/a: .*NoSuchBucket"):
        missing.put("x", b"", TEXT)
    with pytest.raises(RunError, match="NoSuchBucket"):
        list(missing.list())


def test_wrong_credentials(ceph, monkeypatch):
    url = ceph.new_url()
    for name, value in (ceph.environment | {"AWS_SECRET_ACCESS_KEY": "another"}).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(RunError, match="credentials do not allow it") as caught:
        open_bucket(url, ObjectSettings()).put("x", b"", TEXT)
    assert "AKID" not in str(caught.value)


def test_nobody_answers(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    settings = ObjectSettings(endpoint="http://127.0.0.1:9", retry_s=0.2, timeout_s=1)
    with pytest.raises(RunError, match=r"s3://pictures/a/x: "):
        open_bucket("s3://pictures/a", settings).put("x", b"", TEXT)


def test_a_url_that_is_none():
    with pytest.raises(UsageError, match="expected s3://bucket/prefix"):
        open_bucket("s3://key:secret@pictures", ObjectSettings())


def test_an_account_that_is_missing(monkeypatch):
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_NAME", raising=False)
    with pytest.raises(UsageError, match="Account must be specified") as caught:
        open_bucket("az://pictures/a", ObjectSettings())
    assert "\n" not in str(caught.value)
