"""Compiles the .po files people edit into the .mo files gettext reads."""

import os
from collections.abc import Iterable
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_translations(folders: Iterable[str | Path]) -> int:
    """Compile every .po under the locale `folders` that is newer than its .mo; how many were.

    A fuzzy translation is somebody's guess: it is left out, as msgfmt does.
    """
    stale = [
        po
        for folder in folders
        for po in sorted(Path(folder).glob("*/LC_MESSAGES/*.po"))
        if not _is_fresh(po)
    ]
    for po in stale:
        _compile(po)
    return len(stale)


def _is_fresh(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns


def _compile(po: Path) -> None:
    # Written beside and renamed: a server that reads it meanwhile sees the old one or the new one.
    draft = po.with_suffix(f".mo.{os.getpid()}")
    with po.open("rb") as source, draft.open("wb") as target:
        write_mo(target, read_po(source, locale=po.parent.parent.name, domain=po.stem))
    draft.replace(po.with_suffix(".mo"))
