"""Certificates for TLS listeners, right and wrong ones, from an authority made for the test."""

from __future__ import annotations

import datetime
import ssl
import tempfile
import warnings
from pathlib import Path

import trustme


class Certificates:
    """One authority and what it signs. The files live until `close`."""

    def __init__(self) -> None:
        self._ca = trustme.CA()
        self._folder = tempfile.TemporaryDirectory(prefix="test-ca-")
        self.ca_file = str(Path(self._folder.name) / "ca.pem")
        self._ca.cert_pem.write_to_path(self.ca_file)
        self._contexts: dict[str, ssl.SSLContext] = {}

    def close(self) -> None:
        self._folder.cleanup()

    def context_for_any_host(self) -> ssl.SSLContext:
        """Signs for whatever name the client sends (SNI); for 127.0.0.1 where it sends none."""
        context = self.context("127.0.0.1", "localhost")
        context.sni_callback = self._choose
        return context

    def context(self, *names: str) -> ssl.SSLContext:
        """A right certificate for *names*."""
        return _context(self._ca.issue_cert(*names))

    def expired(self, name: str) -> ssl.SSLContext:
        """A certificate that ended yesterday."""
        yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
        return _context(self._ca.issue_cert(name, not_after=yesterday))

    def without_intermediate(self, name: str) -> ssl.SSLContext:
        """A leaf of a child authority whose own certificate the server forgets to send."""
        leaf = self._ca.create_child_ca().issue_cert(name)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with leaf.private_key_pem.tempfile() as key, leaf.cert_chain_pems[0].tempfile() as chain:
            context.load_cert_chain(chain, key)
        return context

    def old_protocol(self, name: str) -> ssl.SSLContext:
        """TLS 1.1 and nothing newer."""
        context = self.context(name)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.options &= ~(ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1)
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        return context

    def _choose(self, sock: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        if name is None:
            return
        if name not in self._contexts:
            self._contexts[name] = self.context(name)
        sock.context = self._contexts[name]


def _context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context
