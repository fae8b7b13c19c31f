"""docs/cdn-rules.md says what the rules do: it is made from them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_is_current() -> None:
    script = ROOT / "scripts" / "generate_cdn_docs.py"
    ran = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True)
    assert ran.returncode == 0, f"{ran.stdout}{ran.stderr}: run scripts/generate_cdn_docs.py"
