"""Whether an error is the database's own: then nothing was anybody's fault, and it comes again."""

from __future__ import annotations

import re

from django.db import InterfaceError, OperationalError, connection

# What SQLite says of a table or column it does not know.
MISSING = re.compile(r"no such (table|column)|has no column")


def is_away(error: Exception) -> bool:
    """The database, not what was done with it: everything is rolled back and comes again.

    What the database only refuses (too large an index row, a deadlock) is the work's own fault.
    """
    if isinstance(error, InterfaceError) or _behind(error):
        return True
    return isinstance(error, OperationalError) and not connection.is_usable()


def _behind(error: Exception) -> bool:
    """A table or column that is not there yet: new code before its migration has run."""
    if connection.vendor == "postgresql":
        return getattr(error.__cause__, "pgcode", "") in ("42P01", "42703")
    return isinstance(error, OperationalError) and MISSING.search(str(error)) is not None
