"""The program inside this process: as `program.run_archiver`, without the start of a new one."""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.testing import CliRunner
from program import Result

from archiver.cli.main import exit_code_of
from archiver.cli.main import program as archiver
from archiver.errors import ArchiverError


def run_inside(*arguments: str, cwd: Path) -> Result:
    """Run a command in *cwd*."""
    before = os.getcwd()
    os.chdir(cwd)
    try:
        found = CliRunner().invoke(archiver, arguments, standalone_mode=False)
    finally:
        os.chdir(before)
    error = found.exception
    if isinstance(error, ArchiverError):
        return Result.of(exit_code_of(error), found.stdout_bytes, str(error).encode())
    if isinstance(error, click.ClickException):
        message = error.format_message().encode()
        return Result.of(error.exit_code, found.stdout_bytes, message)
    if error is not None:
        raise error
    code = found.return_value
    code = code if isinstance(code, int) else 0
    return Result.of(code, found.stdout_bytes, found.stderr_bytes or b"")
