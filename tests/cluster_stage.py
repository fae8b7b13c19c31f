"""Runs over many documents whose archive and journal lie in a bucket, each on a machine of its own.

stage = Stage(server, origin)
folder = stage.write_documents(base / "one", "local")
stage.start(folder, {}).wait()
stage.outcome(folder)               # what is in the bucket, and what the documents became
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from paced_origin import PacedOrigin
from s3_servers import S3Server

from archiver.engines.cluster.reading import SENT_BYTES
from archiver.journal import Done, Fact, read_facts
from archiver.journal.segments import pull
from archiver.model import DocumentRecord, ImageRecord
from archiver.storage.bucket import open_bucket
from archiver.storage.settings import ObjectSettings

HOSTS, IN_FLIGHT, PACE_S = 20, 2, 0.2
ACTORS, IN_FLIGHT_OF_ACTOR = 4, 32
LEASE_S = 15  # of the lock: a run that follows one that was killed waits so long
LONG_EACH = 50
CONFIG = """archive = "{url}/archive"
state = "{url}/state"
link_prefix = "https://pictures.example.com/"
engine = "{engine}"
[objects]
lease_s = {lease_s}
[network]
in_flight = {in_flight}
in_flight_per_host = {per_host}
pace_s = {pace_s}
connect_to = ["::127.0.0.1:{port}"]
[ray]
address = "{address}"
actors = {actors}
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run left.

    Attributes:
        objects: path → bytes of what lies in the archive.
        documents: name → bytes.
        images: URL → its record, without times.
        stories: path of a document → its intent, without time, and whether it was done.
    """

    objects: dict[str, bytes]
    documents: dict[str, bytes]
    images: dict[str, ImageRecord]
    stories: dict[bytes, tuple[DocumentRecord, bool]]


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the runs take place; each folder is a machine."""

    server: S3Server
    origin: PacedOrigin
    documents: int

    def write_documents(self, folder: Path, engine: str, address: str = "local") -> str:
        """Two pictures a document, each picture in two documents; the URL of a new bucket.

        Some documents are long enough to be read by tasks.
        """
        folder.mkdir()
        urls = [f"http://img{n % HOSTS}.example.com/{n}.png" for n in range(self.documents)]
        for n, url in enumerate(urls):
            text = f"![]({url})\n![]({urls[(n * 7 + 1) % len(urls)]})\n"
            more = "" if n % LONG_EACH else "\nwords" * (SENT_BYTES // len("\nwords"))
            (folder / f"{n:05}.md").write_text(text + more)
        bucket = self.server.new_url()
        self.configure(folder, engine, bucket, address)
        return bucket

    def configure(self, folder: Path, engine: str, bucket: str, address: str = "local") -> None:
        """Write the configuration of a folder."""
        pace_s = PACE_S if engine == "ray" else 0.0
        text = CONFIG.format(
            url=bucket, engine=engine, lease_s=LEASE_S, in_flight=IN_FLIGHT_OF_ACTOR,
            per_host=IN_FLIGHT, pace_s=pace_s, port=self.origin.port, address=address,
            actors=ACTORS,
        )  # fmt: skip
        (folder / "archiver.toml").write_text(text)

    def move(self, folder: Path, name: str) -> Path:
        """Another machine, with the documents as they are now and nothing else."""
        other = folder.parent / name
        shutil.copytree(folder, other, ignore=shutil.ignore_patterns(".archiver"))
        return other

    def start(self, folder: Path, environment: Mapping[str, str]) -> subprocess.Popen[str]:
        """The program in *folder*; what it has to say is in ``stderr`` beside that."""
        return subprocess.Popen(
            [sys.executable, "-m", "archiver", "archive", ".", "--in-place", "--json", "--wait"],
            cwd=folder,
            env=os.environ | self.server.environment | environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=stderr_of(folder).open("w"),
        )

    def facts(self, bucket: str, folder: Path) -> list[Fact]:
        """All that the journals in *bucket* say; copied into the new *folder*."""
        settings = ObjectSettings(endpoint=self.server.endpoint)
        pull(open_bucket(f"{bucket}/state", settings), str(folder))
        return [fact for _, fact in read_facts(str(folder))]

    def stored(self, bucket: str, folder: Path) -> set[str]:
        """The URLs whose pictures the journals have."""
        facts = self.facts(bucket, folder)
        return {fact.url for fact in facts if isinstance(fact, ImageRecord) and fact.digest}

    def outcome(self, bucket: str, folder: Path) -> Outcome:
        """What the runs over *folder* left."""
        facts = self.facts(bucket, folder / ".archiver" / "everything")
        done = {fact.path for fact in facts if isinstance(fact, Done)}
        return Outcome(
            self._objects(f"{bucket}/archive"),
            {path.name: path.read_bytes() for path in folder.glob("*.md")},
            {f.url: replace(f, when="", attempts=0) for f in facts if isinstance(f, ImageRecord)},
            {
                f.path: (replace(f, when=""), f.path in done)
                for f in facts
                if isinstance(f, DocumentRecord)
            },
        )

    def _objects(self, url: str) -> dict[str, bytes]:
        bucket = open_bucket(url, ObjectSettings(endpoint=self.server.endpoint))
        paths = self.server.paths(url)
        with ThreadPoolExecutor(16) as pool:
            found = pool.map(lambda path: bucket.get(path).data, paths)
            return dict(zip(paths, found, strict=True))


def stderr_of(folder: Path) -> Path:
    """What the program said that was started last in *folder*."""
    return folder.with_suffix(".stderr")
