"""An HTTP load generator that costs little: raw sockets, one thread, requests made beforehand."""

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

CONNECTIONS = 16


@dataclass(slots=True)
class Load:
    """What came of it: latencies in seconds of what was answered 200, and all else counted."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds


@dataclass(slots=True)
class _Connection:
    socket: socket.socket
    requests: Iterator[bytes]
    sent_at: float = 0.0
    received: bytes = b""


def blast(port: int, queues: list[Iterator[bytes]], seconds: float = float("inf")) -> Load:
    """Send each queue over a connection of its own, the next request after each answer, until
    the time is up or the queues are empty. A queue may be shared by several connections."""
    load = Load()
    with selectors.DefaultSelector() as selector:
        for requests in queues:
            sock = socket.create_connection(("127.0.0.1", port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(sock, selectors.EVENT_READ, _Connection(sock, requests))
        started = time.perf_counter()
        for key in list(selector.get_map().values()):
            _next(selector, key.data)
        while selector.get_map():
            for key, _ in selector.select():
                _read(load, key.data)
                if not key.data.received:
                    over = time.perf_counter() - started > seconds
                    _close(selector, key.data) if over else _next(selector, key.data)
        load.seconds = time.perf_counter() - started
    return load


def _next(selector: selectors.BaseSelector, connection: _Connection) -> None:
    request = next(connection.requests, None)
    if request is None:
        _close(selector, connection)
        return
    connection.sent_at = time.perf_counter()
    connection.socket.sendall(request)


def _close(selector: selectors.BaseSelector, connection: _Connection) -> None:
    selector.unregister(connection.socket)
    connection.socket.close()


def _read(load: Load, connection: _Connection) -> None:
    """Take what has arrived; `received` is empty again once an answer is complete."""
    chunk = connection.socket.recv(65536)
    if not chunk:
        raise ConnectionError("the server hung up")
    connection.received += chunk
    head, found, body = connection.received.partition(b"\r\n\r\n")
    if not found or len(body) < _length(head):
        return
    if head[9:12] == b"200":
        load.latencies.append(time.perf_counter() - connection.sent_at)
    else:
        load.refused += 1
    connection.received = b""


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0
