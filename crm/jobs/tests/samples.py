"""Jobs that the tests put into the queue; each leaves a trace in a file."""

import os
import time
from pathlib import Path

from crm.jobs.models import Heartbeat


def mark(path, text=""):
    """Append a line, so that a second run of the same job shows."""
    with Path(path).open("a") as file:
        file.write(f"{text}\n")


def take_time(path, seconds):
    """Say when it begins, by whom, and when it ended."""
    mark(path, f"begun {os.getpid()}")
    time.sleep(seconds)
    mark(path, "ended")


def fail():
    raise ValueError("Ana Ficticia +51 987 654 321 has no loan")


def mark_what_the_database_says(path):
    """Needs the worker's connection to be alive."""
    mark(path, Heartbeat.objects.count())
