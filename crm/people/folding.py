"""Text as people search for it: without accents and capitals, in Python and in the database."""

import re
from functools import reduce
from typing import Any

from django.db.models import F, Value
from django.db.models.expressions import Combinable, Func
from django.db.models.functions import Lower, Replace

# Spanish ones only: SQLite's parser gives up at some twenty functions within each other.
_PLAIN = {"a": "áÁ", "e": "éÉ", "i": "íÍ", "o": "óÓ", "u": "úÚüÜ", "n": "ñÑ"}
_LETTERS = {accented: plain for plain, accents in _PLAIN.items() for accented in accents}
_TABLE = str.maketrans(_LETTERS)


def fold(text: str) -> str:
    """ "María  Ñahui " as "maria nahui": what `Folded` columns hold, for comparing with them."""
    return re.sub(r"\s+", " ", text.replace("\x00", "")).strip().lower().translate(_TABLE)


def folded(expression: str | Combinable) -> Func:
    """The same as a database expression, of immutable functions only, so that a generated column
    may keep it (SQLite's LOWER leaves accented capitals alone; they are replaced as well)."""
    start: Any = F(expression) if isinstance(expression, str) else expression
    lowered: Any = Lower(start)
    return reduce(_replaced, _LETTERS.items(), lowered)  # type: ignore[no-any-return]


def _replaced(inner: Any, letters: tuple[str, str]) -> Func:
    accented, plain = letters
    return Replace(inner, Value(accented), Value(plain))
