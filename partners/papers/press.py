"""The printing press: a process beside this one that makes PDFs out of finished HTML.

WeasyPrint takes four milliseconds of processor time for each line of a statement, and memory that
never comes back. In a thread of the web server it would slow every page meanwhile; here the thread
only waits. The press starts with the first paper (half a second), stays for the next ones, and
goes when it had nothing to do for a while, when it has grown large, or with the process that
started it. It is told nothing but the HTML: no settings, no keys, no database, no network.

`press.print_pdf(html)` is for callers; `python -m partners.papers.press` is the process itself.
"""

import os
import resource
import select
import signal
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
# Seconds for one paper; seconds without work; bytes after which a fresh one takes over.
MOST_SECONDS = 60
MOST_IDLE = 120
MOST_MEMORY = 300_000_000
# How many may print or wait; whoever comes then is asked to come again, so that the web server's
# threads are never all waiting for paper.
PLACES = 3
HEAD = struct.Struct("!?Q")  # whether it went well, and the length of what follows
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "FONTCONFIG_FILE")


class PressError(Exception):
    """No paper came out: `busy`, because others print."""

    def __init__(self, text: str, *, busy: bool = False) -> None:
        super().__init__(text)
        self.busy = busy


class Press:
    """One printing process, asked for one paper at a time."""

    def __init__(self, places: int = PLACES, seconds: float = MOST_SECONDS) -> None:
        self.seconds = seconds
        self.places = threading.BoundedSemaphore(places)
        self.turn = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None
        self.owner = 0

    def print_pdf(self, html: str) -> bytes:
        """PressError if there is no place, or if it takes too long."""
        if not self.places.acquire(blocking=False):
            raise PressError("others are printing", busy=True)
        try:
            with self.turn:
                return self._printed(html.encode())
        finally:
            self.places.release()

    def _printed(self, html: bytes) -> bytes:
        # One that went just now, for want of work, is told by its silence: a fresh one is asked.
        for _attempt in range(2):
            process = self._running()
            late = threading.Event()
            alarm = threading.Timer(self.seconds, self._give_up, (process, late))
            alarm.start()
            try:
                answer = _ask(process, html)
            finally:
                alarm.cancel()
            if late.is_set():
                raise PressError(f"no paper after {self.seconds} seconds")
            if answer is not None:
                return answer
            self.stop()
        raise PressError("the press broke down")

    def _running(self) -> "subprocess.Popen[bytes]":
        """A process that was forked inherits pipes that are not its own."""
        if self.process is None or self.owner != os.getpid() or self.process.poll() is not None:
            self.owner = os.getpid()
            self.process = subprocess.Popen(
                [sys.executable, "-m", "partners.papers.press"],
                cwd=ROOT,
                env={name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        return self.process

    def _give_up(self, process: "subprocess.Popen[bytes]", late: threading.Event) -> None:
        late.set()
        process.kill()

    def stop(self) -> None:
        process, self.process = self.process, None
        if process is not None and self.owner == os.getpid():
            process.kill()
            process.communicate()


def _ask(process: "subprocess.Popen[bytes]", html: bytes) -> bytes | None:
    """The PDF; None if the process is gone. PressError if it cannot print this."""
    assert process.stdin and process.stdout
    try:
        _send(process.stdin, True, html)
        found = _receive(process.stdout)
    except BrokenPipeError:
        return None
    if found is None:
        return None
    well, content = found
    if not well:
        raise PressError(content.decode())
    return content


def _send(stream: IO[bytes], well: bool, content: bytes) -> None:
    stream.write(HEAD.pack(well, len(content)))
    stream.write(content)
    stream.flush()


def _receive(stream: IO[bytes]) -> tuple[bool, bytes] | None:
    """None at the end of the stream."""
    if (head := _read(stream, HEAD.size)) is None:
        return None
    well, length = HEAD.unpack(head)
    content = _read(stream, length)
    return None if content is None else (well, content)


def _read(stream: IO[bytes], length: int) -> bytes | None:
    """A pipe gives as much as it has, not as much as it is asked for."""
    content = bytearray()
    while len(content) < length:
        if not (more := stream.read(length - len(content))):
            return None
        content += more
    return bytes(content)


press = Press()


# --- The process itself ----------------------------------------------------------------------


def render(html: str) -> bytes:
    """Printed by WeasyPrint, which may fetch nothing: only what stands in the HTML is printed."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    nothing = URLFetcher(allowed_protocols=["data"], allow_redirects=False)
    content = HTML(string=html, url_fetcher=nothing).write_pdf()
    assert isinstance(content, bytes)
    return content


def work(asked: IO[bytes], printed: IO[bytes]) -> None:
    """Print what is asked for, until nobody asks any more."""
    while select.select([asked], [], [], MOST_IDLE)[0]:
        paper = _receive(asked)
        if paper is None:
            return
        try:
            _send(printed, True, render(paper[1].decode()))
        except Exception as error:
            # Its kind only: what it says may be somebody's name.
            _send(printed, False, type(error).__name__.encode())
        if memory_in_use() > MOST_MEMORY:
            return


def memory_in_use() -> int:
    """Bytes. The peak that getrusage tells of is inherited from who started us."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()


def main() -> None:
    # Ctrl-C is for who started us; our end is that of our input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Nobody but us writes to standard output; WeasyPrint's warnings name what it would fetch.
    printed = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    import logging

    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    # Unbuffered, or `select` would not see what was read ahead.
    work(os.fdopen(0, "rb", buffering=0), printed)


if __name__ == "__main__":
    main()
