"""Which requests are made for one image, by what the host answers."""

from __future__ import annotations

import pytest

from archiver.errors import FetchError, ImageLostError, PictureError
from archiver.model import Candidate, Kind, Outcome
from archiver.pipeline.attempts import AttemptPlan, RefererKind, list_referers

GIVEN = Candidate("https://i.example/a.png?watermark")
CLEAN = Candidate("https://i.example/a.png", Kind.CLEAN, "rule")
ORIGINAL = Candidate("https://i.example/o.png", Kind.ORIGINAL, "rule")
SOURCE = Candidate("https://source.example/a.png", Kind.NESTED_SOURCE, "rule")
HTTPS = Candidate("https://h.example/a.png", Kind.HTTPS)
PLAIN = Candidate("http://h.example/a.png")
NAMES = {GIVEN: "g", CLEAN: "c", ORIGINAL: "o", SOURCE: "s", HTTPS: "h", PLAIN: "g"}
DOCUMENT = "https://site.example/post"
NUMBERS = {kind: str(n) for n, kind in enumerate(RefererKind)}


def fail(outcome: Outcome, reason: str = "x") -> ImageLostError:
    return FetchError("u", outcome, reason)


BLOCKED, GONE = fail(Outcome.BLOCKED, "status-403"), fail(Outcome.GONE, "status-404")
PLACEHOLDER = PictureError("u", Outcome.PLACEHOLDER, "known-path")
DOWN = fail(Outcome.UNREACHABLE, "dns")

# candidates, has the document a URL, what is answered (attempt → failure, "": all else) → attempts:
# a letter is a candidate, a digit its Referer: 0 none, 1 document's origin, 2 document, 3 own.
PLANS = {
    "one candidate, blocked": ([GIVEN], True, {"": BLOCKED}, "g0 g1 g2 g3"),
    "a document without URL": ([GIVEN], False, {"": BLOCKED}, "g0 g3"),
    "blocked: as given first, then Referers": (
        [CLEAN, GIVEN], True, {"": BLOCKED}, "c0 g0 c1 c2 c3 g3",
    ),
    "placeholder: Referers first": ([CLEAN, GIVEN], True, {"": PLACEHOLDER}, "c0 c1 c2 c3 g0"),
    "placeholder, without document": ([CLEAN, GIVEN], False, {"": PLACEHOLDER}, "c0 c3 g0"),
    "gone": ([CLEAN, GIVEN], True, {"": GONE}, "c0 g0"),
    "by law": ([GIVEN], True, {"": fail(Outcome.BLOCKED, "status-451")}, "g0"),
    "smaller than stated": (
        [CLEAN, GIVEN], True, {"c0": PictureError("u", Outcome.PLACEHOLDER, "smaller"), "": GONE},
        "c0 g0",
    ),
    "bad request, a matter of the URL": (
        [CLEAN, GIVEN], True, {"": fail(Outcome.UNREACHABLE, "status-400")}, "c0 g0",
    ),
    "a host that is down": ([CLEAN, GIVEN, SOURCE], True, {"": DOWN}, "c0 s0"),
    "https once": ([PLAIN, HTTPS], True, {"": BLOCKED}, "g0 g1 g2 g3 h0"),
    "https where http is down": ([PLAIN, HTTPS], True, {"": DOWN}, "g0 h0"),
    "the last attempt is for the URL as given": (
        [ORIGINAL, CLEAN, GIVEN], True, {"": BLOCKED}, "o0 c0 g0 o1 o2 g3",
    ),
    "a placeholder first, then refusals": (
        [CLEAN, GIVEN], False, {"c0": PLACEHOLDER, "": BLOCKED}, "c0 c3 g0",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("candidates", "has_url", "answers", "expected"), PLANS.values(), ids=PLANS.keys()
)
def test_plan(
    candidates: list[Candidate], has_url: bool, answers: dict[str, ImageLostError], expected: str
) -> None:
    plan = AttemptPlan(candidates, list_referers(GIVEN.url, DOCUMENT if has_url else None))
    made = []
    while attempt := plan.next():
        made.append(NAMES[attempt.candidate] + NUMBERS[attempt.referer.kind])
        plan.refuse(attempt, answers.get(made[-1]) or answers[""])
    assert " ".join(made) == expected


def test_a_referer_is_tried_once() -> None:
    """The document lies on the image's own host, at its root."""
    referers = list_referers("https://h.example/a.png", "https://h.example/?p=1")
    assert [r.value for r in referers] == [None, "https://h.example/"]
