"""The desk speaks Spanish everywhere: every string of code and templates has its translation."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings

CATALOG = Path("locale/es/LC_MESSAGES/django.po")
ROOMS = ("crm", "leads", "partners", "tickets", "chatbot", "templates", "locale")
TRANSLATES = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    """What makemessages finds today, with the translations that are there."""
    if shutil.which("xgettext") is None:
        pytest.fail("GNU gettext is missing: bin/test installs it")
    place = tmp_path_factory.mktemp("tree")
    for room in ROOMS:
        shutil.copytree(
            settings.BASE_DIR / room, place / room, ignore=shutil.ignore_patterns("*.pyc")
        )
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "-l", "es", "--no-location"],
        cwd=place,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin"},
        check=True,
        capture_output=True,
    )
    with (place / CATALOG).open("rb") as file:
        return read_po(file)


def texts(message):
    return message.string if isinstance(message.string, tuple) else (message.string,)


def ids(message):
    return message.id if isinstance(message.id, tuple) else (message.id,)


def test_every_string_is_translated(catalog):
    missing = [m.id for m in catalog if m.id and (m.fuzzy or not all(texts(m)))]
    assert missing == []


def test_no_string_hides_from_the_catalog():
    """What is called within an f-string, xgettext does not see."""
    hidden = [
        f"{path.relative_to(settings.BASE_DIR)}:{call.lineno}"
        for room in ROOMS
        for path in (settings.BASE_DIR / room).rglob("*.py")
        for string in ast.walk(ast.parse(path.read_text()))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in TRANSLATES
    ]
    assert hidden == []


def test_nothing_is_kept_that_nobody_says(catalog):
    assert [m.id for m in catalog.obsolete.values()] == []


def test_placeholders_survive_translation(catalog):
    wrong = [
        message.id
        for message in catalog
        if message.id
        and set(PLACEHOLDER.findall(texts(message)[-1]))
        != set(PLACEHOLDER.findall(ids(message)[-1]))
    ]
    assert wrong == []


def test_the_desk_does_not_shout(catalog):
    assert [
        m.id for m in catalog if m.id and any("¡" in text or "!" in text for text in texts(m))
    ] == []
