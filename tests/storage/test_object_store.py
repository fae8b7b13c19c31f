"""The store in a bucket: the contract, and what its objects look like from outside."""

import hashlib
from typing import ClassVar

import obstore.store
import pytest
from storage.contract import DIGEST, PICTURE, StoreContract

from archiver.errors import RunError
from archiver.imaging import signatures
from archiver.storage.bucket import Bucket, open_bucket
from archiver.storage.media import MEDIA_TYPES
from archiver.storage.probe import honours_create
from archiver.storage.s3 import ObjectStore
from archiver.storage.settings import ObjectSettings

PART = 5 << 20


def object_store(bucket, tmp_path, **changes):
    options = {"creates": honours_create(bucket), "multipart_bytes": PART} | changes
    return ObjectStore(bucket, str(tmp_path / "spool"), **options)


class TestInMemory(StoreContract):
    @pytest.fixture
    def store(self, tmp_path):
        return object_store(Bucket("memory://", obstore.store.MemoryStore()), tmp_path)


class TestOnServers(StoreContract):
    @pytest.fixture
    def url(self, s3_server):
        return s3_server.new_url("pictures/of 2026".replace(" ", "-"))

    @pytest.fixture
    def bucket(self, url):
        return open_bucket(url, ObjectSettings())

    @pytest.fixture
    def store(self, bucket, tmp_path):
        return object_store(bucket, tmp_path)

    def head(self, server, url, path):
        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        return server.client().head_object(Bucket=bucket, Key=f"{prefix}/{path}")

    def test_what_a_server_says_of_a_picture(self, store, spooled, s3_server, url):
        path = store.put(spooled(PICTURE), DIGEST, ".png")
        found = self.head(s3_server, url, path)
        assert found["ContentType"] == "image/png"
        assert found["CacheControl"] == "max-age=31536000, immutable"
        assert found["Metadata"] == {"sha256": DIGEST}
        assert "ContentDisposition" not in found

    def test_a_drawing_as_it_came_is_saved_not_run(self, store, spooled, s3_server, url):
        raw = store.put(spooled(b"<svg/>"), hashlib.sha256(b"<svg/>").hexdigest(), ".svg")
        harmless = store.put_sanitized(b"<svg></svg>", DIGEST)
        assert self.head(s3_server, url, raw)["ContentDisposition"] == "attachment"
        found = self.head(s3_server, url, harmless)
        assert found["ContentType"] == "image/svg+xml"
        assert "ContentDisposition" not in found

    def test_nobody_is_given_access(self, store, spooled, s3_server, url):
        path = store.put(spooled(PICTURE), DIGEST, ".png")
        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        acl = s3_server.client().get_object_acl(Bucket=bucket, Key=f"{prefix}/{path}")
        grantees = {grant["Grantee"].get("URI", "owner") for grant in acl["Grants"]}
        assert grantees == {"owner"}

    LARGE: ClassVar = {"one request": PART, "several": PART + 1, "an odd many": 3 * PART + 17}

    @pytest.mark.parametrize("size_bytes", LARGE.values(), ids=LARGE.keys())
    def test_large_blobs(self, store, spooled, s3_server, url, size_bytes):
        data = bytes(range(256)) * (size_bytes // 256) + b"x" * (size_bytes % 256)
        digest = hashlib.sha256(data).hexdigest()
        for _ in range(2):
            path = store.put(spooled(data), digest, ".tif")
        with store.open(path) as file:
            assert file.read() == data
        found = self.head(s3_server, url, path)
        assert found["ContentType"] == "image/tiff"
        assert ("-" in found["ETag"]) == (size_bytes > PART), "the tag tells of parts"

    def test_a_known_blob_is_not_sent_again(self, store, spooled, s3_server, url):
        path = store.put(spooled(PICTURE), DIGEST, ".png")
        before = self.head(s3_server, url, path)["LastModified"]
        other = b"x" * len(PICTURE)  # what a second request would leave there
        store.put(spooled(other), DIGEST, ".png")
        found = self.head(s3_server, url, path)
        assert found["LastModified"] == before
        with store.open(path) as file:
            assert file.read() == PICTURE

    def test_a_blob_of_another_size_is_replaced(self, store, spooled, bucket):
        path = f"assets/{DIGEST[:2]}/{DIGEST}.png"
        bucket.put(path, PICTURE[:3], {"Content-Type": "image/png"})
        store.put(spooled(PICTURE), DIGEST, ".png")
        with store.open(path) as file:
            assert file.read() == PICTURE

    def test_damage_is_told(self, store, bucket, spooled):
        path = store.put(spooled(PICTURE), DIGEST, ".png")
        bucket.put(path, PICTURE[:-1], {"sha256": DIGEST})
        with pytest.raises(RunError, match="damaged"):
            store.open(path)

    def test_a_packed_drawing_stays_packed(self, store, spooled):
        data = b"\x1f\x8b\x08\x00 pretended"
        path = store.put(spooled(data), hashlib.sha256(data).hexdigest(), ".svgz")
        with store.open(path) as file:
            assert file.read() == data

    def test_where_the_server_ignores_conditions(self, bucket, tmp_path, spooled):
        store = object_store(bucket, tmp_path, creates=False)
        for _ in range(2):
            path = store.put(spooled(PICTURE), DIGEST, ".png")
        with store.open(path) as file:
            assert file.read() == PICTURE


def test_the_media_types_are_those_of_the_signatures():
    types = [t for t in vars(signatures).values() if isinstance(t, signatures.ImageType)]
    assert {t.extension: t.media_type for t in types} == MEDIA_TYPES
