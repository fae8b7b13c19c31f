"""An empty mapping, as the default of a field."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


def nothing() -> Mapping[str, Any]:
    """A factory: dataclasses refuse the mapping itself as a default, it has no hash."""
    return MappingProxyType({})
