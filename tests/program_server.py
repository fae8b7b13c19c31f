"""A process that has the whole program imported and forks for each run of it; see `program`.

Reads from standard input, a socket, what to run, and gets with it a socket for the answer and the
run's standard streams. The answer is the process id, then the exit code. A keeper waits for each
run, so that several may be under way.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import socket
import sys
import threading
import traceback
from typing import Any

from forked_workers import fork_workers

import archiver

_ORDER_BYTES = 2**20


def main() -> None:
    """Serve until the other side is gone; in a run: be the program."""
    orders = socket.socket(fileno=os.dup(0))
    for module in pkgutil.walk_packages(archiver.__path__, "archiver."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    _make_tables()
    gc.freeze()
    while True:
        message, fds, _, _ = socket.recv_fds(orders, _ORDER_BYTES, 4)
        if not message:
            return None
        if os.fork() == 0:
            orders.close()
            return _keep(json.loads(message), fds)
        for fd in fds:
            os.close(fd)
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _make_tables() -> None:
    """Those of the package's own rules, which a run makes when it meets its first picture."""
    from archiver.pipeline.dynamic import find_dynamic
    from archiver.planning import PlanningSettings, plan_candidates

    plan_candidates("https://host.example/a.png", settings=PlanningSettings())
    find_dynamic("host.example", "/a.png")


def _keep(order: dict[str, Any], fds: list[int]) -> None:
    """Start the run, and say how it ended."""
    answers, streams = socket.socket(fileno=fds[0]), fds[1:]
    child = os.fork()
    if child == 0:
        answers.close()
        return _run(order, streams)
    for fd in (0, 1, 2, *streams):
        os.close(fd)
    answers.sendall(b"%d\n" % child)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    answers.sendall(b"%d\n" % code)
    os._exit(0)


def _run(order: dict[str, Any], streams: list[int]) -> None:
    """What ``python -m archiver`` is, here: folder, environment, streams, arguments, the end."""
    for number, fd in enumerate(streams):
        os.dup2(fd, number)
        os.close(fd)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    sys.path[0] = os.getcwd()
    sys.argv[1:] = order["arguments"]
    fork_workers()
    code: object = 1
    try:
        runpy.run_module("archiver", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
    _leave(code if isinstance(code, int) else int(code is not None))


def _leave(code: int) -> None:
    """End as `multiprocessing` ends what it forked: taking apart an interpreter that has
    everything imported would be most of a short run."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
