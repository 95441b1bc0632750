"""`manage.py cluster` as a real process on the database of the test."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

import psutil
from django.conf import settings
from django.db import connection


def database_url():
    """The address of the test's own database, for another process."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


class Running:
    """A supervisor and what it started."""

    def __init__(self, **environment):
        # Nothing of it is measured, and a killed process would leave its measurements half written.
        clean = {k: v for k, v in os.environ.items() if not k.startswith("COV")}
        self.process = subprocess.Popen(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "cluster"],
            env={
                **clean,
                "DATABASE_URL": database_url(),
                "JOBS_BEAT": "1",
                "JOBS_DEAD_AFTER": "4",
                "JOBS_STOP_GRACE": "0.1",
                **environment,
            },
            start_new_session=True,
        )
        self.seen = set()

    def everybody(self):
        """The supervisor and all below it, oldest first."""
        try:
            supervisor = psutil.Process(self.process.pid)
            family = [supervisor, *supervisor.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []
        self.seen.update(family)
        return sorted(family, key=lambda process: (process.create_time(), process.pid))

    def parts(self):
        """The processes by what they are; waits until the ring is complete."""

        def complete():
            for process in self.everybody()[1:]:
                below = sorted(process.children(), key=lambda child: child.pid)
                if len(below) == 4:
                    names = ("worker", "second worker", "monitor", "pusher")
                    return {"guard": process, **dict(zip(names, below, strict=True))}
            return None

        return wait_for(complete)

    def left(self):
        """Who of all that were ever seen still runs."""
        return [p for p in self.seen if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]

    def end(self):
        self.everybody()
        self.process.terminate()
        try:
            self.process.wait(10)
        finally:
            for process in self.left():
                process.kill()


@contextmanager
def running(**environment):
    cluster = Running(**environment)
    try:
        yield cluster
    finally:
        cluster.end()


def wait_for(condition, seconds=20):
    """What `condition` returns, as soon as that is true."""
    until = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)
    return value
