"""Which messages a worker had begun to send when it died.

Each worker keeps one file, locked for as long as it lives, and writes an attempt's id into it
right before the request leaves. The lock dies with the process; what was written survives it
(only a power cut could lose it, and that ends the request as well). So another worker on the
same machine can tell at once: a claimed message whose id stands there may have been sent, one
whose id does not certainly never was.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

LINE = 37  # a UUID and a line feed
LARGEST = 1 << 20


def folder() -> Path:
    path = Path(settings.VENTANILLA_HOME) / "outbox"
    path.mkdir(parents=True, exist_ok=True)
    return path


class Journal:
    """This worker's own file."""

    def __init__(self) -> None:
        self.worker = f"{socket.gethostname()[:24]}-{os.getpid()}-{secrets.token_hex(6)}"
        self.path = folder() / f"{self.worker}.journal"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        # Under another name until it is locked: nobody may find it free and call us dead.
        draft = self.path.with_suffix(".draft")
        self._file = os.open(draft, flags, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        draft.rename(self.path)

    def leaving(self, attempt: str) -> None:
        """The request of this attempt leaves now. Safe from many threads: one short append."""
        os.write(self._file, f"{attempt}\n".encode())

    def settled(self) -> None:
        """Nothing is under way: what stands here is no longer needed."""
        if os.fstat(self._file).st_size > LARGEST:
            os.ftruncate(self._file, 0)

    def close(self) -> None:
        """An orderly end, with nothing under way that this file would have to speak for."""
        os.close(self._file)
        self.path.unlink(missing_ok=True)


def dead_workers() -> Iterator[tuple[str, set[str]]]:
    """(worker, attempts it had begun to send) of each worker of this machine that is gone.

    The caller settles them and then calls `forget`; until then the file stays for the next one.
    """
    for path in sorted(folder().glob("*.journal")):
        try:
            file = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # By the handle: another one who settles it may just have taken the name away.
            written = os.pread(file, os.fstat(file).st_size, 0).decode()
            yield path.stem, set(written.split())
        except BlockingIOError:
            continue
        finally:
            os.close(file)


def forget(worker: str) -> None:
    (folder() / f"{worker}.journal").unlink(missing_ok=True)
