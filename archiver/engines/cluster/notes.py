"""What a worker knows: its records of this run, and what was learnt of its hosts."""

from __future__ import annotations

import os
from collections.abc import Iterable

from archiver.catalog import Catalog, HostFact
from archiver.journal import Fact
from archiver.model import ImageRecord


class Notes(Catalog):
    """A catalog of one worker, in memory: some 300 bytes an image of its share.

    The one on the disk belongs to the process that reads the documents.
    """

    def __init__(self, spool: str) -> None:
        nowhere = os.path.join(spool, "none")
        super().__init__(nowhere, nowhere, read_only=True)
        self._told: set[str] = set()
        self._learnt: list[HostFact] = []

    def take_in(self, earlier: Iterable[Fact]) -> None:
        """Know what workers before this one noted of the shard."""
        for fact in earlier:
            if isinstance(fact, ImageRecord):
                self.add_image(fact)

    def tell(self, facts: Iterable[HostFact]) -> None:
        """What earlier runs learnt of a host; what this one did counts more."""
        for host in {fact.host for fact in facts} - self._told:
            self._told.add(host)
            known = {(fact.subject, fact.fact) for fact in self.host_facts(host)}
            for fact in facts:
                if fact.host == host and (fact.subject, fact.fact) not in known:
                    super().learn(fact)

    def learn(self, fact: HostFact) -> None:
        """Remember *fact*, here and for `take_learnt`."""
        super().learn(fact)
        self._learnt.append(fact)

    def take_learnt(self) -> tuple[HostFact, ...]:
        """What was learnt since this was last called."""
        learnt, self._learnt = self._learnt, []
        return tuple(learnt)
