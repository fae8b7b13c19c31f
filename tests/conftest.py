"""What every test has: no way out of loopback, the origins on it, surroundings that stay clean."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import execnet
import pytest
import xdist.remote
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent
sys.path[:0] = [str(TESTS), str(TESTS / "guard")]

import network_guard  # noqa: E402  (its folder is on the path only now)
import program  # noqa: E402
import required  # noqa: E402
import s3_servers  # noqa: E402
import scheduling  # noqa: E402
from faults import FaultServer  # noqa: E402
from forked_workers import fork_workers, start_workers  # noqa: E402
from origin import Origin  # noqa: E402
from s3_servers import S3Server, ceph_root, ceph_server, ignore_conditions, moto_server  # noqa: E402
from surroundings import Surroundings, end_tidily_by_sigterm  # noqa: E402

network_guard.guard_this_process_and_children()
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each of many children compiles it all anew
_SURROUNDINGS = Surroundings()
_WORKERS: list[int] = []
end_tidily_by_sigterm(_WORKERS)
_REFUSALS = _SURROUNDINGS.folder / "refusals.txt"
os.environ["NETWORK_GUARD_LOG"] = str(_REFUSALS)
# obstore, which the guard cannot see, asks there for credentials where it has none.
os.environ["AWS_METADATA_ENDPOINT"] = "http://127.0.0.1:9"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="take all cases, and need all tools")


def pytest_configure(config: pytest.Config) -> None:
    """Before tests are imported: they ask `samples` for their numbers."""
    fork_workers()
    if config.option.full:
        os.environ[required.VARIABLE] = "1"
        os.environ.setdefault(s3_servers.VARIABLE, str(_SURROUNDINGS.folder / "ceph"))
    _make_up_examples()


def _make_up_examples() -> None:
    """No test judges speed: not on a busy machine, nor where coverage is measured."""
    from samples import examples

    slow = [HealthCheck.too_slow]
    settings.register_profile(
        "suite", deadline=None, suppress_health_check=slow, max_examples=examples(100)
    )
    settings.load_profile("suite")


def pytest_xdist_auto_num_workers() -> int:
    return scheduling.count_workers()


def pytest_xdist_newgateway(gateway: execnet.Gateway) -> None:
    _WORKERS.append(gateway._rinfo().pid)  # as xdist asks, which does not tell it


def pytest_xdist_make_scheduler(
    config: pytest.Config, log: xdist.remote.Producer
) -> scheduling.Scheduling:
    return scheduling.Scheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    scheduling.put_long_ones_first(items)


@pytest.fixture(autouse=True)
def no_refused_connections() -> Iterator[None]:
    """Fail the test during which any process of the suite tried to leave loopback."""
    yield
    if _REFUSALS.exists():
        refusals = _REFUSALS.read_text(encoding="utf-8")
        _REFUSALS.unlink()
        pytest.fail(f"tried to leave loopback:\n{refusals}")


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Fail the run, by its last test here, where tests left files, processes or open ports."""
    yield
    program.stop_server()
    if found := _SURROUNDINGS.leftovers():
        pytest.fail("left behind:\n" + "\n".join(found), pytrace=False)


def pytest_unconfigure() -> None:
    _SURROUNDINGS.remove()


@pytest.fixture
def real_workers() -> Iterator[None]:
    """The processes that examine pictures are those of a user, not forked ones."""
    start_workers()
    yield
    fork_workers()


@pytest.fixture(scope="session")
def memory() -> Iterator[Path]:
    """A folder in memory where there is any, for tests that wait for thousands of syncs."""
    _SURROUNDINGS.memory.mkdir(mode=0o700)
    yield _SURROUNDINGS.memory
    shutil.rmtree(_SURROUNDINGS.memory)


@pytest.fixture
def memory_folder(memory: Path) -> Iterator[Path]:
    """A new folder in `memory`."""
    with TemporaryDirectory(dir=memory) as name:
        yield Path(name)


@pytest.fixture
def origin() -> Iterator[Origin]:
    """Serves what the test gives it at any URL; see `origin.Origin`."""
    with Origin() as server:
        yield server


@pytest.fixture(scope="session")
def fault() -> Iterator[FaultServer]:
    """A server for every fault; see `faults`. A test takes tokens of its own."""
    with FaultServer() as server:
        yield server


@pytest.fixture(scope="session")
def moto() -> Iterator[S3Server]:
    """A server that speaks S3, in this process."""
    with moto_server() as server:
        yield server


@pytest.fixture(scope="session")
def careless() -> Iterator[S3Server]:
    """One that takes conditions and does not keep them."""
    with moto_server(ignore_conditions) as server:
        yield server


@pytest.fixture(scope="session")
def ceph() -> Iterator[S3Server]:
    """Ceph's S3 gateway; skipped where its packages are not here, see `s3_servers`."""
    root = ceph_root()
    if root is None:
        required.give_up("s3", "ARCHIVER_TESTS_CEPH names no folder for Ceph's packages")
    with ceph_server(root) as server:
        yield server


@pytest.fixture(params=["moto", "ceph"])
def s3_server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """Each server that speaks S3, one after the other, with the environment its clients need."""
    return _spoken_to(request.getfixturevalue(request.param), monkeypatch)


@pytest.fixture
def real_s3_server(ceph: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """The one for races: moto may tell two that create an object at once that both did."""
    return _spoken_to(ceph, monkeypatch)


def _spoken_to(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return server
