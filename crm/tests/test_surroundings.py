"""The tests do not depend on what the caller's shell has set."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from crm.tests.variables import variables

READS = """
import os, conftest
from django.conf import settings
print(settings.GRAPH_API_VERSION, settings.PHONE_REGION, settings.BUSINESS_NAME, settings.PORT)
"""


@pytest.mark.once
def test_no_setting_comes_from_the_callers_shell(tmp_path):
    strange = dict.fromkeys(variables() - {"DATABASE_URL"}, "from the shell")
    own = {k: v for k, v in os.environ.items() if k != "PYTEST_XDIST_WORKER"}

    ended = subprocess.run(
        [sys.executable, "-c", READS],
        cwd=settings.BASE_DIR,
        env={**own, **strange, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.split() == ["v25.0", "PE", "Ventanilla", "8000"]
