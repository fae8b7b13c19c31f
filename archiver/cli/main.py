"""The program: its commands, and what an error becomes (a line on stderr and an exit code)."""

from __future__ import annotations

import difflib
import errno
import importlib
import io
import logging
import os
import sys
from contextlib import suppress
from typing import NoReturn, cast

import click

from archiver import __version__
from archiver.cli.log import is_json_wanted
from archiver.cli.signals import stop_cleanly, stop_code
from archiver.cli.tell import tell_lines
from archiver.errors import ArchiverError, DiskFullError, LockHeldError, UsageError

# Name → what the command is for. The module of that name in archiver.cli holds it as `command`; it
# is imported only when it is asked for, since most load libraries that the others never need.
COMMANDS = {
    "init": "Write a configuration for the site in a folder.",
    "archive": "Archive the images of documents, now.",
    "run": "Archive what is new or changed in the configured sources.",
    "check": "Find remote images and broken local ones, for CI.",
    "scan": "List every image that documents name.",
    "clean-url": "Show what would be asked for instead of a URL.",
    "why": "Tell what was tried for a picture, and what answered.",
    "status": "Say what is held, what kept a watermark, what was lost.",
    "gallery": "Write a page that shows every picture.",
    "restore": "Give documents their original bytes back.",
    "relink": "Point links at where the archive lies now.",
    "verify": "Compare the archive with its journal, and mend it.",
    "gc": "Take out what no document shows any more.",
    "demo": "Show the whole job on a built-in post.",
    "doctor": "Look at this machine: codecs, folders, addresses, proxies.",
}

EXIT_CODES = """\b
Exit codes:
  0  all done
  1  the run failed
  2  usage or configuration
  3  done, but images were lost, or documents are in conflict or unreadable
  5  another run holds the lock
  6  disk reserve or quota
  130, 143  stopped by SIGINT or SIGTERM; the next run goes on
"""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"archiver.cli.{cmd_name.replace('-', '_')}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As click does, but no module of a command is imported for it."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """``archiver FILE`` means ``archiver archive FILE``."""
        word = args[0]
        if word not in COMMANDS and _names_a_source(word):
            args = ["archive", *args]
        elif word not in COMMANDS and not word.startswith("-"):
            ctx.fail(_unknown(word))
        return super().resolve_command(ctx, args)


def _names_a_source(word: str) -> bool:
    return word == "-" or os.path.lexists(word) or "://" in word or any(c in word for c in "/*?[")


def _unknown(word: str) -> str:
    """What to do instead of a first *word* that is neither a command nor there."""
    if os.path.splitext(word)[1]:
        return f"No command {word!r}, and no such file. To archive one: archiver archive FILE"
    near = difflib.get_close_matches(word, COMMANDS, n=1)
    return f"No such command {word!r}." + (f" Did you mean {near[0]!r}?" if near else "")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="archiver", message="%(prog)s %(version)s")
def program() -> None:
    """Fetch every image a document names, unwatermarked where it can be had, and point the
    document at the local copies. Nothing else in it changes.

    \b
    Try it:
      archiver demo                        the whole job, no Internet needed
      archiver post.md                     a copy in archived/, its images local
      archiver archive posts --in-place    rewrite a folder of posts where it is
    """


def main() -> NoReturn:
    """Run the program and exit."""
    if sys.platform == "win32":
        sys.exit("archiver: Windows is not supported yet: locks and renames are not tested there")
    _fill_closed_streams()
    stop_cleanly()
    _spare_httpx_its_program()
    try:
        code = program.main(standalone_mode=False)
    except click.exceptions.Abort:
        say("stopped; the next run goes on from here", logging.WARNING)
        _leave(stop_code())
    except click.ClickException as error:
        error.show(said := io.StringIO())
        tell_lines(said.getvalue().removesuffix("\n"), err=True)
        sys.exit(error.exit_code)
    except ArchiverError as error:
        _fail(str(error), exit_code_of(error))
    except BrokenPipeError:
        _drop_output()
        sys.exit(1)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        _drop_output()
        _fail(f"standard output: {error.strerror}", exit_code_of(DiskFullError("", "")))
    sys.exit(code if isinstance(code, int) else 0)


def _fill_closed_streams() -> None:
    """Put an end to what a shell closed (``>&-``): our next file would come in its place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = os.fdopen(os.open(os.devnull, os.O_RDWR), mode, errors="replace")
            setattr(sys, name, stream)


def _drop_output() -> None:
    """Nobody can have what is still to be written; Python would try once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _spare_httpx_its_program() -> None:
    """Have httpx find no command line of its own, as where rich is not installed.

    Nobody asks this process for it, and it costs a twentieth of a run's start. There is no option
    for this; were the module named otherwise, it would be imported as ever.
    """
    cast(dict[str, object], sys.modules)["httpx._main"] = None


def say(text: str, level: int) -> None:
    """Tell the user on stderr; a program that reads our log as JSON finds it there."""
    logger = logging.getLogger("archiver")
    if is_json_wanted():
        logger.log(level, "%s", text)
    else:
        tell_lines(f"archiver: {text}", err=True)


def _fail(text: str, code: int) -> NoReturn:
    """Say *text* and exit, also where that fails: a log may lie on the disk that is full."""
    try:
        say(text, logging.ERROR)
    except OSError:
        _leave(code)
    sys.exit(code)


def _leave(code: int) -> NoReturn:
    """Exit at once: everything is closed, only a lookup of the system may hang in its thread."""
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def exit_code_of(error: ArchiverError) -> int:
    """The exit code that *error* stands for."""
    codes = {UsageError: 2, LockHeldError: 5, DiskFullError: 6}
    return next((code for kind, code in codes.items() if isinstance(error, kind)), 1)
