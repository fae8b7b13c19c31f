"""The folder that documented examples are tried in, and the hosts they name."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import zlib
from itertools import groupby
from pathlib import Path

from loopback import Exchange
from origin import Origin
from pictures import plain
from program import Result, run_archiver

MARKED = "https://img.example/a.png?x-oss-process=image/watermark,text_MQ"
CONFIG = '[[sources]]\npath = "posts"\nin_place = true\n'
POST = f"---\ntitle: A post\n---\n![a](https://img.example.com/{{name}}.png) ![b]({MARKED})\n"
FILES = ("post.md", "posts/new.md", "posts/2022/old.md", "posts/moved/far.md")


class AnyOrigin(Origin):
    """Has every picture and page that is asked for, whatever the host."""

    async def handle(self, exchange: Exchange) -> None:
        path = exchange.url.partition("?")[0]
        if re.search(r"\.(png|jpg)$", path):
            colour = zlib.crc32(path.encode()).to_bytes(4, "big")
            await exchange.answer(plain((colour[0], colour[1], colour[2])), 200, (), "image/png")
        elif path.endswith("/robots.txt"):
            await exchange.answer(b"", 404, (), "text/plain")
        else:
            page = f'<!DOCTYPE html><title>A page</title><img src="/{len(path)}.png">'
            await exchange.answer(page.encode(), 200, (), "text/html")

    @property
    def environment(self) -> dict[str, str]:
        """Has the program ask here instead of all hosts."""
        return {
            "ARCHIVER_NETWORK__CONNECT_TO": json.dumps(self.connect_to),
            "ARCHIVER_NETWORK__CA_FILE": self.ca_file,
        }


def lay_out(folder: Path, origin: AnyOrigin) -> None:
    """A site in version control whose posts are archived, in place and as copies."""
    for name in FILES:
        path = folder / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(POST.format(name=path.stem))
    (folder / "site" / "archiver.toml").write_text(CONFIG)
    (folder / "other-site" / "content").mkdir(parents=True)
    for command in (
        "archiver archive post.md -o archived",
        "archiver archive post.md posts --in-place",
    ):
        run(command, folder / "site", origin)
    link = (folder / "site" / "post.md").read_text().partition("(")[2].partition(")")[0]
    (folder / "site" / "pasted.md").write_text(f"![]({link})\n")
    _commit(folder / "site")


def _commit(folder: Path) -> None:
    me = ("-c", "user.name=me", "-c", "user.email=me@example.com")
    for words in (
        ("init", "-q"),
        ("add", "posts", "post.md"),
        (*me, "commit", "-qm", "posts"),
        ("update-ref", "refs/remotes/origin/main", "HEAD"),
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)


def run(line: str, folder: Path, origin: AnyOrigin) -> list[Result]:
    """Run a line as a shell does: ``a && b``, ``< FILE``, ``> FILE``, ``~``, a comment."""
    words = shlex.split(line, comments=True)
    commands = [list(g) for is_end, g in groupby(words, "&&".__eq__) if not is_end]
    return [_run(command, folder, origin) for command in commands]


def _run(words: list[str], folder: Path, origin: AnyOrigin) -> Result:
    program, *words = words
    assert program in ("archiver", ".venv/bin/archiver"), f"{program}: not ours to run"
    source, target = (_take(words, sign) for sign in "<>")
    text = (folder / source).read_text() if source else ""
    words = [re.sub("^~", str(folder.parent), word) for word in words]
    result = run_archiver(*words, cwd=folder, environment=origin.environment, text=text)
    assert result.code == 0, f"{program} {words}: {result}"
    if target:
        (folder / target).write_text(result.stdout)
    return result


def _take(words: list[str], sign: str) -> str:
    """The name behind *sign*; both are taken out of *words*."""
    if sign not in words:
        return ""
    at = words.index(sign)
    name = words[at + 1]
    del words[at : at + 2]
    return name
