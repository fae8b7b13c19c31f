"""How object stores are spoken to; what opens them is imported elsewhere."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from msgspec import Meta

Endpoint = Annotated[
    str, Meta(pattern=r"^\Z|^https?://[^/?#\s@]+/?\Z", description="an http or https URL of a host")
]
Seconds = Annotated[float, Meta(gt=0, description="a number of seconds above 0")]
PartBytes = Annotated[
    int, Meta(ge=5 << 20, description="a whole number of bytes, 5242880 or more (S3's least part)")
]

_ENDPOINTS = {
    "s3": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"),
    "az": ("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT"),
    "gs": ("GOOGLE_BASE_URL",),
}
"""Scheme → the variables in which its library looks for a server, the first that is set counts."""
_ADDRESS = re.compile(r"https?://[\w.:@\[\]-]+(?:/[\w./%~-]*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ObjectSettings:
    """How object stores are spoken to. Credentials stand in the environment only.

    Attributes:
        endpoint: of an S3 server that is not Amazon's; "": as the environment says
            (``AWS_ENDPOINT_URL``), else Amazon's own.
        region: of S3; "": as the environment says (``AWS_REGION``).
        multipart_bytes: an object larger than that is put in parts.
        timeout_s: for one request.
        retry_s: how long a request is tried again before the run ends.
        threads: requests at a time.
        lease_s: how long a lock on an object store outlives its holder; see `storage.lease`.
    """

    endpoint: Endpoint = ""
    region: str = ""
    multipart_bytes: PartBytes = 16 << 20
    timeout_s: Seconds = 60.0
    retry_s: Seconds = 60.0
    threads: Annotated[int, Meta(ge=1, le=256, description="a whole number from 1 to 256")] = 32
    lease_s: Annotated[float, Meta(ge=5, description="a number of seconds, 5 or more")] = 60.0


def store_options(url: str, settings: ObjectSettings) -> dict[str, Any]:
    """The settings as obstore takes them for *url*.

    Raises:
        ValueError: the endpoint is no address; obstore would panic.
    """
    seconds = timedelta(seconds=settings.timeout_s)
    options: dict[str, Any] = {
        "client_options": {"timeout": seconds, "connect_timeout": timedelta(seconds=5)},
        "retry_config": {"retry_timeout": timedelta(seconds=settings.retry_s)},
    }
    scheme = url.partition(":")[0]
    named = [settings.endpoint] if scheme == "s3" else []
    named += (os.environ.get(name, "") for name in _ENDPOINTS.get(scheme, ()))
    endpoint = next(filter(None, named), "")
    if endpoint and not _ADDRESS.fullmatch(endpoint):
        raise ValueError(f"the endpoint {endpoint!r} is no address: expected https://HOST")
    # Who names an endpoint without TLS means it; the library wants it said twice.
    options["client_options"]["allow_http"] = endpoint.startswith("http:")
    if scheme == "s3":
        # Amazon checks the sum before it takes the object; others ignore it.
        options["checksum_algorithm"] = "SHA256"
        if settings.endpoint:
            options["endpoint"] = settings.endpoint.rstrip("/")
        if settings.region:
            options["region"] = settings.region
    return options
