"""What could go wrong on this machine, found before a run."""

from __future__ import annotations

import os
import platform
import socket
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata

from archiver import __version__, files
from archiver.config import Config
from archiver.errors import DiskFullError
from archiver.fetch.guard import FAKE_IP_HINT, AddressGuard
from archiver.fetch.settings import FetchSettings
from archiver.imaging.codecs import Codec, list_codecs
from archiver.maintenance.checkup_objects import check_objects
from archiver.maintenance.findings import Finding
from archiver.pipeline.places import Places

_LIBRARIES = (
    "httpx", "aiohttp", "pillow", "beautifulsoup4", "tenacity", "turbohtml", "pyromark", "PyYAML",
    "ada-url", "msgspec",
)  # fmt: skip
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_PORTS = (80, 443)


def check_machine(
    config: Config, hosts: Iterable[str], environment: Mapping[str, str]
) -> Iterator[Finding]:
    """All findings, topic after topic.

    Args:
        hosts: names to look up; no other name is asked for, and nothing is dialled but the object
            stores of *config*.
    """
    places = config.places()
    yield from check_versions()
    yield from (describe_codec(codec) for codec in list_codecs())
    yield from check_folders(places, config.reserve)
    yield from check_objects(places)
    yield from check_addresses(config.network, hosts)
    yield from check_proxies(config.network, environment)
    yield check_contact(config.network)


def check_versions() -> Iterator[Finding]:
    """The program, what it runs on, and the libraries a report of a bug needs."""
    yield Finding("versions", "archiver", __version__)
    yield Finding("versions", "python", f"{platform.python_version()}, {platform.platform()}")
    for name in _LIBRARIES:
        yield Finding("versions", name, metadata.version(name))


def describe_codec(codec: Codec) -> Finding:
    """A decoder; one with a known hole is an error."""
    if not codec.is_here:
        return Finding(
            "codecs",
            codec.name,
            "not installed",
            "note",
            "pip install image-asset-archiver[codecs]",
        )
    version = f"{codec.library} {codec.version}"
    if codec.hole:
        advice = f"{codec.hole}: a picture can use it; upgrade (pip install -U pillow and plug-ins)"
        return Finding("codecs", codec.name, version, "error", advice)
    return Finding("codecs", codec.name, version)


def check_folders(places: Places, reserve: files.Reserve | None = None) -> Iterator[Finding]:
    """Whether the folders can be written, lie on one file system, and have room."""
    folders = {"archive": places.archive_folder, "state": places.state}
    if places.archive_url:
        del folders["archive"]
    for name, folder in folders.items():
        there = _nearest(folder)
        if not os.access(there, os.W_OK | os.X_OK):
            yield Finding("folders", name, folder, "error", f"{there} cannot be written")
        else:
            yield Finding("folders", name, folder)
        yield _check_room(name, there, reserve or files.Reserve())
    if not places.archive_url:
        yield _check_devices(*map(_nearest, folders.values()))


def _check_room(name: str, folder: str, reserve: files.Reserve) -> Finding:
    found = os.statvfs(folder)
    free = f"{found.f_bavail * found.f_frsize >> 20} MiB free"
    try:
        files.check_reserve(folder, reserve)
    except DiskFullError as error:
        return Finding("folders", f"room for the {name}", free, "error", str(error))
    return Finding("folders", f"room for the {name}", free)


def _check_devices(archive: str, state: str) -> Finding:
    if os.stat(archive).st_dev == os.stat(state).st_dev:
        return Finding("folders", "file systems", "one")
    advice = "each picture is copied across; put both folders on one file system"
    return Finding("folders", "file systems", "two", "warning", advice)


def _nearest(folder: str) -> str:
    """*folder*, or the nearest one above it that exists."""
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    return folder


def check_addresses(settings: FetchSettings, hosts: Iterable[str]) -> Iterator[Finding]:
    """What may be dialled beyond public addresses, and whether *hosts* may."""
    if settings.allow_networks:
        value = ", ".join(settings.allow_networks)
        yield Finding("addresses", "allow_networks", value, "note", "dialled although not public")
    guard = AddressGuard(settings)
    for host in hosts:
        try:
            answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            yield Finding("addresses", host, str(error), "warning", "the name is not known")
            continue
        for address in dict.fromkeys(str(answer[4][0]) for answer in answers):
            yield _judge(guard, host, address)


def _judge(guard: AddressGuard, host: str, address: str) -> Finding:
    plain, _, scope = address.partition("%")
    reasons = {guard.refusal(plain, port, scope=bool(scope)) for port in _PORTS}
    if "" in reasons:
        return Finding("addresses", host, f"{address}: may be dialled")
    advice = FAKE_IP_HINT if "fake-ip" in reasons else "never dialled; see network.allow_networks"
    return Finding("addresses", host, f"{address}: refused", "warning", advice)


def check_proxies(settings: FetchSettings, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Proxies of the environment, which are ignored, and that of the settings. Their values, which
    may hold passwords, are not shown."""
    for name in environment:
        if name.lower() in _PROXIES and environment[name]:
            advice = "requests go without it; network.proxy names a proxy"
            yield Finding("proxies", name, "in the environment, ignored", "note", advice)
    if settings.proxy:
        advice = "it decides what is dialled: see that it keeps private addresses out"
        yield Finding("proxies", "network.proxy", "set", "note", advice)


def check_contact(settings: FetchSettings) -> Finding:
    """Whether a host can complain."""
    if settings.contact or settings.user_agent:
        return Finding("contact", "network.contact", settings.contact or settings.user_agent)
    advice = "set your URL or mail address: hosts block those they cannot talk to"
    return Finding("contact", "network.contact", "not set", "warning", advice)
