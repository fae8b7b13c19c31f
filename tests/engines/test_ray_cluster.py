"""The engine `ray` on two real nodes that die: nothing is lost, no limit is broken, nothing is
asked for again but what was under way.

Some minutes, so that only a full run takes them; `test_shards.py` and the suite of engines try the
same in one process and on one node.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from paced_origin import PacedOrigin
from program import Result, run_archiver
from ray_nodes import RayNodes, wait_until
from required import need_module
from s3_servers import S3Server, moto_server
from samples import CLUSTER_DOCUMENTS as DOCUMENTS

from archiver.catalog import Catalog
from archiver.engines.cluster.lease import MOST_WAITING
from archiver.journal import read_facts
from archiver.model import ImageRecord

HOSTS, IN_FLIGHT, PACE_S = 20, 2, 0.2
ACTORS, IN_FLIGHT_OF_ACTOR = 4, 32
UNDER_WAY = IN_FLIGHT_OF_ACTOR + MOST_WAITING + 16  # of an actor; the last wait for the disk
FEW = 30  # documents, and pictures, on an object store
LATE_S = 1.0  # a request may reach the origin so much later than it was begun, on a busy machine
CONFIG = """engine = "{engine}"
[network]
in_flight = {in_flight}
in_flight_per_host = {per_host}
pace_s = {pace_s}
connect_to = ["::127.0.0.1:{port}"]
[ray]
address = "{address}"
actors = {actors}
"""

pytestmark = [
    pytest.mark.skipif(not DOCUMENTS, reason="minutes: only in a full run"),
    pytest.mark.timeout(1800),
]


@pytest.fixture(autouse=True)
def ray() -> None:
    need_module("ray", "ray")


@pytest.fixture
def origin() -> Iterator[PacedOrigin]:
    with PacedOrigin() as server:
        yield server


@pytest.fixture
def nodes() -> Iterator[RayNodes]:
    with RayNodes() as found:
        found.start_head()
        found.start("second")
        yield found


def write_documents(folder: Path, origin: PacedOrigin, engine: str, address: str = "local") -> None:
    """Two pictures a document, each picture in two documents."""
    folder.mkdir()
    urls = [f"http://img{n % HOSTS}.example.com/{n}.png" for n in range(DOCUMENTS)]
    for n in range(DOCUMENTS):
        text = f"![]({urls[n]})\n![]({urls[(n * 7 + 1) % DOCUMENTS]})\n"
        (folder / f"{n:05}.md").write_text(text)
    pace_s = PACE_S if engine == "ray" else 0.0
    (folder / "archiver.toml").write_text(
        CONFIG.format(
            engine=engine, in_flight=IN_FLIGHT_OF_ACTOR, per_host=IN_FLIGHT, pace_s=pace_s,
            port=origin.port, address=address, actors=ACTORS,
        )
    )  # fmt: skip


def start(folder: Path, nodes: RayNodes) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "archiver", "archive", ".", "--in-place", "--json"],
        cwd=folder,
        env=os.environ | nodes.environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=(folder.parent / "stderr").open("w"),
    )


@pytest.fixture
def running(
    tmp_path: Path, origin: PacedOrigin, nodes: RayNodes
) -> Iterator[tuple[subprocess.Popen[str], Callable[[float], None]]]:
    """The program on both nodes, and a function that waits for a share of the requests."""
    write_documents(tmp_path / "ray", origin, "ray", nodes.address)
    with start(tmp_path / "ray", nodes) as program:

        def wait_for(share: float) -> None:
            def is_so() -> bool:
                assert program.poll() is None, (tmp_path / "stderr").read_text()
                return len(origin.exchanges) >= share * DOCUMENTS

            wait_until(is_so, 600, f"{len(origin.exchanges)} requests")

        yield program, wait_for
        program.kill()


def check_politeness(origin: PacedOrigin) -> None:
    """What each host bore over the whole cluster."""
    in_flight, lateness = origin.most_in_flight(), origin.most_lateness(PACE_S)
    assert len(in_flight) == HOSTS
    assert max(in_flight.values()) <= IN_FLIGHT
    assert max(lateness.values()) <= LATE_S


def outcome(folder: Path) -> tuple[dict[str, bytes], dict[str, tuple[str, str]]]:
    """Documents and archive, and what the journal says of each picture."""
    state = folder / ".archiver"
    with Catalog(str(folder / "new.sqlite"), str(state / "journal"), True) as catalog:
        records = {r.url: (str(r.outcome), r.digest) for r in catalog.images()}
    paths = [p for p in folder.rglob("*") if p.is_file() and ".archiver" not in p.parts]
    skipped = ("archiver.toml",)
    found = {str(p.relative_to(folder)): p.read_bytes() for p in paths if p.name not in skipped}
    return found, records


def test_an_actor_and_a_node_die(
    tmp_path: Path,
    origin: PacedOrigin,
    nodes: RayNodes,
    running: tuple[subprocess.Popen[str], Callable[[float], None]],
) -> None:
    program, wait_for = running
    wait_for(0.2)
    os.kill(nodes.actors("ShardActor", "second")[0], signal.SIGKILL)
    wait_for(0.5)
    nodes.kill("second")
    stdout, _ = program.communicate(timeout=900)
    assert program.returncode == 0, (tmp_path / "stderr").read_text()
    summary = json.loads(stdout.splitlines()[-1])["summary"]
    assert summary["documents"] == {"rewritten": DOCUMENTS}
    assert summary["images"].keys() <= {"stored", "reused"}  # the latter by the first that was done
    assert sum(summary["images"].values()) == DOCUMENTS
    counts = origin.counts()
    assert len(counts) == DOCUMENTS
    dead = 1 + ACTORS  # the actor, and at most all on the node
    assert counts.total() - DOCUMENTS <= dead * UNDER_WAY
    check_politeness(origin)
    origin.exchanges.clear()
    write_documents(tmp_path / "local", origin, "local")
    assert run_archiver("archive", ".", "--in-place", cwd=tmp_path / "local").code == 0
    assert outcome(tmp_path / "ray") == outcome(tmp_path / "local")


def test_the_head_dies_and_the_next_run_goes_on(
    tmp_path: Path,
    origin: PacedOrigin,
    nodes: RayNodes,
    running: tuple[subprocess.Popen[str], Callable[[float], None]],
) -> None:
    program, wait_for = running
    wait_for(0.4)
    nodes.kill("head")
    program.communicate(timeout=300)
    assert program.returncode == 1
    nodes.kill("second")
    folder = tmp_path / "ray"
    facts = [fact for _, fact in read_facts(str(folder / ".archiver" / "journal"))]
    stored = {fact.url for fact in facts if isinstance(fact, ImageRecord)}
    before = origin.counts()
    assert len(before) - len(stored) <= ACTORS * UNDER_WAY
    assert len(stored) > 0.1 * DOCUMENTS
    origin.exchanges.clear()
    with RayNodes() as again:
        again.start_head()
        text = (folder / "archiver.toml").read_text().replace(nodes.address, again.address)
        (folder / "archiver.toml").write_text(text)
        with start(folder, again) as second:
            second.communicate(timeout=900)
            assert second.returncode == 0
    assert origin.counts().keys() & stored == set(), "nothing that is stored is asked for again"
    assert len(before.keys() | origin.counts().keys()) == DOCUMENTS
    check_politeness(origin)
    assert list((folder / ".archiver" / "tmp").iterdir()) == []


def test_a_signal_ends_a_run_cleanly(
    tmp_path: Path,
    nodes: RayNodes,
    running: tuple[subprocess.Popen[str], Callable[[float], None]],
) -> None:
    program, wait_for = running
    wait_for(0.1)
    began_s = time.monotonic()
    program.send_signal(signal.SIGTERM)
    program.communicate(timeout=120)
    assert program.returncode == 143, (tmp_path / "stderr").read_text()
    assert time.monotonic() - began_s < 30
    wait_until(lambda: not nodes.actors("ShardActor"), 30, "actors outlive the run")
    assert list((tmp_path / "ray" / ".archiver" / "tmp").iterdir()) == []


def write_few(folder: Path, origin: PacedOrigin, engine: str, url: str) -> None:
    folder.mkdir()
    for n in range(FEW):
        (folder / f"{n}.md").write_text(f"![](http://img{n % HOSTS}.example.com/{n}.png)\n")
    (folder / "archiver.toml").write_text(
        f'archive = "{url}/archive"\nstate = "{url}/state"\n'
        'link_prefix = "https://pictures.example.com/"\n'
        f'engine = "{engine}"\n[network]\nconnect_to = ["::127.0.0.1:{origin.port}"]\n'
        "[ray]\nactors = 2\n"
    )


def archive_few(folder: Path, server: S3Server) -> Result:
    return run_archiver("archive", ".", "--in-place", cwd=folder, environment=server.environment)


def test_archive_and_journal_on_an_object_store(tmp_path: Path, origin: PacedOrigin) -> None:
    """What two workers put there is what the local engine puts, and enough for another machine."""
    need_module("moto", "s3")
    with moto_server() as server:
        urls = {engine: server.new_url() for engine in ("local", "ray")}
        for engine, url in urls.items():
            write_few(tmp_path / engine, origin, engine, url)
            done = archive_few(tmp_path / engine, server)
            assert done.code == 0, done.stderr
        stored = {e: server.objects(f"{url}/archive") for e, url in urls.items()}
        assert len(stored["local"]) >= FEW
        assert stored["ray"] == stored["local"]
        origin.exchanges.clear()
        write_few(tmp_path / "another machine", origin, "local", urls["ray"])
        assert archive_few(tmp_path / "another machine", server).code == 0
        assert origin.counts() == {}
