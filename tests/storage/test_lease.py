"""The lock on an object store: one holder at a time, whatever dies, sleeps or races."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import obstore.store
import pytest

from archiver.errors import LockHeldError, RunError
from archiver.storage import lease as lease_module
from archiver.storage.bucket import Bucket, open_bucket
from archiver.storage.lease import FOLDER, Lease
from archiver.storage.settings import ObjectSettings


@pytest.fixture
def bucket(s3_server):
    return open_bucket(s3_server.new_url(), ObjectSettings())


def generations(bucket):
    return [facts.path for facts in bucket.list(FOLDER)]


def test_one_after_the_other(bucket):
    with Lease(bucket, 60, "the first") as first:
        first.take()
        first.check()
        with pytest.raises(
            LockHeldError, match=r"s3://.*/lock: the first, since 20.*renewed \d+ s"
        ):
            Lease(bucket, 60).take()
    with Lease(bucket, 60) as second:
        second.take()
        second.check()
        first.release()  # once more does nothing
        second.check()
    assert len(generations(bucket)) == 1


def test_it_is_renewed_while_its_holder_lives(bucket, monkeypatch):
    monkeypatch.setattr(lease_module, "_SLACK_S", 1.0)
    with Lease(bucket, 1.5) as first:
        first.take()
        until = time.monotonic() + 3.5
        while time.monotonic() < until:
            first.check()
            with pytest.raises(LockHeldError):
                Lease(bucket, 1.5).take()
            time.sleep(0.3)


def test_of_many_one_wins(real_s3_server):
    bucket = open_bucket(real_s3_server.new_url(), ObjectSettings())
    leases = [Lease(bucket, 60, f"holder {n}") for n in range(8)]
    won, start = [], threading.Barrier(8)

    def work(lease):
        start.wait()
        try:
            lease.take()
            won.append(lease)
        except LockHeldError:
            pass

    threads = [threading.Thread(target=work, args=(lease,)) for lease in leases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    won[0].check()
    won[0].release()


HOLDER = """
import sys
from archiver.storage.bucket import open_bucket
from archiver.storage.lease import Lease
from archiver.storage.settings import ObjectSettings
lease = Lease(open_bucket(sys.argv[1], ObjectSettings()), 1)
lease.take()
print("held", flush=True)
for line in sys.stdin:
    try:
        lease.check()
        print("ours", flush=True)
    except Exception as error:
        print(f"lost: {error}", flush=True)
"""


def start_holder(bucket):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, bucket.url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    return process


def test_that_of_a_killed_holder_is_free_after_its_time(bucket):
    process = start_holder(bucket)
    process.kill()
    process.wait()
    killed_s = time.monotonic()
    with Lease(bucket, 1) as lease:
        lease.take(wait=True)
        assert time.monotonic() - killed_s > 1, "not before its time"
        lease.check()


def test_a_holder_that_slept_too_long_knows_it(bucket):
    """Stopped in its tracks, overtaken, woken: it holds nothing, and takes nothing back."""
    process = start_holder(bucket)
    try:
        process.send_signal(signal.SIGSTOP)
        with Lease(bucket, 1, "the next") as lease:
            lease.take(wait=True)
            process.send_signal(signal.SIGCONT)
            print(file=process.stdin, flush=True)
            assert process.stdout.readline().startswith("lost: ")
            time.sleep(0.5)  # it tries to renew
            lease.check()
            assert b"the next" in bucket.get(generations(bucket)[-1]).data
    finally:
        process.kill()
        process.wait()


class Forgetful(Bucket):
    """A bucket whose answers to `create` are lost for a while; what they did stands."""

    losses = 0

    def create(self, path, data, headers):
        made = super().create(path, data, headers)
        if self.losses:
            self.losses -= 1
            raise RunError("the answer is lost")
        return made


def memory_bucket(kind=Bucket):
    return kind("memory://", obstore.store.MemoryStore())


def test_a_lost_answer_loses_no_lock(monkeypatch):
    bucket = memory_bucket(Forgetful)
    with Lease(bucket, 1.5) as lease:
        lease.take()
        bucket.losses = 1
        until = time.monotonic() + 2
        while time.monotonic() < until:
            lease.check()
            time.sleep(0.1)
    assert bucket.losses == 0


def test_time_counts_from_the_first_try():
    """An answer that was lost does not lengthen the lease: the server's clock had begun."""
    bucket = memory_bucket(Forgetful)
    lease = Lease(bucket, 5)
    bucket.losses = 1
    with pytest.raises(RunError, match="lost"):
        lease.take()
    time.sleep(0.5)
    assert lease._advance(lease._note)
    assert lease._until_s - lease_module._now_s() < 4.6


def test_a_server_that_goes_away(monkeypatch):
    """The holder stops by itself when it could not renew in time."""
    bucket = memory_bucket(Forgetful)
    monkeypatch.setattr(lease_module.logger, "warning", lambda *_: None)
    with Lease(bucket, 1) as lease:
        lease.take()
        bucket.losses = 10**6
        time.sleep(1.1)
        with pytest.raises(RunError, match="could not be renewed in time"):
            lease.check()


def test_it_is_free_at_once_though_the_answer_to_a_renewal_was_lost():
    bucket = memory_bucket(Forgetful)
    with Lease(bucket, 60) as lease:
        lease.take()
        bucket.losses = 1
        with pytest.raises(RunError, match="lost"):
            lease._advance(lease._note)
    Lease(bucket, 60)._try()


def test_a_server_that_goes_away_before_the_lock_is_let_go(caplog):
    bucket = memory_bucket(Forgetful)
    with Lease(bucket, 60) as lease:
        lease.take()
        bucket.losses = 10**6
    assert "not released url=memory:// reason=the answer is lost" in caplog.text


OVERTAKEN = {"by the next generation": 1, "by a later one, while it slept": 5}


@pytest.mark.parametrize("further", OVERTAKEN.values(), ids=OVERTAKEN.keys())
def test_a_holder_finds_that_it_was_overtaken(further, caplog):
    bucket = memory_bucket()
    with Lease(bucket, 0.3) as lease:
        lease.take()
        mine = generations(bucket)
        theirs = lease_module._path(lease._generation + further)
        bucket.create(theirs, b'{"holder": "the next"}', {})
        bucket.delete(mine)
        lease._thread.join()
        with pytest.raises(RunError, match="another run may work"):
            lease.check()
    assert "lost the lock url=memory:///lock" in caplog.text
    assert generations(bucket) == [theirs], "and takes nothing back"


class Beaten(Bucket):
    """A bucket where somebody always is a moment faster."""

    def create(self, path, data, headers):
        super().create(path, b'{"holder": "the faster"}', headers)
        return super().create(path, data, headers)


def test_who_is_beaten_by_a_moment_is_told_by_whom():
    with pytest.raises(LockHeldError, match="memory:///lock: the faster"):
        Lease(memory_bucket(Beaten), 60).take()


class Renewed(Bucket):
    """A bucket where the lock is renewed between the listing and the first look at it."""

    is_renewed = False

    def get(self, path):
        if not self.is_renewed:
            self.is_renewed = True
            generation = int(path.rpartition("/")[2])
            self.create(lease_module._path(generation + 1), super().get(path).data, {})
            self.delete([path])
        return super().get(path)


def test_a_lock_that_is_renewed_while_it_is_looked_at():
    bucket = memory_bucket(Renewed)
    bucket.create(lease_module._path(1), b'{"holder": "the first"}', {})
    with pytest.raises(LockHeldError, match="the first"):
        Lease(bucket, 60).take()


def test_foreign_objects_beside_it(bucket):
    bucket.put(f"{FOLDER}/README", b"", {})
    with Lease(bucket, 60) as lease:
        lease.take()
        lease.check()


def test_a_lease_longer_ago_than_the_clock_tells(bucket, tmp_path: Path):
    """Nobody's own clock is asked: one that is wrong by a year changes nothing."""
    with Lease(bucket, 60) as lease:
        lease.take()
        code = HOLDER.replace("import sys", "import sys, time; time.time = lambda: 4e9", 1)
        code = code.replace("), 1)", "), 60)")  # the same lease, whoever starts slowly
        done = subprocess.run(
            [sys.executable, "-c", code, bucket.url],
            capture_output=True,
            text=True,
            env=os.environ,
            check=False,
        )
        assert "LockHeldError" in done.stderr
