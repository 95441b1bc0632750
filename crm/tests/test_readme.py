"""Both READMEs name every variable the desk reads, and name none it does not."""

import re

import pytest
from django.conf import settings

from crm.tests.variables import variables

ROW = re.compile(r"^\| (`[A-Z].*?) \|", re.MULTILINE)


@pytest.mark.parametrize("name", ["README.md", "README.es.md"])
def test_the_table_of_variables_is_complete(name):
    rows = ROW.findall((settings.BASE_DIR / name).read_text())
    named = {variable for row in rows for variable in re.findall(r"`([A-Z_]+)`", row)}
    assert named == variables()


@pytest.mark.parametrize("name", ["README.md", "README.es.md"])
def test_what_a_readme_points_to_is_there(name):
    text = (settings.BASE_DIR / name).read_text()
    paths = re.findall(r"\]\(([\w./-]+)[#)]", text)
    paths += re.findall(r"`((?:bin|docs|chatbot|crm|locale)/[\w./-]+)`", text)
    assert paths and [path for path in paths if not (settings.BASE_DIR / path).exists()] == []
