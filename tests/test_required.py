"""What becomes of a test whose tool is missing."""

from __future__ import annotations

import pytest
import required

CASES = {
    "not required": ("", pytest.skip.Exception),
    "another is required": ("nginx browsers", pytest.skip.Exception),
    "required": ("nginx  browser", pytest.fail.Exception),
}


@pytest.mark.parametrize(("names", "outcome"), CASES.values(), ids=CASES.keys())
def test_a_missing_tool(
    names: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(required.VARIABLE, names)
    monkeypatch.setitem(required.TOOLS, "browser", ("no-such-program", "sh"))
    with pytest.raises(outcome, match="no-such-program: not installed"):
        required.require("browser")


def test_a_tool_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(required.TOOLS, "browser", ("sh",))
    assert required.require("browser")["sh"].endswith("/sh")
