"""Check scripts/simulate.py against real small runs of engine = "ray", and measure what it is fed.

    scripts/simulate_check.py [PICTURES]

The origin is on loopback and paced; the cluster is of this machine alone. CPU is told apart by
process: the one that reads documents, the workers, and what decodes; so a busy machine changes the
wall time, but hardly these figures.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).parents[1] / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "guard")]

import network_guard  # noqa: E402
from paced_origin import PacedOrigin  # noqa: E402
from pictures import photograph, save  # noqa: E402
from simulate import Case, simulate  # noqa: E402

HOSTS, WORKERS, PER_DOCUMENT, ANSWER_S = 20, 2, 4, 0.05
Found = dict[str, float]
TICKS = os.sysconf("SC_CLK_TCK")
ROLES = {"_ShardActor": "worker", "archiver.imaging.worker": "decode", "-m\0archiver": "reader"}
CONFIG = """engine = "ray"
[network]
pace_s = {pace_s}
connect_to = ["::127.0.0.1:{port}"]
[ray]
actors = {workers}
"""


class Photographs(PacedOrigin):
    """Photographs of 100 kB, each with a comment of its own, so that no two are the same blob."""

    def __init__(self) -> None:
        super().__init__(ANSWER_S)
        self._photographs = [save(photograph(n), "JPEG", quality=85) for n in range(4)]

    def picture(self, url: str) -> bytes:
        comment = url.encode()
        base = self._photographs[len(comment) % 4]
        return base[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + base[2:]


def spread(pictures: int, zipf: float) -> list[int]:
    """The host of each picture, by Zipf's law, in an order without a rule."""
    weights = [rank**-zipf for rank in range(1, HOSTS + 1)]
    counts = [round(pictures * weight / sum(weights)) for weight in weights]
    hosts = [host for host, count in enumerate(counts) for _ in range(count)]
    random.Random(1).shuffle(hosts)
    return hosts


def run(origin: PacedOrigin, pictures: int, pace_s: float, zipf: float, folder: Path) -> Found:
    """Archive so many pictures; what it took."""
    hosts = spread(pictures, zipf)
    urls = [f"http://h{host}.example.com/{n}.png" for n, host in enumerate(hosts)]
    for n in range(0, len(urls), PER_DOCUMENT):
        text = "".join(f"Words.\n\n![]({url})\n\n" for url in urls[n : n + PER_DOCUMENT])
        (folder / f"{n:06}.md").write_text(text)
    config = CONFIG.format(pace_s=pace_s, port=origin.port, workers=WORKERS)
    (folder / "archiver.toml").write_text(config)
    cpu_ms = _watch(origin, folder, len(urls))
    assert len(origin.exchanges) == len(urls), "asked more or less than once"
    last_s = max(exchange.end_s or 0.0 for exchange in origin.exchanges)
    state = folder / ".archiver"
    journal = sum(path.stat().st_size for path in (state / "journal").iterdir())
    return {
        "pictures": len(urls),
        "wall_s": last_s - origin.exchanges[0].start_s,
        "journal_bytes": journal / len(urls),
        "catalog_bytes": (state / "catalog.sqlite").stat().st_size / len(urls),
        **{f"{role}_ms": found for role, found in cpu_ms.items()},
    }


def _watch(origin: PacedOrigin, folder: Path, pictures: int) -> dict[str, float]:
    """Run the program; role → CPU ms a picture of the second half: all is imported and warm."""
    command = [sys.executable, "-m", "archiver", "archive", ".", "--in-place", "--quiet"]
    seen: dict[int, tuple[str, float]] = {}
    begun: dict[str, float] = {}
    had = 0
    with subprocess.Popen(command, cwd=folder) as program:
        while program.poll() is None:
            for path in Path("/proc").glob("[0-9]*"):
                _look(path, program.pid, seen)
            if not begun and len(origin.exchanges) > pictures // 2:
                begun, had = _sum(seen), len(origin.exchanges)
            time.sleep(0.2)
    assert program.returncode == 0
    ended = _sum(seen)
    return {r: 1000 * (ended[r] - begun.get(r, 0.0)) / (pictures - had) for r in ended}


def _sum(seen: dict[int, tuple[str, float]]) -> dict[str, float]:
    found = dict.fromkeys(ROLES.values(), 0.0)
    for role, seconds in seen.values():
        found[role] += seconds
    return found


def _look(path: Path, reader: int, seen: dict[int, tuple[str, float]]) -> None:
    """Note the role and the CPU seconds of a process of the run."""
    try:
        command = (path / "cmdline").read_text(errors="replace")
        fields = (path / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return
    role = next((role for text, role in ROLES.items() if text in command), "")
    if not role or (role == "reader" and int(path.name) != reader):
        return
    seen[int(path.name)] = (role, (int(fields[11]) + int(fields[12])) / TICKS)


def predict(found: Found, pace_s: float, hosts: list[int]) -> float:
    """What the simulator says of the run, fed with what was measured in it."""
    counts = sorted((hosts.count(host) - 1.0, 1.0) for host in range(HOSTS))  # gaps between starts
    case = Case(
        images=found["pictures"], rate=1 / pace_s, nodes=1, workers=WORKERS, deaths=0,
        cores=(os.cpu_count() or 1) + 1, latency_s=ANSWER_S, in_flight=32,
        reader_ms=found["reader_ms"], worker_ms=found["worker_ms"],
        decode_ms=sum(found[f"{role}_ms"] for role in ROLES.values()),
    )  # fmt: skip
    return simulate(case, counts).done_s[-1] + ANSWER_S


def show(title: str, found: Found) -> None:
    print(f"{title}, load {os.getloadavg()[0]:.1f}")
    print("  " + ", ".join(f"{name} {value:.4g}" for name, value in found.items()), flush=True)


def main() -> None:
    network_guard.guard_this_process_and_children()
    pictures = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with Photographs() as origin, tempfile.TemporaryDirectory() as folder:
        show("photographs, no pace", run(origin, pictures, 0.0, 0.0, Path(folder)))
    for pace_s, zipf in ((0.5, 1.0), (0.5, 0.5)):
        with PacedOrigin(ANSWER_S) as origin, tempfile.TemporaryDirectory() as folder:
            found = run(origin, pictures, pace_s, zipf, Path(folder))
        found["predicted_s"] = predict(found, pace_s, spread(pictures, zipf))
        show(f"small pictures, pace {pace_s} s, zipf {zipf}", found)


if __name__ == "__main__":
    main()
