"""Databases after all migrations, which take nine seconds: made once for all test processes.

`python -m crm.tests.ready FOLDER [DATABASE_URL]` makes the one of SQLite, or PostgreSQL's.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent.parent
ORIGINAL = "migrated"


def migrated_home(shared: Path) -> Path:
    """A home on SQLite after all migrations, and no more."""
    return _once(shared / "migrated", lambda home: _manage("migrate", VENTANILLA_HOME=str(home)))


def prepared_home(shared: Path) -> Path:
    """A home on SQLite, ready to start and empty."""
    migrated = migrated_home(shared)

    def make(home: Path) -> None:
        shutil.copytree(migrated, home)
        _manage("prepare", VENTANILLA_HOME=str(home))

    return _once(shared / "prepared", make)


def migrated_postgres(shared: Path, url: str) -> str:
    """The name of a database on this server after all migrations, for others to be copied from."""

    def make(_: Path) -> None:
        import psycopg2

        server = psycopg2.connect(url)
        server.autocommit = True
        server.cursor().execute(f"CREATE DATABASE {ORIGINAL}")
        server.close()
        _manage("migrate", DATABASE_URL=urlsplit(url)._replace(path=f"/{ORIGINAL}").geturl())

    _once(shared / "postgres", make)
    return ORIGINAL


def _once(path: Path, make: Callable[[Path], None]) -> Path:
    """make(path), for whoever comes first of all processes; the others wait until it is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = path.with_suffix(".made")
        if not made.exists():
            make(path)
            made.touch()
    return path


def _manage(command: str, **environment: str) -> None:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("COV", "DATABASE_URL"))}
    subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=ROOT,
        env={**clean, "DEMO": "0", "DEBUG": "0", **environment},
        stdout=subprocess.DEVNULL,
        check=True,
    )


if __name__ == "__main__":
    folder, *urls = sys.argv[1:]
    if urls:
        migrated_postgres(Path(folder), urls[0])
    else:
        migrated_home(Path(folder))
