"""bin/run as a person uses it: it starts, survives a killed process, stops, and explains itself."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest
import requests
from django.conf import settings

pytestmark = [pytest.mark.serial, pytest.mark.once, pytest.mark.timeout(180)]

RUN = settings.BASE_DIR / "bin/run"
SOAK = os.environ.get("SOAK") == "1"
# What a caller may have exported, and what a test must not leave to chance.
QUIET = {"DEMO": "0", "DEBUG": "0", "LOG_LEVEL": "WARNING"}


@pytest.fixture
def port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def home(prepared_home, tmp_path_factory):
    """One for all starts, and ready: the first start of all has a test of its own."""
    return shutil.copytree(prepared_home, tmp_path_factory.mktemp("two commands") / "a home")


@pytest.fixture
def start(port, home, tmp_path):
    """Start bin/run from another folder, in a home of its own; ended after the test."""
    started = []

    def run(*arguments, **environment):
        process = subprocess.Popen(
            [RUN, *arguments],
            cwd=tmp_path,
            env={
                **os.environ,
                **QUIET,
                "PORT": str(port),
                "VENTANILLA_HOME": str(home),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.terminate()
        process.communicate(timeout=30)


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        time.sleep(0.05)
    pytest.fail(f"not within {seconds} s: {condition}")


def alive(port):
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=2).ok
    except requests.RequestException:
        return False


def below(process):
    return psutil.Process(process.pid).children(recursive=True)


def command(process):
    try:
        return " ".join(process.cmdline())
    except psutil.Error:  # ended meanwhile
        return ""


def named(processes, words):
    """Those whose command line holds `words`, without the bin/keep that keeps them."""
    lines = [(process, command(process)) for process in processes]
    return [process for process, line in lines if words in line and "bin/keep" not in line]


def megabytes(desk):
    """What it and all below it take of the memory, shared pages once; 0 where nobody tells."""
    total = 0
    for process in [psutil.Process(desk.pid), *below(desk)]:
        try:
            rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
        except OSError:  # ended meanwhile, or not Linux
            continue
        total += int(re.search(r"^Pss: +(\d+) kB", rollup, re.MULTILINE)[1])
    return total / 1024


# Each start takes fifteen seconds of a processor: SIGTERM ends the first start, below.
@pytest.mark.parametrize(
    "how",
    [
        signal.SIGINT,
        pytest.param(
            signal.SIGHUP, marks=pytest.mark.skipif(not SOAK, reason="long: under --soak")
        ),
    ],
)
def test_it_serves_and_stops_without_leaving_a_process(start, port, how):
    desk = start()
    wait_until(lambda: alive(port))
    everything = wait_until(lambda: len(below(desk)) >= 10 and below(desk))

    desk.send_signal(how)
    desk.communicate(timeout=20)

    assert desk.returncode == 0
    assert [process for process in everything if process.is_running()] == []
    assert not alive(port)


def test_what_is_killed_is_started_again_and_killed_itself_it_leaves_no_process(start, port):
    desk = start()
    wait_until(lambda: alive(port))
    wait_until(lambda: named(below(desk), "manage.py work"))
    killed = [named(below(desk), words)[0] for words in ("-m granian", "manage.py work")]

    for process in killed:
        process.kill()
    gone, _ = psutil.wait_procs(killed, timeout=10)

    assert len(gone) == 2
    wait_until(lambda: alive(port), seconds=15)
    wait_until(lambda: named(below(desk), "manage.py work"), seconds=15)

    if shutil.which("setpriv"):  # it takes Linux to say that a parent died
        everything = wait_until(lambda: len(below(desk)) >= 10 and below(desk))
        desk.kill()
        _, left = psutil.wait_procs(everything, timeout=20)
        assert left == []


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="an own database is no demo")
def test_the_first_start_fills_a_demo_that_one_can_log_in_to(start, port, tmp_path):
    demo = {"DEMO": "1", "VENTANILLA_HOME": str(tmp_path / "demo")}
    desk = start(**demo)
    wait_until(lambda: alive(port), seconds=90)

    visit = requests.Session()
    address = f"http://127.0.0.1:{port}/accounts/login/"
    visit.get(address, timeout=20)
    form = {
        "login": "agente",
        "password": "demo",
        "csrfmiddlewaretoken": visit.cookies["csrftoken"],
    }
    answer = visit.post(address, data=form, timeout=20, headers={"Referer": address})
    wait_until(lambda: visit.get(f"http://127.0.0.1:{port}/readyz", timeout=20).ok)
    taken, everything = megabytes(desk), below(desk)
    desk.terminate()
    said, _ = desk.communicate(timeout=30)

    assert desk.returncode == 0
    assert [process for process in everything if process.is_running()] == []
    assert not alive(port)
    assert taken < 512
    assert answer.ok
    assert answer.url == f"http://127.0.0.1:{port}/"
    assert "Filling the demo." in said
    for name in ("agente", "marketing", "creditos", "gerente", "admin"):
        assert name in said

    again = start(**demo)
    wait_until(lambda: alive(port))
    again.terminate()
    said, _ = again.communicate(timeout=30)
    assert "Filling" not in said
    assert "Migrating" not in said
    assert "Collected" not in said


def test_only_some_processes(start, port):
    desk = start("work")
    wait_until(lambda: named(below(desk), "manage.py work"))

    assert not named(below(desk), "granian")
    assert not named(below(desk), "cluster")


def explained(process):
    """Its one line on standard error."""
    out, error = process.communicate(timeout=60)
    assert process.returncode == 1, (out, error)
    assert len(error.strip().splitlines()) == 1, error
    return error


def test_a_port_in_use(start, port):
    with closing(socket.create_server(("127.0.0.1", port))):
        assert f"port {port} on 127.0.0.1 is in use" in explained(start())


@pytest.mark.parametrize("number", ["http", "0", "65536", "-1", "80 80", "123456789"])
def test_a_port_that_is_none(start, number):
    assert f"PORT is not a port number: {number}" in explained(start(PORT=number))


def test_a_host_that_is_not_here(start):
    assert "HOST 192.0.2.1 is not an address" in explained(start(HOST="192.0.2.1"))


def test_a_database_that_does_not_answer(start, port):
    url = f"postgres://someone:secret@127.0.0.1:{port}/desk"
    line = explained(start(DATABASE_URL=url))

    assert "database does not answer" in line
    assert "secret" not in line


def test_a_database_of_an_unknown_kind(start):
    assert "DATABASE_URL" in explained(start(DATABASE_URL="carrierpigeon://roof/desk"))


def test_redis_that_does_not_answer(start, port):
    assert "Redis at 127.0.0.1" in explained(start(REDIS_URL=f"redis://127.0.0.1:{port}/0"))


def test_a_process_it_does_not_know(start):
    assert "not: webb" in explained(start("webb"))
