"""The tables of words in `../lexicon`: text files, so that they can be read and added to."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent.parent / "lexicon"


def sections(name: str) -> dict[str, list[str]]:
    """[heading] -> the lines below it. Blank lines and those with a # before them say nothing."""
    found: dict[str, list[str]] = {}
    heading = ""
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            heading = line.strip("[]")
        elif line.strip() and not line.startswith("#"):
            found.setdefault(heading, []).append(line.strip())
    return found


def words(lines: list[str]) -> list[str]:
    return [word for line in lines for word in line.split()]
