"""Rows by the hundred thousand: COPY on PostgreSQL, prepared INSERTs elsewhere."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from django.db import connection, models

Value = str | int | None
CHUNK = 20_000


def load(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Value]],
    done: Callable[[int], None] = lambda count: None,
) -> None:
    """Insert rows of plain values (text without backslashes and control characters, integers,
    None; moments as text in UTC) and tell `done` after each chunk how many there are.

    What the model demands besides `columns` gets its field's default. Call it inside a
    transaction; keys are the caller's, see `first_key`.
    """
    rest = _defaults(model, columns)
    names, same = (*columns, *rest), tuple(rest.values())
    iterator, count = ((*row, *same) for row in rows), 0
    while chunk := list(islice(iterator, CHUNK)):
        write = _copy if connection.vendor == "postgresql" else _insert
        write(model._meta.db_table, names, chunk)
        count += len(chunk)
        done(count)
    _move_sequence(model)


def first_key(model: type[models.Model]) -> int:
    """The first primary key nobody has yet."""
    return (model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0) + 1


def _defaults(model: type[models.Model], columns: Sequence[str]) -> dict[str, Value]:
    """By column, what fields get that nobody names and that cannot be empty."""
    unnamed = [
        field
        for field in model._meta.concrete_fields
        if field.column not in columns and not (field.null or field.primary_key or field.generated)
    ]
    return {str(field.column): _plain(field.get_default()) for field in unnamed}


def _plain(value: object) -> Value:
    if isinstance(value, bool):
        return int(value)
    return value if isinstance(value, str | int) else json.dumps(value)


def _copy(table: str, columns: Sequence[str], rows: Sequence[Sequence[Value]]) -> None:
    text = io.StringIO("".join(_lines(rows)))
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" ({_names(columns)}) FROM STDIN', text)


def _lines(rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    for row in rows:
        yield "\t".join("\\N" if value is None else str(value) for value in row) + "\n"


def _insert(table: str, columns: Sequence[str], rows: Sequence[Sequence[Value]]) -> None:
    places = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(f'INSERT INTO "{table}" ({_names(columns)}) VALUES ({places})', rows)


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _move_sequence(model: type[models.Model]) -> None:
    """PostgreSQL hands out the keys after ours from here on; SQLite sees them by itself."""
    if connection.vendor == "postgresql":
        table = model._meta.db_table
        with connection.cursor() as cursor:
            sql = f"SELECT setval(pg_get_serial_sequence(%s, 'id'), MAX(id)) FROM {table}"
            cursor.execute(sql, [table])
