"""A run in Prometheus' text format, for the textfile collector of node_exporter.

No label holds a URL, a path or a host: only outcomes, whose number is small and known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from archiver import __version__, files
from archiver.catalog import Totals
from archiver.model import DocumentOutcome, Outcome, Summary

LAST_SUCCESS = "archiver_last_success_timestamp_seconds"
_TOTALS = {
    "held": "archiver_images_held",
    "lost": "archiver_images_lost",
    "waiting": "archiver_images_waiting",
    "bytes": "archiver_store_bytes",
}
_HELP = {
    "archiver_last_run_timestamp_seconds": "When the last run ended, whatever became of it.",
    LAST_SUCCESS: "When a run last did its work to the end: exit code 0 or 3.",
    "archiver_run_duration_seconds": "How long the last run took.",
    "archiver_run_exit_code": "0 all done, 3 images newly lost, others as in docs/running.md.",
    "archiver_run_references": "Places that name an image, in the documents it opened.",
    "archiver_run_stored_bytes": "Bytes of the pictures it stored.",
    "archiver_run_requests": "Requests it sent.",
    "archiver_run_watermarked": "Pictures it had with their watermark only.",
    "archiver_run_documents_left": "Documents it did not reach because a budget was used up.",
    "archiver_images_held": "URLs whose picture is in the archive.",
    "archiver_images_lost": "URLs whose picture was not had.",
    "archiver_images_waiting": "Those of the lost that will be asked for again.",
    "archiver_store_bytes": "Bytes of all pictures in the archive, without thumbnails.",
    "archiver_disk_free_bytes": "Bytes that are free where the archive lies.",
}


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run that is over.

    Attributes:
        ended: seconds since 1970.
        summary, totals: as far as they are known: None for a run that never began.
        free_bytes: of the file system of the archive.
    """

    exit_code: int
    ended: float
    seconds: float
    free_bytes: int
    summary: Summary | None = None
    totals: Totals | None = None

    @property
    def is_success(self) -> bool:
        """Whether the job did its work; that pictures are lost is no failure of it."""
        return self.exit_code in (0, 3)


def write_metrics(facts: RunFacts, path: str) -> None:
    """Write the file whole, readable for all; what only an earlier run knows stays in it.

    Raises:
        DocumentError, RunError: it cannot be written.
    """
    text = format_metrics(facts, read_metrics(path))
    files.write_new(path, text, mode=0o644, replace=True)


def read_metrics(path: str) -> Mapping[str, float]:
    """Name → value of the metrics without labels; none where there is no file, or another's."""
    try:
        families = list(text_string_to_metric_families(Path(path).read_text("utf-8")))
    except (OSError, ValueError):
        return {}
    samples = (sample for family in families for sample in family.samples)
    return {sample.name: sample.value for sample in samples if not sample.labels}


def knows_totals(path: str) -> bool:
    """Whether the file holds what the archive held after an earlier run."""
    return set(_TOTALS.values()) <= read_metrics(path).keys()


def format_metrics(facts: RunFacts, earlier: Mapping[str, float]) -> bytes:
    """The file's text.

    Args:
        earlier: what `read_metrics` gave of the last run.
    """
    registry = CollectorRegistry()
    summary = facts.summary or Summary()
    values = {name: earlier[name] for name in (LAST_SUCCESS, *_TOTALS.values()) if name in earlier}
    values |= _values(facts, summary)
    for name, value in values.items():
        Gauge(name, _HELP[name], registry=registry).set(value)
    _by_outcome(registry, "documents", DocumentOutcome, summary.documents)
    _by_outcome(registry, "images", Outcome, summary.images)
    info = Gauge("archiver_build_info", "The program.", ["version"], registry=registry)
    info.labels(__version__).set(1)
    return generate_latest(registry)


def _values(facts: RunFacts, summary: Summary) -> Mapping[str, float]:
    values: dict[str, float] = {
        "archiver_last_run_timestamp_seconds": facts.ended,
        "archiver_run_duration_seconds": facts.seconds,
        "archiver_run_exit_code": facts.exit_code,
        "archiver_run_references": summary.references,
        "archiver_run_stored_bytes": summary.bytes,
        "archiver_run_requests": summary.requests,
        "archiver_run_watermarked": summary.watermarked,
        "archiver_run_documents_left": summary.left,
        "archiver_disk_free_bytes": facts.free_bytes,
    }
    if facts.is_success:
        values[LAST_SUCCESS] = facts.ended
    if facts.totals is not None:
        values |= {name: getattr(facts.totals, field) for field, name in _TOTALS.items()}
    return values


def _by_outcome(
    registry: CollectorRegistry, what: str, outcomes: Iterable[str], counts: Mapping[str, int]
) -> None:
    """Every outcome, those of 0 too, so that no series comes and goes."""
    text = f"{what.capitalize()} of the last run."
    gauge = Gauge(f"archiver_run_{what}", text, ["outcome"], registry=registry)
    for outcome in outcomes:
        gauge.labels(str(outcome)).set(counts.get(outcome, 0))
