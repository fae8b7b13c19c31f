"""What becomes of a test whose tool is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
import required
import samples

CASES = {
    "a sample": (False, "mount", pytest.skip.Exception),
    "a full run": (True, "browser", pytest.fail.Exception),
    "a full run without what nobody needs": (True, "systemd", pytest.skip.Exception),
}


@pytest.mark.parametrize(("is_full", "tool", "outcome"), CASES.values(), ids=CASES.keys())
def test_a_missing_tool(
    is_full: bool, tool: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(required.VARIABLE, raising=False)
    if is_full:
        monkeypatch.setenv(required.VARIABLE, "1")
    monkeypatch.setitem(required.TOOLS, tool, ("no-such-program", "sh"))
    with pytest.raises(outcome, match="no-such-program: not installed"):
        required.require(tool)


def test_a_tool_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(required.TOOLS, "mount", ("sh",))
    assert required.require("mount")["sh"].endswith("/sh")


def test_a_dear_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(required.TOOLS, "browser", ("sh",))
    monkeypatch.delenv(required.VARIABLE, raising=False)
    with pytest.raises(pytest.skip.Exception, match="only with --full"):
        required.require("browser")
    monkeypatch.setenv(required.VARIABLE, "1")
    assert required.require("browser")["sh"].endswith("/sh")


def test_the_numbers_are_those_that_were_asked_for(pytestconfig: pytest.Config) -> None:
    assert (samples.CLUSTER_DOCUMENTS > 0) == pytestconfig.option.full


def test_nobody_gives_up_unasked() -> None:
    """By `required` alone, so that a full run knows of it."""
    here = Path(__file__)
    paths = [
        path for path in here.parent.rglob("*.py") if path.name not in ("required.py", here.name)
    ]
    assert [path.name for path in paths if "pytest.skip(" in path.read_text("utf-8")] == []
