"""What starting the program costs, beside starting Python with nothing to do."""

from __future__ import annotations

import sys
from pathlib import Path

from bench_measure import Command, compare
from bench_pictures import environment

AIM = 5.0  # times `python -c pass`
REPEATED = 10  # runs a round: one of them is a few hundredths of a second
# What the script does that pip writes for `[project.scripts]`.
PROGRAM = "import sys; from archiver.cli.start import main; sys.exit(main())"
STARTS = {
    "python -c pass": ["-c", "pass"],
    "import archiver": ["-c", "import archiver"],
    "archiver --version": ["-c", PROGRAM, "--version"],
    "archiver --help": ["-c", PROGRAM, "--help"],
}


def run(folder: Path, rounds: int) -> list[str]:
    """The costs of `STARTS`, taken in turns, as multiples of the first."""
    # without the network guard, which would make both longer; nothing here asks for a connection
    around = {key: text for key, text in environment(folder).items() if key != "PYTHONPATH"}
    commands = [
        Command(name, [sys.executable, *arguments], around, folder)
        for name, arguments in STARTS.items()
    ]
    costs = compare(commands, rounds * REPEATED)
    base = costs["python -c pass"]
    rows = [
        f"| {name} | {cost.cpu_s * 1000:.1f} | {cost.wall_s * 1000:.1f} "
        f"| {cost.cpu_s / base.cpu_s:.2f}, {cost.wall_s / base.wall_s:.2f} |"
        for name, cost in costs.items()
    ]
    return [
        "",
        "| | CPU ms | wall ms | CPU and wall as multiples of the first |",
        "| --- | --- | --- | --- |",
        *rows,
        "",
        f"Aim of `archiver --version`: at most {AIM:.0f} times.",
    ]
