"""Where the program starts: what can be said without its libraries is said without them."""

from __future__ import annotations

import sys
from typing import NoReturn

from archiver import __version__


def main() -> NoReturn:
    """Run the program and exit."""
    if sys.argv[1:] == ["--version"]:  # scripts ask for it; click alone costs four times as much
        print(f"archiver {__version__}")
        sys.exit(0)
    from archiver.cli.main import main as run_program

    run_program()
