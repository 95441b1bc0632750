"""The processes a measurement needs: a database, the web server, the worker, a Graph API."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType

import psutil

from bench import bodies

ROOT = Path(__file__).resolve().parent.parent


class Process:
    """A process and what it starts, with the processor time they have taken."""

    def __init__(self, *command: str, environment: dict[str, str] | None = None) -> None:
        self.popen = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        self.handle = psutil.Process(self.popen.pid)

    def cpu(self) -> float:
        """Seconds of processor time, user and system, of the whole family."""
        family = [self.handle, *self.handle.children(recursive=True)]
        return sum(sum(member.cpu_times()[:2]) for member in family)

    def stop(self) -> None:
        self.popen.terminate()
        try:
            self.popen.wait(20)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()


class Stage:
    """One database in a home of its own, and the desk's processes on it. `vendor`: "sqlite" or
    "postgresql". Entering it sets this process's environment and Django up; so one a process."""

    def __init__(self, vendor: str) -> None:
        self.vendor = vendor
        self.port, self.graph_port = free_port(), free_port()
        self.processes: list[Process] = []

    def __enter__(self) -> Stage:
        self.home = Path(tempfile.mkdtemp(prefix="ventanilla-bench-", dir="/tmp"))
        self.home.chmod(0o711)
        (self.home / "static").mkdir()  # or WhiteNoise warns at each start
        database = start_postgres(self.home / "pg") if self.vendor == "postgresql" else ""
        set_environment(self.home, database, self.port, self.graph_port)
        migrate()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in reversed(self.processes):
            process.stop()
        if self.vendor == "postgresql":
            stop_postgres(self.home / "pg")
        shutil.rmtree(self.home, ignore_errors=True)

    def web(self) -> Process:
        """The web server, by the very command of the Procfile, once it answers."""
        process = self._start(*procfile("web"))
        wait_for_port(self.port, process)
        return process

    def work(self) -> Process:
        return self._start(*procfile("work"))

    def graph(self, latency: float = 0.0) -> Graph:
        """A Graph API that takes `latency` seconds for each message."""
        log = self.home / "sent"
        stub = ("-m", "chatbot.tests.graph_stub", "--port", str(self.graph_port))
        options = ("--latency", str(latency), "--log", str(log))
        process = self._start(sys.executable, *stub, *options)
        wait_for_port(self.graph_port, process)
        return Graph(process, log)

    def _start(self, *command: str) -> Process:
        process = Process(*command)
        self.processes.append(process)
        return process

    def stop(self, process: Process) -> None:
        process.stop()
        self.processes.remove(process)


class Graph:
    """The loopback Graph API as a process of its own; what it took stands in its log."""

    def __init__(self, process: Process, log: Path) -> None:
        self.process, self.log = process, log

    def sent(self) -> list[str]:
        """The bodies it took, one JSON object each, in order of arrival."""
        return self.log.read_text().splitlines() if self.log.exists() else []


def procfile(name: str) -> tuple[str, ...]:
    """The command of a Procfile line, run by the shell, without the keeper that restarts it."""
    for line in (ROOT / "Procfile").read_text().splitlines():
        label, _, command = line.partition(":")
        if label == name:
            return "sh", "-c", command.replace("bin/keep ", "").strip()
    raise LookupError(name)


def set_environment(home: Path, database: str, port: int, graph_port: int) -> None:
    """An office that runs for real: no demo, no debugging, a live WhatsApp channel."""
    if not database:
        os.environ.pop("DATABASE_URL", None)
    os.environ.update(
        {"DATABASE_URL": database} if database else {},
        DJANGO_SETTINGS_MODULE="bench.settings",
        VENTANILLA_HOME=str(home),
        DEMO="0",
        DEBUG="0",
        HOST="127.0.0.1",
        PORT=str(port),
        LOG_LEVEL="WARNING",
        GRAPH_API_URL=f"http://127.0.0.1:{graph_port}",
        WHATSAPP_ACCESS_TOKEN="bench-token",
        WHATSAPP_PHONE_NUMBER_ID=bodies.NUMBER,
        WHATSAPP_VERIFY_TOKEN="bench-word",
        WHATSAPP_APP_SECRET=bodies.SECRET,
    )


def migrate() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from chatbot.channels.environment import sync_default_channel
    from crm.catalog.models import Property

    call_command("migrate", run_syncdb=True, verbosity=0)
    sync_default_channel()
    Property.objects.create(code="VM-01", title="Villa Marina", operation="sale")


def start_postgres(folder: Path) -> str:
    """A PostgreSQL that writes to the disk like a real one; its DATABASE_URL."""
    return subprocess.run(
        [ROOT / "bin/throwaway_postgres", "start", folder],
        env={**os.environ, "FSYNC": "on"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


def stop_postgres(folder: Path) -> None:
    subprocess.run([ROOT / "bin/throwaway_postgres", "stop", folder], check=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, process: Process) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.popen.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on port {port}")
