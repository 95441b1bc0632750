"""Any text as plain signs, so that a pattern knows a digit however it is drawn."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


def even(text: str) -> str:
    """The same with "0" to "9" for every digit ("１", "①", "²"), "-" for every dash and a space for
    every blank and every sign that cannot be seen; sign by sign, so as long as `text`."""
    return text if text.isascii() else "".join(map(_even, text))


@lru_cache(maxsize=4096)
def _even(sign: str) -> str:
    digit = unicodedata.digit(sign, None)
    if digit is not None:
        return str(digit)
    kind = unicodedata.category(sign)
    if kind == "Pd":
        return "-"
    return " " if kind in ("Zs", "Cf", "Mn", "Me") else sign
