"""Functions carried out by any machine of a cluster, and answers of Ray in our words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from archiver.errors import ArchiverError, RunError

# Tries after the first, where the process that carries it out dies; a document that kills whoever
# reads it must not do so for ever.
RETRIES = 4


class RayTasks:
    """`Tasks` of the cluster that this process has joined."""

    def __init__(self) -> None:
        self._made: dict[Callable[..., bytes], Any] = {}

    async def run(self, function: Callable[..., bytes], *arguments: Any) -> bytes | None:
        """As `Tasks.run`."""
        import ray

        if function not in self._made:
            options = {"num_cpus": 1, "max_retries": RETRIES, "scheduling_strategy": "SPREAD"}
            self._made[function] = ray.remote(function).options(**options)
        try:
            found: bytes = await answer_of(lambda: self._made[function].remote(*arguments))
        except RunError as error:
            died = (ray.exceptions.WorkerCrashedError, ray.exceptions.OutOfMemoryError)
            if isinstance(error.__cause__, died):
                return None
            raise
        return found


def count_cores() -> int:
    """Of all nodes of the cluster that this process has joined, as far as tasks may have them."""
    import ray

    return int(ray.cluster_resources().get("CPU", 0))


async def answer_of(call: Callable[[], Awaitable[Any]]) -> Any:
    """What *call*, which hands something over to Ray, gives in the end.

    Raises:
        ArchiverError: what it raised there.
        RunError: something else was raised there, the process died as often as it was tried, or the
            cluster is gone; from Ray's own error.
    """
    import ray

    try:
        return await call()
    except ray.exceptions.RayTaskError as error:
        cause = error.cause
        if isinstance(cause, ArchiverError):
            raise cause from None
        raise RunError(f"a worker failed: {cause!r}") from error
    except (ray.exceptions.RayError, ValueError) as error:  # ValueError: no such actor
        raise RunError(f"the cluster does not answer any more: {error}") from error
