"""`archiver run` as a job: metrics, pings, logs, silence, and one run after the other."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from faults import FaultServer
from origin import Origin
from pictures import photograph, save
from program import Result, run_archiver
from prometheus_client.parser import text_string_to_metric_families

from archiver.report.logs import JsonFormatter

TOKEN = "5f9c9d0e-canary-4b7e-8f9a-0123456789ab"
PICTURE = "https://img.example.com/a.png"
CONFIG = '[[sources]]\npath = "posts"\nin_place = true\n[network]\nbackoff_s = 0.01\n'


@pytest.fixture
def monitor() -> Iterator[Origin]:
    """The operator's own monitor, on a port that nobody else may dial."""
    with Origin() as server:
        for end in ("", "/start", *(f"/{code}" for code in (1, 2, 3, 5, 6))):
            server.serve(f"/ping/{TOKEN}{end}", b"OK", media_type="text/plain")
        yield server


@pytest.fixture
def job(origin: Origin, tmp_path: Path) -> Callable[..., Result]:
    origin.serve(PICTURE, save(photograph(1, (40, 30)), "PNG"))
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "a.md").write_text(f"![]({PICTURE}?token=canary-query)\n![]({PICTURE})\n")
    (tmp_path / "archiver.toml").write_text(CONFIG)

    def run(*arguments: str, **settings: str) -> Result:
        environment = environment_of(origin, **settings)
        return run_archiver("run", *arguments, cwd=tmp_path, environment=environment)

    return run


def environment_of(origin: Origin, **settings: str) -> dict[str, str]:
    network = {
        "network__connect_to": json.dumps(
            [f"img.example.com{place}" for place in origin.connect_to]
        ),
        "network__ca_file": origin.ca_file,
    }
    return {f"ARCHIVER_{key.upper()}": value for key, value in (network | settings).items()}


def metrics_of(path: Path) -> dict[str, float]:
    """Name, with the outcome behind it, → value; read by Prometheus' own parser."""
    return {
        " ".join([sample.name, *filter(None, [sample.labels.get("outcome")])]): sample.value
        for family in text_string_to_metric_families(path.read_text())
        for sample in family.samples
    }


def test_metrics_of_runs_that_do_well_and_badly(
    job: Callable[..., Result], origin: Origin, tmp_path: Path
) -> None:
    file = {"run__metrics_file": "metrics/archiver.prom"}
    path = tmp_path / "metrics" / "archiver.prom"
    began = time.time()
    assert job("--quiet", **file).code == 3  # the one with a query is not served
    first = metrics_of(path)
    size = len(origin.answers[PICTURE][0].body)
    assert first["archiver_run_exit_code"] == 3
    assert first["archiver_run_documents rewritten"] == 1
    assert first["archiver_run_documents conflict"] == 0
    assert (first["archiver_run_images stored"], first["archiver_run_images gone"]) == (1, 1)
    assert first["archiver_run_stored_bytes"] == first["archiver_store_bytes"] == size
    assert first["archiver_run_requests"] == len(origin.urls)
    assert (first["archiver_images_held"], first["archiver_images_lost"]) == (1, 1)
    assert first["archiver_images_waiting"] == 1
    assert first["archiver_last_success_timestamp_seconds"] >= began
    assert first["archiver_disk_free_bytes"] > 0
    assert "canary" not in path.read_text() and "example" not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o644, "whoever collects it is another user"

    (tmp_path / "posts" / "b.md").write_text("changed")
    assert job(**file, limits__disk_reserve_bytes=str(2**60)).code == 6
    second = metrics_of(path)
    assert second["archiver_run_exit_code"] == 6
    name = "archiver_last_success_timestamp_seconds"
    assert second[name] == first[name]
    assert second["archiver_last_run_timestamp_seconds"] > first[name]
    assert second["archiver_store_bytes"] == size, "what it did not count again stays"

    assert job(**file).code == 0
    third = metrics_of(path)
    assert third["archiver_run_exit_code"] == 0 and third[name] > second[name]
    assert [p.name for p in path.parent.iterdir()] == ["archiver.prom"]


def test_metrics_that_cannot_be_written_fail_no_run(
    job: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    result = job(run__metrics_file="file/archiver.prom")
    assert result.code == 3 and "metrics not written" in result.stderr
    (tmp_path / "other.prom").write_text("not { metrics\n")
    assert job(run__metrics_file="other.prom").code == 0
    assert metrics_of(tmp_path / "other.prom")["archiver_images_held"] == 1


def test_pings_of_runs_that_do_well_and_badly(
    job: Callable[..., Result], monitor: Origin, tmp_path: Path
) -> None:
    """The monitor is at a private address and an odd port, which only the ping may dial."""
    url = monitor.url(f"/ping/{TOKEN}")
    settings = {"run__ping_url": url}
    inside = monitor.url("/inside.png")
    (tmp_path / "posts" / "inside.md").write_text(f"![]({inside})\n")
    said = job("-vv", **settings)
    assert said.code == 3
    assert [u.partition(TOKEN)[2] for u in monitor.urls] == ["/start", ""]
    monitor.exchanges.clear()
    said_too = job("-vv", limits__disk_reserve_bytes=str(2**60), **settings)
    (tmp_path / "posts" / "b.md").write_text("changed")
    assert job("-vv", limits__disk_reserve_bytes=str(2**60), **settings).code == 6
    assert [u.partition(TOKEN)[2] for u in monitor.urls] == ["/start", "", "/start", "/6"]
    for result in (said, said_too):
        assert TOKEN not in result.stdout + result.stderr
        assert "Traceback" not in result.stderr
    journals = list((tmp_path / ".archiver" / "journal").iterdir())
    assert not any(TOKEN in journal.read_text() for journal in journals)


def test_a_ping_that_fails_fails_no_run(job: Callable[..., Result], monitor: Origin) -> None:
    result = job("--quiet", run__ping_url=monitor.url(f"/unknown/{TOKEN}"))
    assert result.code == 3
    assert result.stderr.count("ping failed host=127.0.0.1 reason=status-404") == 2
    assert TOKEN not in result.stderr
    gone = job("--quiet", run__ping_url=f"http://127.0.0.1:1/{TOKEN}")
    assert gone.code == 0 and "reason=connect" in gone.stderr and TOKEN not in gone.stderr


def test_quiet_is_quiet_unless_something_is_lost(job: Callable[..., Result]) -> None:
    lost = job("--quiet")
    assert (lost.code, lost.stderr) == (3, "")
    assert "1 gone" in lost.stdout and "canary" not in lost.stdout
    well = job("--quiet")
    assert (well.code, well.stdout, well.stderr) == (0, "", "")
    assert "1 document: 1 unchanged" in job().stdout


def test_logs_as_json(job: Callable[..., Result], tmp_path: Path) -> None:
    result = job("--log-format", "json", "-v")
    lines = [json.loads(line) for line in result.stderr.splitlines()]
    assert {"time", "level", "logger", "message"} <= set.intersection(*map(set, lines))
    stored = next(line for line in lines if line["message"].startswith("stored "))
    assert stored["level"] == "info" and stored["logger"] == "archiver.pipeline.image"
    assert stored["fields"]["url"] == PICTURE and stored["fields"]["size_bytes"] > 100
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", stored["time"])
    lost = next(line for line in lines if line["message"].startswith("lost "))
    assert lost["level"] == "warning" and lost["fields"]["outcome"] == "gone"
    assert "canary" not in result.stderr
    assert job("--log-format", "json").stderr == ""
    (tmp_path / "archiver.toml").write_text('[[sources]]\npath = "nowhere"\n')
    failed = job("--log-format", "json")
    assert failed.code == 2
    (line,) = map(json.loads, failed.stderr.splitlines())
    assert line["level"] == "error" and "nowhere" in line["message"]


def test_a_log_for_programs_holds_traces_and_any_name() -> None:
    try:
        raise KeyError("https://me:pw@img.example/a.png?token=canary")
    except KeyError:
        record = logging.getLogger("archiver").makeRecord(
            "archiver", logging.ERROR, "x.py", 1, "lost path=%s", ("caf\udce9.md",), sys.exc_info()
        )
    text = JsonFormatter().format(record)
    line = json.loads(text.encode())
    assert line["fields"] == {"path": "caf\udce9.md"}
    assert "KeyError" in line["error"] and "canary" not in text and "pw@" not in text


class Loop:
    """`archiver run --every`, its lines as they come."""

    def __init__(self, origin: Origin, folder: Path, *options: str) -> None:
        self.folder = folder
        environment = os.environ | environment_of(origin, run__metrics_file="a.prom")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "archiver", "run", *options],
            cwd=folder, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def wait_for_run(self, after: float = 0.0) -> dict[str, float]:
        """The metrics of the next run that ends later than *after*."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.process.stderr.read()
            path = self.folder / "a.prom"
            found = metrics_of(path) if path.exists() else {}
            if found.get("archiver_last_run_timestamp_seconds", 0) > after:
                return found
            time.sleep(0.02)
        raise AssertionError("no run ended")

    def stop(self, number: int = signal.SIGTERM) -> tuple[float, str]:
        """The seconds it took, and stderr."""
        began = time.monotonic()
        self.process.send_signal(number)
        _, stderr = self.process.communicate(timeout=60)
        return time.monotonic() - began, stderr


LAST = "archiver_last_run_timestamp_seconds"


def test_every_runs_again_reads_the_configuration_again_and_ends_at_once(
    job: Callable[..., Result], origin: Origin, tmp_path: Path
) -> None:
    loop = Loop(origin, tmp_path, "--every", "1s")
    first = loop.wait_for_run()
    assert first["archiver_run_documents rewritten"] == 1
    (tmp_path / "posts" / "b.md").write_text(f"![]({PICTURE})\n")
    while "archive/" not in (tmp_path / "posts" / "b.md").read_text():
        first = loop.wait_for_run(first[LAST])
    (tmp_path / "archiver.toml").write_text("[[sources]]\npath = 'nowhere'\n")  # a run that fails
    while first["archiver_run_exit_code"] != 2:
        first = loop.wait_for_run(first[LAST])
    (tmp_path / "archiver.toml").write_text("broken")
    loop.wait_for_run(first[LAST])
    (tmp_path / "archiver.toml").write_text(CONFIG)
    while first["archiver_run_exit_code"] != 0:
        first = loop.wait_for_run(first[LAST])
    seconds, stderr = loop.stop()
    assert loop.process.returncode == 143 and seconds < 8
    assert "run failed, the next one goes on: ./nowhere" in stderr
    assert "configuration not read again, the last one stays: archiver.toml" in stderr
    assert "Traceback" not in stderr
    assert stderr.rstrip().endswith("archiver: stopped; the next run goes on from here")


def test_between_runs_the_lock_is_free_and_a_signal_ends_it_at_once(
    job: Callable[..., Result], origin: Origin, tmp_path: Path
) -> None:
    (tmp_path / "archiver.toml").write_text(CONFIG + '[run]\nevery = "1h"\n')
    loop = Loop(origin, tmp_path)
    loop.wait_for_run()
    assert job("--once", "--wait").code == 0
    seconds, _ = loop.stop(signal.SIGINT)
    assert loop.process.returncode == 130 and seconds < 5


def test_every_and_once_exclude_each_other(job: Callable[..., Result]) -> None:
    assert "name one of them" in job("--every", "1h", "--once").stderr
    wrong = job("--every", "soon")
    assert wrong.code == 2 and "--every = 'soon': expected a time like" in wrong.stderr


def test_a_run_that_finds_another_at_work_tells_no_monitor(
    job: Callable[..., Result], origin: Origin, monitor: Origin, fault: FaultServer, tmp_path: Path
) -> None:
    """That one tells; else two jobs would answer for one."""
    url = fault.url("silent", "another-at-work")
    (tmp_path / "posts" / "slow.md").write_text(f"![]({url})")
    networks = json.dumps(list(fault.allow_networks))
    (tmp_path / "archiver.toml").write_text(CONFIG + f"allow_networks = {networks}\n")
    loop = Loop(origin, tmp_path, "--once")
    while not fault.log("another-at-work"):
        assert loop.process.poll() is None
        time.sleep(0.02)
    settings = {"run__ping_url": monitor.url(f"/ping/{TOKEN}"), "run__metrics_file": "b.prom"}
    second = job(**settings)
    assert second.code == 5 and not (tmp_path / "b.prom").exists() and monitor.urls == []
    seconds, _ = loop.stop()
    assert loop.process.returncode == 143 and seconds < 8
    assert metrics_of(tmp_path / "a.prom")["archiver_run_exit_code"] == 143
