"""manage.py prepare: what it does once, what it does not do again, what it says when it cannot."""

import gettext
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from io import StringIO

import psycopg2
import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import translation

from crm.addresses import name_of
from crm.desk.assets import collect_static
from crm.desk.translations import compile_translations
from crm.people.models import Agency, User

HERE = "crm.desk.tests.steps_done"
# Of a database without jobs there is enough to migrate for one process to come upon another that
# does it, and not everything.
WITHOUT_JOBS = """
DROP TABLE django_q_ormq;
DROP TABLE django_q_task;
DROP TABLE django_q_schedule;
DELETE FROM django_migrations WHERE app = 'django_q';
"""


@pytest.fixture
def small_site(settings, tmp_path):
    """Static files of one style sheet, so that collecting them takes no time."""
    (tmp_path / "static").mkdir()
    (tmp_path / "static/desk.css").write_text("body{}")
    (tmp_path / "requirements.txt").write_text("django==1")
    (tmp_path / "package-lock.json").write_text("{}")
    settings.BASE_DIR = tmp_path
    settings.STATICFILES_DIRS = [tmp_path / "static"]
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.INSTALLED_APPS = [
        app for app in settings.INSTALLED_APPS if app != "django.contrib.admin"
    ]


def prepare(*processes):
    """What the command says."""
    said = StringIO()
    call_command("prepare", *processes, stdout=said, stderr=StringIO())
    return said.getvalue()


def closed_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def in_a_process(**environment):
    return subprocess.Popen(
        [sys.executable, "manage.py", "prepare", "work"],
        cwd=project.BASE_DIR,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.django_db
def test_a_prepared_desk_is_only_told_where_it_opens(settings):
    settings.BASE_URL = "https://desk.example"
    settings.SETUP_STEPS = []

    assert prepare("work") == ""
    assert "migrat" not in prepare("work").lower()


@pytest.mark.django_db
@pytest.mark.usefixtures("small_site")
def test_it_names_the_address_and_the_demo_people(settings):
    settings.BASE_URL = "http://localhost:8123"
    settings.DEMO = True
    settings.SETUP_STEPS = []
    User.objects.create_user("agente", password="demo", is_demo=True)
    User.objects.create_user("somebody-real")

    said = prepare()

    assert "http://localhost:8123" in said
    assert "agente" in said
    assert "somebody-real" not in said
    assert "Filling the demo" not in said


@pytest.mark.django_db
@pytest.mark.usefixtures("small_site")
@pytest.mark.parametrize(
    ("host", "base_url", "told"),
    [
        ("127.0.0.1", "http://localhost:8000", "Log in as agente;"),
        ("0.0.0.0", "http://localhost:8000", "Log in as agente;"),
        ("0.0.0.0", "http://desk.example:8000", "Log in at http://localhost:8000 "),
        ("192.168.1.20", "http://192.168.1.20:8000", "are let in only at this machine"),
        ("192.168.1.20", "http://localhost:8000", "are let in only at this machine"),
        ("127.0.0.1", "https://desk.example", "are let in only at this machine"),
    ],
)
def test_the_demo_people_are_named_where_they_are_let_in(settings, host, base_url, told):
    settings.HOST, settings.BASE_URL = host, base_url
    settings.HTTPS = base_url.startswith("https")
    settings.DEMO, settings.SETUP_STEPS = True, []
    User.objects.create_user("agente", password="demo", is_demo=True)

    said = prepare()

    assert told in said
    assert ("agente" in said) == told.startswith("Log in")


@pytest.mark.once
@pytest.mark.parametrize(
    ("given", "base_url"),
    [
        ({"HOST": "192.168.1.20"}, "http://192.168.1.20:8000"),
        ({"HOST": "fd00::20", "PORT": "8100"}, "http://[fd00::20]:8100"),
        ({"HOST": "192.168.1.20", "BASE_URL": "https://desk.example/"}, "https://desk.example"),
    ],
)
def test_without_base_url_the_desk_is_called_by_where_it_listens(given, base_url):
    """Addresses of webhooks and of reset links begin with it; and by that name it answers."""
    reads = (
        "from django.conf import settings; from django.http.request import validate_host;"
        "from urllib.parse import urlsplit;"
        "host = urlsplit(settings.BASE_URL).netloc.rpartition(':')[0] or 'desk.example';"
        "print(settings.BASE_URL, validate_host(host, settings.ALLOWED_HOSTS))"
    )
    done = subprocess.run(
        [sys.executable, "-c", reads],
        cwd=project.BASE_DIR,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == [base_url, "True"], done.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "0.0.0.0", "::"])
def test_what_listens_at_home_or_everywhere_is_localhost(host):
    assert name_of(host) == "localhost"


@pytest.mark.django_db
@pytest.mark.usefixtures("small_site")
@pytest.mark.parametrize(
    ("host", "allowed", "told"),
    [
        ("0.0.0.0", ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"], True),
        ("::", ["localhost", "::"], True),
        ("0.0.0.0", ["localhost", "desk.example"], False),
        ("0.0.0.0", ["*"], False),
        ("127.0.0.1", ["localhost", "127.0.0.1"], False),
    ],
)
def test_who_listens_everywhere_is_told_to_name_the_address(settings, host, allowed, told):
    settings.HOST, settings.ALLOWED_HOSTS = host, allowed
    settings.SETUP_STEPS = []
    settings.DEMO = False

    lines = prepare().splitlines()

    assert sum("BASE_URL or ALLOWED_HOSTS" in line for line in lines) == told


@pytest.mark.django_db
@pytest.mark.usefixtures("small_site")
def test_an_office_gets_no_demo(settings):
    settings.DEMO = False
    settings.SETUP_STEPS = []

    said = prepare()

    assert not User.objects.exists()
    assert "Log in as" not in said


@pytest.mark.django_db
def test_set_up_steps_run_in_their_order(settings):
    settings.SETUP_STEPS = [f"{HERE}.first", f"{HERE}.second"]
    before = Agency.objects.count()

    prepare("work")

    names = list(Agency.objects.order_by("pk").values_list("name", flat=True))[before:]
    assert names == ["first", f"second after {before + 1}"]


@pytest.mark.django_db
def test_what_a_first_start_keeps_in_words_is_spanish(settings, tmp_path):
    po = tmp_path / "es/LC_MESSAGES/django.po"
    po.parent.mkdir(parents=True)
    content = "Content-Type: text/plain; charset=UTF-8\\n"
    po.write_text(f'msgid ""\nmsgstr "{content}"\n\nmsgid "Leads"\nmsgstr "Interesados"\n')
    settings.LOCALE_PATHS = [tmp_path]
    settings.SETUP_STEPS = [f"{HERE}.in_words"]
    assert translation.gettext("Leads") == "Leads"

    prepare("work")

    assert Agency.objects.latest("pk").name == "Interesados"


@pytest.mark.django_db
def test_redis_that_does_not_answer_is_one_line(settings):
    port = closed_port()
    settings.REDIS_URL = f"redis://:secret@127.0.0.1:{port}/0"

    with pytest.raises(CommandError) as caught:
        prepare()

    assert f"Redis at 127.0.0.1:{port} does not answer" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgres://someone:secret@127.0.0.1:{port}/desk",
        "sqlite:////nowhere/at/all/db.sqlite3",
    ],
)
def test_a_database_that_does_not_answer_is_one_line(url):
    ended = in_a_process(DATABASE_URL=url.format(port=closed_port()))
    _, error = ended.communicate(timeout=60)

    assert ended.returncode == 1
    assert len(error.strip().splitlines()) == 1, error
    assert "database does not answer" in error
    assert "secret" not in error


@pytest.mark.skipif(connection.vendor != "postgresql", reason="machines share a PostgreSQL")
def test_machines_that_start_together_take_turns(request):
    server = connection.settings_dict
    address = {"host": server["HOST"], "port": server["PORT"], "user": server["USER"]}
    older = "TESTS_SHARED" in os.environ  # else it is made from nothing
    origin = request.getfixturevalue("migrated_postgres") if older else "template1"
    with closing(psycopg2.connect(dbname="postgres", **address)) as admin:
        admin.autocommit = True
        admin.cursor().execute("DROP DATABASE IF EXISTS started_together")
        admin.cursor().execute(f"CREATE DATABASE started_together TEMPLATE {origin}")
    if older:
        with closing(psycopg2.connect(dbname="started_together", **address)) as made, made:
            made.cursor().execute(WITHOUT_JOBS)
    url = f"postgres://{server['USER']}@{server['HOST']}:{server['PORT']}/started_together"

    machines = [in_a_process(DATABASE_URL=url, DEMO="0") for _ in range(3)]
    said = [machine.communicate(timeout=90) for machine in machines]

    assert [machine.returncode for machine in machines] == [0, 0, 0], said
    assert sum("Migrating" in out for out, _ in said) == 1


@pytest.mark.once
def test_starts_in_one_home_take_turns(tmp_path, migrated_home):
    database = tmp_path / "own.sqlite3"
    shutil.copy(migrated_home / "db.sqlite3", database)
    with closing(sqlite3.connect(database)) as older:
        older.executescript(WITHOUT_JOBS)
    home = {"VENTANILLA_HOME": str(tmp_path), "DATABASE_URL": f"sqlite:///{database}"}

    starts = [in_a_process(**home, DEMO="0") for _ in range(2)]
    said = [start.communicate(timeout=90) for start in starts]

    assert [start.returncode for start in starts] == [0, 0], said
    assert sum("Migrating" in out for out, _ in said) == 1


@pytest.mark.usefixtures("small_site")
def test_static_files_are_collected_when_they_changed(settings):
    assert collect_static()
    assert (settings.STATIC_ROOT / "desk.css").read_text() == "body{}"
    assert not collect_static()

    (settings.BASE_DIR / "static/desk.css").write_text("body{color:red}")
    assert collect_static()
    assert not collect_static()

    (settings.BASE_DIR / "package-lock.json").write_text('{"version": 2}')
    assert collect_static()


def test_translations_are_compiled_when_they_changed(tmp_path):
    po = tmp_path / "es/LC_MESSAGES/django.po"
    po.parent.mkdir(parents=True)
    po.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "Lead"\nmsgstr "Interesado"\n\n'
        '#, fuzzy\nmsgid "Loan"\nmsgstr "¿Préstamo?"\n'
    )

    assert compile_translations([tmp_path]) == 1
    spanish = gettext.translation("django", tmp_path, languages=["es"])
    assert spanish.gettext("Lead") == "Interesado"
    assert spanish.gettext("Loan") == "Loan"

    assert compile_translations([tmp_path]) == 0
    later = po.with_suffix(".mo").stat().st_mtime + 5
    os.utime(po, (later, later))
    assert compile_translations([tmp_path]) == 1
