"""Both READMEs name every variable the desk reads, with its default, and name no other."""

import re

import pytest
from django.conf import settings

from crm.tests.variables import plain_defaults, variables

ROW = re.compile(r"^\| (`[A-Z].*?) \|", re.MULTILINE)
DEFAULTS = re.compile(r"^\| (`[A-Z].*?) \| (`[^|]*`) \|", re.MULTILINE)


def documented_defaults(text):
    """{variable: default}, of rows that give each of their variables one in `code`."""
    found = {}
    for names, defaults in DEFAULTS.findall(text):
        row = re.findall(r"`([A-Z_]+)`", names), re.findall(r"`([^`]+)`", defaults)
        if len(row[0]) == len(row[1]):
            found.update(zip(*row, strict=True))
    return found


@pytest.mark.parametrize("name", ["README.md", "README.es.md"])
def test_the_table_of_variables_is_complete(name):
    rows = ROW.findall((settings.BASE_DIR / name).read_text())
    named = {variable for row in rows for variable in re.findall(r"`([A-Z_]+)`", row)}
    assert named == variables()


@pytest.mark.parametrize("name", ["README.md", "README.es.md"])
def test_the_defaults_are_those_of_the_code(name):
    said = documented_defaults((settings.BASE_DIR / name).read_text())
    compared = {variable: said[variable] for variable in plain_defaults() if variable in said}
    assert compared == {variable: plain_defaults()[variable] for variable in compared}
    assert {"JOBS_STOP_GRACE", "PORT", "TIME_ZONE", "GRAPH_API_VERSION"} <= set(compared)


@pytest.mark.parametrize("name", ["README.md", "README.es.md"])
def test_what_a_readme_points_to_is_there(name):
    text = (settings.BASE_DIR / name).read_text()
    paths = re.findall(r"\]\(([\w./-]+)[#)]", text)
    paths += re.findall(r"`((?:bin|docs|chatbot|crm|locale)/[\w./-]+)`", text)
    assert paths and [path for path in paths if not (settings.BASE_DIR / path).exists()] == []
