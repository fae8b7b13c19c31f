"""Assertions of the suite that engines inherit tell what differs."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("engines.contract")
