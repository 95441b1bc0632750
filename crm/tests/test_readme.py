"""Both READMEs name every variable the desk reads, and name none it does not."""

import re

import pytest
from django.conf import settings

READ = re.compile(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"')
IN_SHELL = re.compile(r"\$\{?([A-Z_]*(?:HOST|PORT|WEB_\w+))\b")
ROW = re.compile(r"^\| (`[A-Z].*?) \|", re.MULTILINE)


def variables():
    """Read by the settings, or by the scripts that start the desk."""
    scripts = [settings.BASE_DIR / name for name in ("Procfile", "bin/run")]
    shell = "".join(path.read_text() for path in scripts)
    code = (settings.BASE_DIR / "crm/settings.py").read_text()
    return {*READ.findall(code), *IN_SHELL.findall(shell)}


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
