"""`manage.py check` on the dotted paths by which rooms hang themselves into the desk."""

import re

import pytest
from django.conf import settings
from django.core.checks import run_checks

# The settings that docs/architecture.md lists, under "Against the arrow".
TABLE = re.compile(r"^\| Setting \| Its entries give \|\n\|.*\n((?:\|.*\n)+)", re.MULTILINE)


def documented():
    rows = TABLE.search((settings.BASE_DIR / "docs/architecture.md").read_text())[1]
    return sorted({name for row in rows.splitlines() for name in re.findall("`([A-Z_]+)`", row)})


@pytest.mark.parametrize("name", documented())
def test_a_path_that_leads_nowhere_is_told(name, settings):
    alone = isinstance(getattr(settings, name), str)
    setattr(settings, name, "no.room.at_all" if alone else ["no.room.at_all"])
    assert [error.msg for error in run_checks() if f"settings.{name}" in error.msg]


def test_every_setting_of_dotted_paths_is_in_the_table():
    """Those of the rooms stand in a file of settings of their own; schedules with the jobs."""
    text = (settings.BASE_DIR / "crm/settings/rooms.py").read_text()
    assert {*re.findall(r"^([A-Z_]+) =", text, re.MULTILINE), "SCHEDULES"} == set(documented())
