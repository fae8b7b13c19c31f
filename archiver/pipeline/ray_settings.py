"""What the engine `ray` can be told; not beside it, for the configuration is below the engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

Address = Annotated[
    str,
    Meta(
        pattern=r"^(local|auto|[A-Za-z0-9.-]+:[0-9]{1,5}|\[[0-9a-fA-F:]+\]:[0-9]{1,5})$",
        description='"local", "auto" or the HOST:PORT of a cluster\'s head',
    ),
]


@dataclass(frozen=True, slots=True)
class RaySettings:
    """The cluster that `engine = "ray"` works on.

    Attributes:
        address: ``local`` starts a cluster of this machine alone and ends it with the run;
            ``auto`` is the cluster that this machine is a node of.
        token_file: holds the cluster's token, on every node; "": RAY_AUTH_TOKEN_PATH names it.
        actors: processes that fetch, each looks after its share of the hosts; 0: one a node.
        window: documents under way.
    """

    address: Address = "local"
    token_file: str = ""
    actors: Annotated[int, Meta(ge=0, le=10_000, description="a whole number up to 10000")] = 0
    window: Annotated[int, Meta(ge=1, description="a whole number above 0")] = 1000
