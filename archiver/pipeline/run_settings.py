"""``[run]`` of the configuration: the scheduled job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from archiver.errors import ConfigError
from archiver.settings import Duration, read_duration_s

Count = Annotated[int, Meta(ge=1, description="a whole number above 0")]
Bytes = Annotated[int, Meta(ge=1, description="a number of bytes above 0")]
SecretUrl = Annotated[
    str, Meta(pattern=r"^\Z|^https?://[^/?#\s]+[^?#\s]*\Z", description="an http or https URL")
]

ReportName = Annotated[
    str,
    Meta(pattern=r"^\Z|\.(?i:json|md)\Z", description="a file's name that ends in .json or .md"),
]


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How `archiver run` works; what it leaves at the end of a budget is due in the next run.

    Attributes:
        every: the time from one run's start to the next one's; "": one run, and that is all.
        budget_time: how long a run may look for pictures.
        budget_bytes: of pictures that a run stores.
        budget_images: that a run asks for.
        refresh: pictures that were last asked for so long ago are asked for again; "": never.
        take_changes: whether documents then show what their pictures became upstream; else the new
            ones are kept beside the old.
        min_age: a document that was saved less than so long ago is left for the next run.
        metrics_file: of Prometheus' text format, for node_exporter's textfile collector; relative
            to the configuration's folder; "" for none.
        ping_url: told of each run's start and end, as healthchecks.io wants it; "" for none. Who
            knows it can answer for the job, so it is a secret.
        report: a file that each run writes its report to, ``.json`` or ``.md``; relative to the
            configuration's folder; "" for none.
    """

    every: Duration = ""
    budget_time: Duration = "6h"
    budget_bytes: Bytes = 50 * 2**30
    budget_images: Count = 200_000
    refresh: Duration = ""
    take_changes: bool = False
    min_age: Duration = "0s"
    metrics_file: str = ""
    ping_url: SecretUrl = ""
    report: ReportName = ""

    def __post_init__(self) -> None:
        """Raises ConfigError for a time that must not be 0."""
        for name in ("every", "refresh", "budget_time"):
            text = getattr(self, name)
            if not read_duration_s(text) and (text or name == "budget_time"):
                raise ConfigError(f"run.{name} = {text!r}", 'expected a time above 0, like "1h"')
