"""How much waits in several rooms, in one query: the menu stands on every page."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

# The menu says "99+" beyond this; counting on would cost every page.
MOST_COUNTED = 100


def count_each(listed: Sequence[QuerySet[Any]]) -> list[int]:
    """How many rows each of them has, at most MOST_COUNTED; none of them may be sliced."""
    counts: list[str] = []
    params: list[Any] = []
    for rows in listed:
        try:
            sql, values = rows.order_by().values("pk")[:MOST_COUNTED].query.sql_with_params()
        except EmptyResultSet:
            counts.append("0")
        else:
            counts.append(f"(SELECT COUNT(*) FROM ({sql}) AS counted)")
            params += values
    if not params and set(counts) <= {"0"}:
        return [0] * len(counts)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(counts)}", params)
        return list(cursor.fetchone())
