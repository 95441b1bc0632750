"""A mistyped environment variable: one line that names it, and no secret."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from crm.environment import Variables


def variables(**given):
    env = Variables()
    env.ENVIRON = given
    return env


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("JOB_WORKERS", "x", "JOB_WORKERS is not a whole number: x"),
        ("PARTNER_PHONE_CHECK", "no", "PARTNER_PHONE_CHECK is none of code, officer, off: no"),
        ("DEMO", "maybe", "DEMO is neither 1 nor 0: maybe"),
        ("TIME_ZONE", "Nowhere/X", "TIME_ZONE is not a time zone such as America/Lima: Nowhere/X"),
    ],
)
def test_the_command_line_ends_with_one_line(name, value, said):
    ended = subprocess.run(
        [sys.executable, "manage.py", "prepare"],
        cwd=settings.BASE_DIR,
        env={**os.environ, name: value},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert ended.stderr == f"{said}\n" and ended.stdout == ""


@pytest.mark.parametrize(
    "value", ["nonsense", "", "smtp://u:s3cr3t@host:port", "smtp://u:s3cr3t@["]
)
def test_mail_without_an_address(value):
    with pytest.raises(ImproperlyConfigured, match=r"^EMAIL_URL is not .* smtp") as caught:
        variables(EMAIL_URL=value).mail("EMAIL_URL", default="consolemail://")
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    "value", ["mysql://u:s3cr3t@host/db", "postgres://u:s3cr3t@host:x/db", "x"]
)
def test_a_database_without_an_address(value):
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL is not .*postgres") as caught:
        variables(DATABASE_URL=value).database("DATABASE_URL", default="sqlite:////tmp/x")
    assert "s3cr3t" not in str(caught.value)


def test_an_empty_database_is_the_default():
    known = variables(DATABASE_URL="").database("DATABASE_URL", default="sqlite:////tmp/x.sqlite3")
    assert known["NAME"] == "/tmp/x.sqlite3"


def test_what_is_no_list_number_or_level():
    env = variables(MEDIA_HOSTS="zzz", JOBS_BEAT="soon", LOG_LEVEL="loud", QUIET="warning")
    with pytest.raises(ImproperlyConfigured, match=r"^MEDIA_HOSTS is not a list .*: zzz$"):
        env.dict("MEDIA_HOSTS", default={})
    with pytest.raises(ImproperlyConfigured, match=r"^JOBS_BEAT is not a number: soon$"):
        env.float("JOBS_BEAT", default=15)
    with pytest.raises(ImproperlyConfigured, match=r"^LOG_LEVEL is not .*: loud$"):
        env.level("LOG_LEVEL", default="INFO")
    assert env.level("QUIET", default="INFO") == "WARNING"


@pytest.mark.parametrize("value", ["../..", "/etc/passwd", "", "America"])
def test_a_time_zone_that_is_none(value):
    with pytest.raises(ImproperlyConfigured, match=r"^TIME_ZONE is not"):
        variables(TIME_ZONE=value).zone("TIME_ZONE", default="UTC")


@pytest.mark.parametrize(
    ("value", "meant"),
    [("1", True), ("True", True), (" yes ", True), ("0", False), ("off", False), ("", False)],
)
def test_yes_and_no(value, meant):
    assert variables(DEBUG=value).flag("DEBUG", default=not meant) is meant
    assert variables().flag("DEBUG", default=meant) is meant
