"""A whole installation as real processes: web, worker and jobs as the Procfile says, a provider.

It stands in a folder of its own on the run's kind of database: a SQLite file that is written as
safely as in an office, or a PostgreSQL server of its own, which can be stopped and started.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import psutil
import psycopg2
from django.conf import settings
from honcho.environ import parse_procfile

from crm.jobs.tests.clusters import wait_for
from crm.jobs.tests.outages import free_port

SECRET = "s3cr3t-app-secret"
POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")


class Installation:
    """`prepared` is a home to begin from, where it is to be on SQLite; see the root conftest.py."""

    def __init__(self, prepared=None):
        # PostgreSQL may run as another user, who has to reach it.
        self.home = Path(tempfile.mkdtemp(prefix="ventanilla-faults-"))
        self.home.chmod(0o711)
        self.taken = self.home / "taken"
        self.processes, self.database_url, self.redis_url = {}, "", ""
        self.providers = {}  # setting -> address, for tests with more providers than Meta
        self.port, self.graph_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.door = f"{self.url}/chatbot/webhook/whatsapp/"
        if POSTGRES:
            self.database_url = self.postgres("start")
        elif prepared:
            shutil.copytree(prepared, self.home, dirs_exist_ok=True)
            self.home.chmod(0o711)
        self.run("prepare")

    def postgres(self, verb):
        program = settings.BASE_DIR / "bin/throwaway_postgres"
        command = [sys.executable, str(program), verb, str(self.home / "postgres")]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def environment(self):
        # A killed process would leave the measurements of its coverage half written.
        clean = {k: v for k, v in os.environ.items() if not k.startswith("COV")}
        for name in ("DATABASE_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE"):
            clean.pop(name, None)
        return {
            **clean,
            "VENTANILLA_HOME": str(self.home),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "DEBUG": "0",
            "DEMO": "0",
            "GRAPH_API_URL": f"http://127.0.0.1:{self.graph_port}",
            "WHATSAPP_ACCESS_TOKEN": "token-de-prueba",
            "WHATSAPP_PHONE_NUMBER_ID": "100200",
            "WHATSAPP_APP_SECRET": SECRET,
            "JOBS_BEAT": "1",
            "JOBS_DEAD_AFTER": "30",
            # Nothing is measured here: daily the worker rests less than it would in an office.
            "WORK_SQLITE_REST": "1" if os.environ.get("SOAK") == "1" else "0.2",
            **self.providers,
            **({"DATABASE_URL": self.database_url} if self.database_url else {}),
            **({"REDIS_URL": self.redis_url} if self.redis_url else {}),
        }

    def run(self, *arguments):
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=settings.BASE_DIR, env=self.environment(), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr

    # --- Processes ---------------------------------------------------------------------------

    def start(self, *names):
        """Start processes of the Procfile, each under its keeper, and wait for the web.

        A second one of a kind is called so: "work 2".
        """
        lines = parse_procfile((settings.BASE_DIR / "Procfile").read_text()).processes
        for name in names:
            self._spawn(name, ["sh", "-c", lines[name.split()[0]]])
        if "web" in names:
            wait_for(lambda: self.get("/healthz")[0] == 200)

    def start_graph(self):
        """The provider, which reports statuses; the messages it took stand in `taken`."""
        options = {
            "--port": str(self.graph_port),
            "--statuses": self.door,
            "--secret": SECRET,
            "--log": str(self.taken),
        }
        flat = [word for pair in options.items() for word in pair]
        self._spawn("graph", [sys.executable, "-m", "chatbot.tests.graph_stub", *flat])

    def _spawn(self, name, command):
        with (self.home / f"{name}.log").open("a") as log:
            self.processes[name] = psutil.Popen(
                command,
                cwd=settings.BASE_DIR,
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def family(self, name):
        """What runs under a keeper, oldest first: for the web a parent and its workers."""
        below = self.processes[name].children(recursive=True)
        return [process for process in below if process.name() != "sleep"]

    def stop(self):
        """End everything but the database."""
        everybody = list(self.processes.values())
        for process in list(everybody):
            everybody += process.children(recursive=True)
        for process in self.processes.values():
            process.terminate()
        _, alive = psutil.wait_procs(everybody, timeout=15)
        for process in alive:
            process.kill()
        self.processes.clear()

    def remove(self):
        self.stop()
        if POSTGRES:
            self.postgres("stop")
        shutil.rmtree(self.home, ignore_errors=True)

    # --- What it says ------------------------------------------------------------------------

    def get(self, path, **headers):
        """(status, text) of a page; status 0 where nobody answers."""
        request = urllib.request.Request(self.url + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def rows(self, sql):
        """What a query says, asked of the database itself."""
        if self.database_url:
            connection = psycopg2.connect(self.database_url)
        else:
            connection = sqlite3.connect(self.home / "db.sqlite3", timeout=20)
        with closing(connection), closing(connection.cursor()) as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def sent(self):
        """The payloads the provider took, in order of arrival."""
        lines = self.taken.read_text().splitlines()
        return [json.loads(line) for line in lines]
