"""Real stops: a child process ends before or after a file-system call, or in a torn write.

The plain suite takes a sample of the calls, a full run all (`samples`).
"""

import os
import shutil

from samples import EVERY_CALL

from archiver.files import calls


class Stop:
    """A hook that ends the process ``before`` or ``after`` call number *at*; ``torn``: in the
    middle of that write."""

    def __init__(self, at, how):
        self.at, self.how, self.count = at, how, 0

    def __call__(self, name, call, arguments):
        if self.how == "torn" and name != "write":
            return call(*arguments)
        self.count += 1
        if self.count != self.at:
            return call(*arguments)
        try:
            if self.how == "torn":
                call(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
            if self.how == "after":
                call(*arguments)
        finally:
            os._exit(9)


def run_in_child(hook, work):
    """Run *work* in a child under *hook*; its exit code: 0 done, 9 stopped."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            calls.hook = hook
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def stops(how, prepare, work, base):
    """Lay out *base* anew and stop *work*, at one call after the other; yields their numbers."""
    at = 1 - EVERY_CALL
    while True:
        at += 1 if how == "torn" else EVERY_CALL
        if at < 1:
            continue
        shutil.rmtree(base, ignore_errors=True)
        base.mkdir()
        prepare(base)
        code = run_in_child(Stop(at, how), lambda: work(base))
        if code == 0:
            return
        assert code == 9, f"call {at}: exit {code}"
        yield at
