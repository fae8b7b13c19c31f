"""A worker that does what the file it is to examine says: for tests of what surrounds it.

Run as the real one is (``python -m unruly_worker``), under the same limits and protocol.
"""

import os
import signal
import sys
import time
from pathlib import Path

from archiver.imaging.examine import examine_file
from archiver.imaging.worker import serve


def misbehave(path, contract, tolerant):
    order, _, argument = Path(path).read_bytes().partition(b" ")
    ORDERS.get(order, lambda _: None)(argument.decode("latin-1"))
    return examine_file(path, contract.settings, contract.thumbnails, tolerant)


def die_once(marker):
    if not os.path.exists(marker):
        os.mkdir(marker)
        die("SIGKILL")


def die(name):
    os.kill(os.getpid(), getattr(signal, name))


def burn(_):
    while True:
        pass


def babble(_):
    for descriptor in range(3, 16):
        try:
            os.write(descriptor, b"\0\0\0\5hello")
        except OSError:
            continue


def eat_memory(_):
    eaten = []
    while True:
        eaten.append(bytearray(10_000_000))


def write_file(path):
    Path(path).write_bytes(b"x" * 100)


def raise_bug(_):
    raise ZeroDivisionError("a bug")


ORDERS = {
    b"die": die,
    b"die-once": die_once,
    b"exit": lambda _: os._exit(3),
    b"hang": lambda _: time.sleep(3600),
    b"burn": burn,
    b"babble": babble,
    b"memory": eat_memory,
    b"write": write_file,
    b"bug": raise_bug,
}

if __name__ == "__main__":
    sys.exit(serve(misbehave))
