"""Why a URL is asked for, in words for people."""

from __future__ import annotations

from archiver.cdn.cleaning import Study, has_mark
from archiver.cdn.signatures import Coverage
from archiver.cdn.table import Table
from archiver.model import Candidate, Kind

_WHAT = {
    Kind.CLEAN: "without the watermark",
    Kind.ORIGINAL: "the source without processing",
    Kind.NESTED_SOURCE: "the source that the URL carries",
    Kind.HTTPS: "as browsers upgrade pictures of secure pages",
}


def explain(candidate: Candidate, url: str, table: Table) -> str:
    """Why *candidate* is one of those for *url*: what it is, who says so, what forbids more."""
    if candidate.kind in _WHAT:
        sources = (_source(name, table) for name in candidate.rule.split("+"))
        return "; ".join([_WHAT[candidate.kind], *filter(None, sources)])
    study = Study(url, table)
    signed = _covered(study.coverage)
    if has_mark(study, table):
        return "it asks for a watermark" + (f"; {signed}" if signed else "")
    return signed or "no rule finds a watermark in it"


def _source(name: str, table: Table) -> str:
    return next((entry.rule.source for entry in table.entries if entry.rule.name == name), "")


def _covered(coverage: Coverage) -> str:
    parts = [name for name in ("path", "query") if getattr(coverage, name)]
    return f"a signature covers its {' and '.join(parts)}" if parts else ""
