"""What every test runs in: a home of its own, no demo, nobody's credentials.

pytest-django would read DJANGO_SETTINGS_MODULE from pyproject.toml before this file is imported;
therefore it is named here, after the environment.
"""

import gc
import os
import re
import shutil
import signal
import tempfile
from pathlib import Path

import django
import pytest

from crm.desk.translations import compile_translations
from crm.tests import ready
from crm.tests.variables import variables

OWNER = "PYTEST_XDIST_WORKER" not in os.environ
ALL_ONCE = re.compile(r"^pytestmark = .*\bmark\.once\b", re.MULTILINE)
DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "django_db_setup"}

if OWNER:
    # A shell lets what it starts in the background ignore Ctrl-C; tests have servers to stop.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # What the caller's shell says belongs to an installation, not to a test; DATABASE_URL stays:
    # with it bin/test says what to test on.
    for name in variables() - {"DATABASE_URL"}:
        os.environ.pop(name, None)
    os.environ.update(
        DEBUG="0",
        DEMO="0",
        DJANGO_SETTINGS_MODULE="crm.settings",
        VENTANILLA_HOME=tempfile.mkdtemp(prefix="ventanilla-tests-"),
    )

    compile_translations([Path(__file__).parent / "locale"])

# Rooms' own conftests import models, and pytest reads them before it calls pytest_configure.
django.setup()

pytest_plugins = ["crm.tests.people"]


def pytest_addoption(parser):
    parser.addoption(
        "--serial",
        choices=["only", "without"],
        help="run only the tests marked `serial`, or all but them (bin/test runs each once)",
    )


def pytest_ignore_collect(collection_path, config):
    """Files of which no test is wanted are not even read: it takes seconds to make thousands."""
    wanted = config.getoption("--serial")
    if not wanted or not collection_path.name.startswith("test_"):
        return None
    text = collection_path.read_text()
    if wanted == "only":
        return "mark.serial" not in text or None
    return (_on_second() and ALL_ONCE.search(text) and "skipif" not in text) or None


def _on_second():
    """Whether this is the daily run on the second database."""
    return bool(os.environ.get("DATABASE_URL")) and os.environ.get("SOAK") != "1"


def pytest_collection_modifyitems(config, items):
    wanted = config.getoption("--serial")
    if not wanted:
        return
    second = _on_second()
    kept, dropped = [], []
    for item in items:
        serial = item.get_closest_marker("serial") is not None
        mine = serial == (wanted == "only") and not (second and _is_said(item, serial))
        (kept if mine else dropped).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=dropped)


def _is_said(item, serial):
    """On the second database: whether a test would only say again what it said on the first.

    What is skipped on one of them (`skipif`) has not been said there.
    """
    if item.get_closest_marker("once") is not None:
        return item.get_closest_marker("skipif") is None
    asks = item.get_closest_marker("django_db") or set(item.fixturenames) & DATABASE_FIXTURES
    return not serial and not asks


def pytest_configure():
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        # A test's database need not survive a power cut.
        settings.DATABASES["default"]["OPTIONS"]["init_command"] = (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
        )
    # Only in a process of its own does the worker leave webhooks their turn.
    settings.WORK_SQLITE_REST = 0.0
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # or WhiteNoise warns at every request


def pytest_collection_finish():
    """What was collected stays to the end; the collector of garbage need not walk it each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_unconfigure():
    if OWNER:
        shutil.rmtree(os.environ["VENTANILLA_HOME"], ignore_errors=True)


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    """A folder for what takes long to make: shared by test processes that run beside each other
    and, where bin/test says so, one after the other."""
    if folder := os.environ.get("TESTS_SHARED"):
        return Path(folder)
    own = tmp_path_factory.getbasetemp()
    return (own if OWNER else own.parent) / "shared"


@pytest.fixture(scope="session")
def migrated_home(shared):
    """A home on SQLite after all migrations, and no more."""
    return ready.migrated_home(shared)


@pytest.fixture(scope="session")
def prepared_home(shared):
    """A home on SQLite, ready to start and empty, to be copied."""
    return ready.prepared_home(shared)


@pytest.fixture(scope="session")
def migrated_postgres(shared):
    """The name of a database after all migrations, on the throw-away server of `bin/test`."""
    return ready.migrated_postgres(shared, os.environ["DATABASE_URL"])


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request, django_db_modify_db_settings_parallel_suffix):
    """Begin each test database as a copy: migrating one costs nine seconds."""
    from django.db import connection

    test = connection.settings_dict["TEST"]
    if connection.vendor == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_home") / "db.sqlite3", test["NAME"])
    elif "TESTS_SHARED" in os.environ:  # on a throw-away server, which keeps the original
        test["TEMPLATE"] = request.getfixturevalue("migrated_postgres")


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings):
    """What was copied is used, not made anew."""
    from django.db import connection

    return connection.vendor == "sqlite"


@pytest.fixture(scope="session", autouse=True)
def _quick_flush():
    """After a test with transactions of its own PostgreSQL would truncate a hundred tables, making
    the files of each and its indexes anew; to delete the few rows there are takes half the time. No
    foreign key is looked at meanwhile."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    def sql_flush(self, style, tables, **options):
        rows = [f"DELETE FROM {self.quote_name(one)};" for one in tables]
        role = "SET session_replication_role = {};".format
        return ["".join([role("replica"), *rows, role("DEFAULT")])] if tables else []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        yield


@pytest.fixture(autouse=True)
def _empty_cache():
    """No test inherits another's attempts to log in."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def in_english(settings):
    """What is said is said in English, as it stands in the code beside the test."""
    settings.LANGUAGE_CODE = "en"
