"""Which browser the tests take: what bin/test is content with, they find."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from crm.tests import chromium


def test_bin_test_looks_for_the_same_programs():
    script = (Path(settings.BASE_DIR) / "bin" / "test").read_text()
    (names,) = re.findall(r"have (.+) \|\| echo chromium", script)
    assert tuple(names.split()) == chromium.NAMES


@pytest.mark.parametrize("name", chromium.NAMES)
def test_each_of_them_will_do(name, tmp_path, monkeypatch):
    only = tmp_path / name
    only.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert chromium.program() == str(only)


def test_without_any_it_says_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pytest.fail.Exception, match="chromium-browser"):
        chromium.program()
