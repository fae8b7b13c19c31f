"""What every store must do. A test class of a member inherits `StoreContract` and names a store."""

import hashlib
import threading
from pathlib import Path
from typing import ClassVar

import pytest

from archiver import files

PICTURE = b"\x89PNG pretended"
DIGEST = hashlib.sha256(PICTURE).hexdigest()


class StoreContract:
    @pytest.fixture
    def store(self, tmp_path):
        raise NotImplementedError("a member's test class makes its store here")

    @pytest.fixture
    def spooled(self, tmp_path):
        def spool(data):
            file = files.open_spool(str(tmp_path / "spool"))
            file.write(data)
            file.close()
            return file.path

        return spool

    def test_a_blob_comes_back_under_its_digest(self, store, spooled):
        path = store.put(spooled(PICTURE), DIGEST, ".png")
        store.flush()
        assert path == f"assets/{DIGEST[:2]}/{DIGEST}.png"
        assert store.exists(path)
        with store.open(path) as file:
            assert file.read() == PICTURE

    def test_put_takes_the_temporary_file(self, store, spooled, tmp_path):
        store.put(spooled(PICTURE), DIGEST, ".png")
        store.put(spooled(PICTURE), DIGEST, ".png")
        assert list((tmp_path / "spool").iterdir()) == []

    def test_the_same_blob_twice_is_one(self, store, spooled):
        first = store.put(spooled(PICTURE), DIGEST, ".png")
        assert store.put(spooled(PICTURE), DIGEST, ".png") == first
        with store.open(first) as file:
            assert file.read() == PICTURE

    def test_a_thumbnail_bears_the_digest_of_its_blob(self, store):
        path = store.put_bytes(b"small", "320", DIGEST, ".webp")
        assert path == f"thumbnails/320/{DIGEST[:2]}/{DIGEST}.webp"
        with store.open(path) as file:
            assert file.read() == b"small"

    def test_a_thumbnail_of_other_settings_replaces_the_first(self, store):
        store.put_bytes(b"first", "320", DIGEST, ".webp")
        path = store.put_bytes(b"second", "320", DIGEST, ".webp")
        with store.open(path) as file:
            assert file.read() == b"second"

    def test_a_sanitized_svg(self, store):
        path = store.put_sanitized(b"<svg/>", DIGEST)
        assert path == f"sanitized/{DIGEST[:2]}/{DIGEST}.svg"
        assert store.exists(path)

    def test_nothing_is_kept_under_another_name(self, store):
        assert not store.exists(f"assets/{DIGEST[:2]}/{DIGEST}.png")
        with pytest.raises(FileNotFoundError):
            store.open(f"assets/{DIGEST[:2]}/{DIGEST}.png")

    def test_another_process_reads_a_local_file(self, store, spooled):
        path = store.put(spooled(PICTURE), DIGEST, ".png")
        assert Path(store.path(path)).read_bytes() == PICTURE

    @pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "assets/..", "a\0b"])
    def test_no_path_leads_out(self, store, path):
        with pytest.raises(ValueError, match="not a path of the archive"):
            store.path(path)

    REFUSED: ClassVar = {
        "a short digest": ("320", "ab", ".png"),
        "an upper case digest": ("320", DIGEST.upper(), ".png"),
        "no extension": ("320", DIGEST, ""),
        "an extension with a slash": ("320", DIGEST, "./x"),
        "an empty name": ("", DIGEST, ".png"),
        "a name that climbs": ("..", DIGEST, ".png"),
        "a name with a slash": ("a/b", DIGEST, ".png"),
    }

    @pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
    def test_refused_names(self, store, case):
        with pytest.raises(ValueError, match="not a"):
            store.put_bytes(b"x", *case)

    def test_several_threads_at_once(self, store, spooled):
        blobs = [b"%d" % (number % 20) for number in range(60)]
        errors = []

        def work(share):
            try:
                for data in share:
                    store.put(spooled(data), hashlib.sha256(data).hexdigest(), ".png")
                    store.flush()
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=work, args=(blobs[n::6],)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        for data in set(blobs):
            digest = hashlib.sha256(data).hexdigest()
            with store.open(f"assets/{digest[:2]}/{digest}.png") as file:
                assert file.read() == data
