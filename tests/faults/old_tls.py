"""A listener that speaks TLS 1.1 and nothing newer.

It blocks in a thread: asyncio drops the connection of a failed handshake before the alert that
says why is sent, which a real server does send.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading


class OldTlsListener:
    """Shakes hands, in vain, until `close`."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # the listener was closed
            while True:
                connection, _ = self._socket.accept()
                connection.settimeout(2)
                with connection, contextlib.suppress(OSError):
                    self._context.wrap_socket(connection, server_side=True).close()
