"""How long a big archive takes with engine = "ray", what bounds it, and what it costs.

    scripts/simulate.py --images 1e8 --hosts 1e6 --nodes 4

Hosts get their pictures by Zipf's law and are asked no faster than politeness allows; what the
cluster can do is shared evenly by the hosts that are not done. A fluid, solved exactly step by
step, so a billion pictures take no time. `--seed` draws the hosts' noise and the deaths of nodes.
"""

from __future__ import annotations

import argparse
import itertools
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

DAY_S, EXACT = 86400.0, 1000  # s; hosts that are drawn one by one, the others in groups


@dataclass(frozen=True)
class Case:
    """What is given. Measured: by simulate_check.py, see docs/scale.md; all else is assumed."""

    images: float = 1e8
    hosts: float = 1e6
    zipf: float = 1.0  # exponent; the n-th host has a share ~ n ** -zipf
    big_share: float = 0.0  # of all pictures, at one host
    rate: float = 10.0  # requests a second and host: in_flight_per_host 4, answers after 0.4 s
    latency_s: float = 0.4  # of an answer
    in_flight: float = 500.0  # requests at a time of one worker (network.in_flight)
    nodes: float = 4.0
    workers: float = 4.0  # of a node (ray.actors / nodes)
    cores: float = 16.0  # of a node
    gbit_s: float = 10.0  # of a node
    image_bytes: float = 150e3
    thumbnails: float = 1.0  # objects beside the picture
    thumbnail_bytes: float = 12e3
    reader_ms: float = 6.1  # measured: CPU an image of the process that reads the documents
    worker_ms: float = 13.9  # measured: CPU an image of the worker's own process
    decode_ms: float = 48.4  # measured: CPU an image of the processes that decode, on all cores
    journal_bytes: float = 1010.0  # measured: an image, with its part of the documents' facts
    catalog_bytes: float = 1670.0  # measured: an image
    deaths: float = 0.01  # nodes a day and node
    recovery_s: float = 30.0  # measured: until the hosts of a dead node are asked again
    node_usd_h: float = 0.7
    put_usd: float = 5e-6
    gb_month_usd: float = 0.023
    seed: int = 1


@dataclass(frozen=True)
class Answer:
    """What comes of it; `done_s`: seconds until 50, 90, 99 and 100 % of the pictures are had."""

    done_s: tuple[float, ...]
    bound: str
    top_share: float
    most_a_second: float
    deaths: int
    repeated: float
    objects: float
    archive_bytes: float
    journal_bytes: float
    catalog_bytes: float
    usd_once: float
    usd_month: float


def draw_hosts(case: Case, source: random.Random) -> list[tuple[float, float]]:
    """(pictures a host, hosts) for groups of hosts that are alike, the smallest first."""
    ranks = [(float(k), 1.0) for k in range(1, min(EXACT, int(case.hosts)) + 1)]
    low = float(EXACT)
    while low < case.hosts:
        high = min(math.ceil(low * 1.05), case.hosts)
        ranks.append(((low + high + 1) / 2, high - low))
        low = high
    weights = [rank**-case.zipf * count for rank, count in ranks]
    rest = case.images * (1 - case.big_share) / sum(weights)
    found = []
    for (_, count), weight in zip(ranks, weights, strict=True):
        mean = rest * weight / count
        noise = source.gauss(0, math.sqrt(mean)) if count == 1 else 0.0
        found.append((max(mean + noise, 0.0), count))
    if case.big_share:
        found.append((case.images * case.big_share, 1.0))
    return sorted(found)


def flow(
    hosts: Sequence[tuple[float, float]], rate: float, capacity: float
) -> tuple[list[tuple[float, float]], float]:
    """(time, pictures had by then) whenever a group of hosts is done, and the most a second."""
    active, level, now, had, most = sum(count for _, count in hosts), 0.0, 0.0, 0.0, 0.0
    steps = [(0.0, 0.0)]
    for pictures, count in hosts:
        speed = min(rate, capacity / active)
        most = max(most, speed * active)
        now += (pictures - level) / speed
        had += (pictures - level) * active
        steps.append((now, had))
        level, active = pictures, active - count
    return steps, most


def capacities(case: Case) -> dict[str, float]:
    """What bounds the cluster → pictures a second."""
    bytes_moved = 2 * case.image_bytes + case.thumbnails * case.thumbnail_bytes  # in, and to store
    return {
        "reader": 1000 / case.reader_ms,
        "workers": case.nodes * case.workers * 1000 / case.worker_ms,
        "cores": case.nodes * max(case.cores - 1, 0.5) * 1000 / case.decode_ms,
        "in flight": case.nodes * case.workers * case.in_flight / case.latency_s,
        "network": case.nodes * case.gbit_s * 1e9 / 8 / bytes_moved,
    }


def simulate(case: Case, hosts: Sequence[tuple[float, float]] = ()) -> Answer:
    """Play *case* through, with *hosts* in place of drawn ones where they are known."""
    source = random.Random(case.seed)
    hosts = hosts or draw_hosts(case, source)
    total = sum(pictures * count for pictures, count in hosts)
    limits = capacities(case)
    narrowest = min(limits, key=limits.__getitem__)
    rate = min(case.rate, 1000 / case.worker_ms)  # one worker looks after a host
    steps, most = flow(hosts, rate, limits[narrowest])
    polite_s = flow(hosts, rate, math.inf)[0][-1][0]
    expected = case.deaths * case.nodes * steps[-1][0] / DAY_S
    deaths = max(round(source.gauss(expected, math.sqrt(expected))), 0)
    wall_s = steps[-1][0] + deaths * case.recovery_s / case.nodes  # each has a share of the hosts
    stored = case.images * (case.image_bytes + case.thumbnails * case.thumbnail_bytes)
    return Answer(
        bound="politeness" if polite_s > 0.9 * steps[-1][0] else narrowest,
        done_s=(*(_time_of(steps, total * share) for share in (0.5, 0.9, 0.99)), wall_s),
        top_share=hosts[-1][0] / total,
        most_a_second=most,
        deaths=deaths,
        repeated=deaths * most / case.nodes * case.latency_s,
        objects=case.images * (1 + case.thumbnails),
        archive_bytes=stored,
        journal_bytes=case.images * case.journal_bytes,
        catalog_bytes=case.images * case.catalog_bytes,
        usd_once=case.images * (1 + case.thumbnails) * case.put_usd
        + wall_s / 3600 * case.nodes * case.node_usd_h,
        usd_month=stored / 1e9 * case.gb_month_usd,
    )


def _time_of(steps: Sequence[tuple[float, float]], pictures: float) -> float:
    for (t0, had0), (t1, had1) in itertools.pairwise(steps):
        if had1 >= pictures:
            return t0 + (t1 - t0) * (pictures - had0) / max(had1 - had0, 1e-9)
    return steps[-1][0]


CASES = {
    "10⁶ pictures, 10⁴ hosts": Case(images=1e6, hosts=1e4, nodes=1),
    "10⁸, 10⁶ hosts": Case(),
    "10⁸, one host has 80 %": Case(big_share=0.8),
    "10⁸, limits × 100 by agreement": Case(rate=1000),
    "10⁹, 10⁶ hosts": Case(images=1e9),
    "10⁹, 10⁶ hosts, 40 nodes": Case(images=1e9, nodes=40),
    "10⁹, limits × 100 by agreement": Case(images=1e9, rate=1000, nodes=40),
}


HEADS = "case, nodes, days to 50 / 90 / 99 / 100 %, bound by, img/s, objects, archive, facts, USD"


def table() -> str:
    """The answers of `CASES`, in Markdown."""
    rows = [HEADS.split(", "), ["---"] * 9]
    for name, case in CASES.items():
        a = simulate(case)
        days = " / ".join(f"{s / DAY_S:.3g}" for s in a.done_s)
        facts = f"{a.journal_bytes / 1e9:,.3g} + {a.catalog_bytes / 1e9:,.3g} GB"
        rows.append([name, f"{case.nodes:.0f}", days, a.bound, f"{a.most_a_second:,.0f}"])
        rows[-1] += [f"{a.objects:.0e}", f"{a.archive_bytes / 1e12:.3g} TB", facts]
        rows[-1].append(f"{a.usd_once:,.0f} + {a.usd_month:,.0f}")
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="Simulate a big archive with engine = ray.")
    parser.add_argument("--table", action="store_true", help="the table of docs/scale.md")
    for each in fields(Case):
        kind: Any = int if each.name == "seed" else float
        parser.add_argument(f"--{each.name.replace('_', '-')}", type=kind, default=each.default)
    values = vars(parser.parse_args())
    wants_table = values.pop("table")
    answer = simulate(replace(Case(), **values))
    lines = (f"{name:16} {value}" for name, value in vars(answer).items())
    print(table() if wants_table else "\n".join(lines))


if __name__ == "__main__":
    main()
