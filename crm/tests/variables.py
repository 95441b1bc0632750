"""Which environment variables the desk reads, taken from the code; it needs no settings."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# A default that is written out, and no expression: a word in quotes, or a number.
PLAIN = re.compile(r'env(?:\.\w+)?\(\s*"([A-Z_]+)",\s*default=(?:"([^"]*)"|([\d.]+))\s*\)')
READ = re.compile(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"')
IN_SHELL = re.compile(r"\$\{?([A-Z_]*(?:HOST|PORT|WEB_\w+))\b")


def written():
    """All settings as they are written."""
    return "".join(file.read_text() for file in sorted((ROOT / "crm/settings").glob("*.py")))


def variables():
    """Read by the settings, or by the scripts that start the desk."""
    shell = "".join((ROOT / name).read_text() for name in ("Procfile", "bin/run"))
    return {*READ.findall(written()), *IN_SHELL.findall(shell)}


def plain_defaults():
    """{variable: its default as the settings write it}, where that is a word or a number."""
    found = PLAIN.findall(written())
    return {name: word or number for name, word, number in found if word or number}
