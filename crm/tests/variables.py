"""Which environment variables the desk reads, taken from the code; it needs no settings."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"')
IN_SHELL = re.compile(r"\$\{?([A-Z_]*(?:HOST|PORT|WEB_\w+))\b")


def variables():
    """Read by the settings, or by the scripts that start the desk."""
    shell = "".join((ROOT / name).read_text() for name in ("Procfile", "bin/run"))
    return {*READ.findall((ROOT / "crm/settings.py").read_text()), *IN_SHELL.findall(shell)}
