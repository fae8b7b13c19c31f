"""The engine `ray` on two real nodes that die, archive and journal in a bucket of Ceph: nothing is
lost, no limit is broken, nothing is asked for again but what was under way.

The second node sees none of the first one's folders, and who goes on has only the documents.

Some minutes, so that only a full run takes them; `test_shards.py` and the suite of engines try the
same in one process and on one node.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from cluster_stage import (
    ACTORS,
    HOSTS,
    IN_FLIGHT,
    IN_FLIGHT_OF_ACTOR,
    PACE_S,
    Outcome,
    Stage,
    stderr_of,
)
from paced_origin import PacedOrigin
from ray_nodes import RayNodes, wait_until
from required import need_module
from s3_servers import S3Server
from samples import CLUSTER_DOCUMENTS as DOCUMENTS

from archiver.engines.cluster.lease import MOST_WAITING

UNDER_WAY = IN_FLIGHT_OF_ACTOR + MOST_WAITING + 16  # of an actor; the last wait for the store
LATE_S = 1.0  # a request may reach the origin so much later than it was begun, on a busy machine
END_S = 900  # a safety net

pytestmark = [
    pytest.mark.skipif(not DOCUMENTS, reason="minutes: only in a full run"),
    pytest.mark.timeout(1800),
]


@pytest.fixture(scope="module")
def environment(ceph: S3Server) -> Iterator[dict[str, str]]:
    """Of each machine; of this process as well, which looks into buckets."""
    need_module("ray", "ray")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ceph.environment.items():
            patch.setenv(name, value)
        yield ceph.environment


@pytest.fixture(scope="module")
def nodes(
    environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], RayNodes]]:
    """Gives a cluster of two nodes, ``head`` and ``second``; those that died are started anew."""
    with ExitStack() as stack:
        found: list[RayNodes] = []

        def have() -> RayNodes:
            if not found or not found[-1].is_there("head"):
                found.append(stack.enter_context(RayNodes(environment)))
                found[-1].start_head()
            if not found[-1].is_there("second"):
                found[-1].start("second", hidden=tmp_path_factory.getbasetemp())
            return found[-1]

        yield have


@pytest.fixture
def origin() -> Iterator[PacedOrigin]:
    with PacedOrigin() as server:
        yield server


@pytest.fixture
def stage(ceph: S3Server, origin: PacedOrigin) -> Stage:
    return Stage(ceph, origin, DOCUMENTS)


@pytest.fixture(scope="module")
def expected(
    ceph: S3Server, environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Outcome:
    """What the engine `local` leaves."""
    folder = tmp_path_factory.mktemp("expected") / "local"
    with PacedOrigin() as origin:
        stage = Stage(ceph, origin, DOCUMENTS)
        bucket = stage.write_documents(folder, "local")
        finish(stage.start(folder, {}), folder, 0)
    found = stage.outcome(bucket, folder)
    assert len(found.images) == len(found.documents) == len(found.stories) == DOCUMENTS
    assert len(found.objects) >= DOCUMENTS
    return found


def finish(program: subprocess.Popen[str], folder: Path, code: int) -> str:
    """Wait for the end; what it wrote."""
    stdout, _ = program.communicate(timeout=END_S)
    assert program.returncode == code, stderr_of(folder).read_text()
    return stdout


def wait_for(share: float, program: subprocess.Popen[str], stage: Stage, folder: Path) -> None:
    """Until a share of the pictures was asked for."""

    def is_so() -> bool:
        assert program.poll() is None, stderr_of(folder).read_text()
        return len(stage.origin.exchanges) >= share * DOCUMENTS

    wait_until(is_so, 600, f"{len(stage.origin.exchanges)} requests")


def check_politeness(origin: PacedOrigin) -> None:
    """What each host bore over the whole cluster."""
    in_flight, lateness = origin.most_in_flight(), origin.most_lateness(PACE_S)
    assert max(in_flight.values()) <= IN_FLIGHT
    assert max(lateness.values()) <= LATE_S


def test_a_signal_ends_a_run_cleanly(
    tmp_path: Path, stage: Stage, nodes: Callable[[], RayNodes]
) -> None:
    cluster, folder = nodes(), tmp_path / "ray"
    bucket = stage.write_documents(folder, "ray", cluster.address)
    with stage.start(folder, cluster.environment) as program:
        wait_for(0.1, program, stage, folder)
        began_s = time.monotonic()
        program.send_signal(signal.SIGTERM)
        finish(program, folder, 143)
    assert time.monotonic() - began_s < 30
    wait_until(lambda: not cluster.actors("ShardActor"), 30, "actors outlive the run")
    assert list((folder / ".archiver" / "tmp").iterdir()) == []
    (lock,) = stage.server.objects(f"{bucket}/state/lock").values()
    assert json.loads(lock)["is_free"]


def test_an_actor_and_a_node_die(
    tmp_path: Path, stage: Stage, nodes: Callable[[], RayNodes], expected: Outcome
) -> None:
    cluster, folder, origin = nodes(), tmp_path / "ray", stage.origin
    bucket = stage.write_documents(folder, "ray", cluster.address)
    with stage.start(folder, cluster.environment) as program:
        wait_for(0.2, program, stage, folder)
        os.kill(cluster.actors("ShardActor", "second")[0], signal.SIGKILL)
        wait_for(0.5, program, stage, folder)
        cluster.kill("second")
        stdout = finish(program, folder, 0)
    summary = [json.loads(line) for line in stdout.splitlines()][-1]["summary"]
    assert summary["documents"] == {"rewritten": DOCUMENTS}
    assert summary["images"].keys() <= {"stored", "reused"}  # the latter by the first that was done
    assert sum(summary["images"].values()) == DOCUMENTS
    counts = origin.counts()
    assert len(counts) == DOCUMENTS
    assert len(origin.most_in_flight()) == HOSTS
    dead = 1 + ACTORS  # the actor, and at most all on the node
    assert counts.total() - DOCUMENTS <= dead * UNDER_WAY
    check_politeness(origin)
    assert stage.outcome(bucket, folder) == expected


def test_program_and_head_die_and_other_machines_go_on(
    tmp_path: Path, stage: Stage, nodes: Callable[[], RayNodes], expected: Outcome
) -> None:
    """The program is killed without a chance to free the lock, then the head under the next one."""
    cluster, folder, origin = nodes(), tmp_path / "ray", stage.origin
    bucket = stage.write_documents(folder, "ray", cluster.address)
    asked: set[str] = set()
    requests = 0

    def check_since_then(stored: set[str]) -> None:
        """Nothing that was stored then is asked for again."""
        nonlocal requests
        counts = origin.counts()
        assert counts.keys() & stored == set()
        asked.update(counts)
        requests += counts.total()
        origin.exchanges.clear()

    with stage.start(folder, cluster.environment) as program:
        wait_for(0.25, program, stage, folder)
        program.kill()
        finish(program, folder, -signal.SIGKILL)
    check_politeness(origin)
    check_since_then(set())
    stored = stage.stored(bucket, tmp_path / "journal-1")
    assert len(stored) >= len(asked) - ACTORS * UNDER_WAY

    folder = stage.move(folder, "second machine")
    with stage.start(folder, cluster.environment) as program:
        wait_for(0.25, program, stage, folder)
        cluster.kill("head")
        finish(program, folder, 1)
    cluster.kill("second")
    check_politeness(origin)
    check_since_then(stored)
    stored = stage.stored(bucket, tmp_path / "journal-2")
    assert len(stored) >= len(asked) - 2 * ACTORS * UNDER_WAY

    folder, cluster = stage.move(folder, "third machine"), nodes()
    stage.configure(folder, "ray", bucket, cluster.address)
    with stage.start(folder, cluster.environment) as program:
        finish(program, folder, 0)
    check_politeness(origin)
    check_since_then(stored)
    assert len(asked) == DOCUMENTS
    assert requests - DOCUMENTS <= 2 * ACTORS * UNDER_WAY
    assert list((folder / ".archiver" / "tmp").iterdir()) == []
    assert stage.outcome(bucket, folder) == expected
