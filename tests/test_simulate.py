"""The simulator of big archives, beside arithmetic and beside a run played step by step."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import examples

TOP = Path(__file__).parents[1]
sys.path.append(str(TOP / "scripts"))

import simulate  # noqa: E402
from simulate import Case, flow  # noqa: E402

PLAIN = Case(
    images=1000, rate=10, deaths=0, nodes=1, workers=1, in_flight=1e9,
    reader_ms=1e-6, worker_ms=1e-6, decode_ms=1e-6,
)  # fmt: skip
ARITHMETIC = {
    "one host": (PLAIN, [(1000, 1)], 100.0, "politeness"),
    "ten hosts alike": (PLAIN, [(100, 10)], 10.0, "politeness"),
    "the largest host counts": (PLAIN, [(1, 500), (500, 1)], 50.0, "politeness"),
    "no faster than it is read": (replace(PLAIN, reader_ms=1000), [(1, 1000)], 1000.0, "reader"),
    "decoding on one core": (
        replace(PLAIN, cores=2, decode_ms=500), [(1, 1000)], 500.0, "cores",
    ),
    "two workers are twice as fast": (
        replace(PLAIN, worker_ms=100, nodes=2), [(1, 1000)], 50.0, "workers",
    ),
    "slow answers": (
        replace(PLAIN, in_flight=1, latency_s=1), [(1, 1000)], 1000.0, "in flight",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("case", "hosts", "seconds", "bound"), ARITHMETIC.values(), ids=ARITHMETIC.keys()
)
def test_arithmetic(
    case: Case, hosts: list[tuple[float, float]], seconds: float, bound: str
) -> None:
    answer = simulate.simulate(case, hosts)
    assert answer.done_s[-1] == pytest.approx(seconds, rel=0.001)
    assert answer.bound == bound


@settings(deadline=None, max_examples=examples(50))
@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=12),
    st.floats(0.5, 20),
    st.floats(1, 100),
)
def test_the_flow_is_that_of_small_steps(pictures: list[int], rate: float, capacity: float) -> None:
    hosts = [(float(n), 1.0) for n in sorted(pictures)]
    steps, most = flow(hosts, rate, capacity)
    step_s = steps[-1][0] / 1000
    left, now = [float(n) for n in pictures], 0.0
    while any(left):
        active = sum(n > 0 for n in left)
        left = [max(n - min(rate, capacity / active) * step_s, 0.0) for n in left]
        now += step_s
    assert now == pytest.approx(steps[-1][0], rel=0.03)
    assert steps[-1][1] == pytest.approx(sum(pictures))
    assert most <= min(capacity, rate * len(pictures)) * (1 + 1e-9)


def test_all_pictures_are_somewhere() -> None:
    for case in simulate.CASES.values():
        hosts = simulate.draw_hosts(case, simulate.random.Random(case.seed))
        assert sum(n * count for n, count in hosts) == pytest.approx(case.images, rel=0.01)
        assert sum(count for _, count in hosts) == pytest.approx(
            case.hosts + (case.big_share > 0), rel=0.001
        )


def test_a_host_of_zipf_has_its_share() -> None:
    """1 / (ln 10⁶ + 0.5772…): the largest of a million hosts."""
    answer = simulate.simulate(Case(images=1e9, hosts=1e6))
    assert answer.top_share == pytest.approx(1 / (math.log(1e6) + 0.57722), rel=0.01)


def test_the_same_seed_gives_the_same_answer() -> None:
    case = Case(images=1e6, hosts=1e4, deaths=10, nodes=20)
    assert simulate.simulate(case) == simulate.simulate(case)
    assert simulate.simulate(case) != simulate.simulate(replace(case, seed=2))


def test_the_documentation_shows_its_table() -> None:
    assert simulate.table() in (TOP / "docs" / "scale.md").read_text()
