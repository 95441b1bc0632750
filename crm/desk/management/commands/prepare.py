"""manage.py prepare: everything between an installed checkout and processes that may start.

One process for all steps, because each start of Django costs more than most of the steps; every
step looks first whether it is done. What hinders the desk is one line and exit code 1.
"""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http.request import validate_host
from django.utils.module_loading import import_string
from django.utils.translation.reloader import translation_file_changed

from crm.addresses import EVERYWHERE, OWN_NAMES, hears_itself
from crm.desk.assets import collect_static
from crm.desk.translations import compile_translations
from crm.people.models import User

# Any number, as long as every machine that starts the desk on this database uses the same.
ADVISORY_LOCK = 0x56454E54


class StartError(CommandError):
    """Why the desk cannot start, in one line."""


class Command(BaseCommand):
    help = "Brings the database, the translations and the static files up to date. Safe to repeat."
    # The checks may ask the database, so they come after we know that it answers.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "processes", nargs="*", help="the processes that start afterwards (default: all)"
        )

    def handle(self, *args: Any, processes: list[str], **options: Any) -> None:
        reach_database()
        reach_redis()
        self.check(display_num_errors=False)
        with one_on_this_machine():
            self.translate()
            with one_on_this_database():
                self.migrate()
                for path in settings.SETUP_STEPS:
                    cast(Callable[[], object], import_string(path))()
                self.seed()
            if (not processes or "web" in processes) and collect_static():
                self.stdout.write("Collected the static files.")
        if not processes or "web" in processes:
            self.say_where()

    def migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Migrating the database.")
            call_command("migrate", interactive=False, verbosity=0)

    def translate(self) -> None:
        """Before anything else: what the demo and the steps keep in words, they keep in Spanish."""
        if compile_translations(settings.LOCALE_PATHS):
            # The checks may have read what there was until now.
            translation_file_changed(None, Path("django.mo"))
            self.stdout.write("Compiled the translations.")

    def seed(self) -> None:
        """Fill an empty demo, whole or not at all, so that an interrupted start begins again."""
        if not settings.DEMO or User.objects.exists():
            return
        if "seed_demo" not in get_commands():
            self.stdout.write("There is no seed_demo command; the demo stays empty.")
            return
        self.stdout.write("Filling the demo.")
        with transaction.atomic():
            call_command("seed_demo", stdout=self.stdout)

    def say_where(self) -> None:
        self.stdout.write(f"The desk opens at {settings.BASE_URL}")
        if refuses_others():
            self.stdout.write(
                f"HOST={settings.HOST} listens on every address, but people on other machines are "
                "refused until BASE_URL or ALLOWED_HOSTS names the address they use."
            )
        if settings.DEMO:
            self.say_who()

    def say_who(self) -> None:
        """Name the demo's people, and the address at which they are let in."""
        names = (
            User.objects.filter(is_demo=True)
            .exclude(password__startswith="!")
            .order_by("pk")
            .values_list("username", flat=True)
        )
        address = demo_address()
        if not names:
            return
        if not address:
            self.stdout.write(
                "The demo's people are let in only at this machine itself, with HOST=127.0.0.1 and "
                "without BASE_URL."
            )
            return
        there = "" if address == settings.BASE_URL else f" at {address} (from this machine only)"
        self.stdout.write(f"Log in{there} as {', '.join(names)}; the password is: demo")


def demo_address() -> str:
    """Where the demo's people may log in (crm/people/backends.py); "": nowhere."""
    if settings.HTTPS or not hears_itself(settings.HOST):
        return ""
    if urlsplit(settings.BASE_URL).hostname in {name.strip("[]") for name in OWN_NAMES}:
        return str(settings.BASE_URL)
    if validate_host("localhost", settings.ALLOWED_HOSTS):
        return f"http://localhost:{settings.PORT}"
    return ""


def refuses_others() -> bool:
    """Whether we listen to other machines, and know no name they could call us by."""
    unreachable = {*EVERYWHERE, *OWN_NAMES}
    return settings.HOST in EVERYWHERE and unreachable.issuperset(settings.ALLOWED_HOSTS)


def reach_database() -> None:
    """Ask the database for a connection, once; raises StartError when there is none."""
    try:
        connection.ensure_connection()
    except (DatabaseError, ImproperlyConfigured) as error:
        raise StartError(f"The database does not answer: {_first_line(error)}") from error


def reach_redis() -> None:
    """Ask Redis, where it is used, for a sign of life; raises StartError without one."""
    if not settings.REDIS_URL:
        return
    from redis import Redis, RedisError

    try:
        with Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=5, socket_timeout=5
        ) as redis:
            redis.ping()
    except (RedisError, ValueError) as error:
        place = urlsplit(settings.REDIS_URL)
        raise StartError(
            f"Redis at {place.hostname}:{place.port or 6379} does not answer: {_first_line(error)}"
        ) from error


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


@contextmanager
def one_on_this_machine() -> Iterator[None]:
    """Two starts on the same VENTANILLA_HOME take turns, as SQLite and static files need it."""
    with (Path(settings.VENTANILLA_HOME) / "prepare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def one_on_this_database() -> Iterator[None]:
    """Several machines that start together on one PostgreSQL take turns."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])
