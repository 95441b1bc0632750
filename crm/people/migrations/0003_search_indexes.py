"""Lets PostgreSQL find a piece of a name, number or address without reading every row.

SQLite has no such index: there the search reads the table, which an embedded office bears.
"""

from django.db import DatabaseError, migrations, transaction

PREFIX = (
    "CREATE INDEX contact_search_prefix ON people_contact (search_name varchar_pattern_ops)",
    "CREATE INDEX point_value_prefix ON people_contactpoint (value varchar_pattern_ops)",
)
PIECES = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX contact_search_pieces ON people_contact USING gin (search_name gin_trgm_ops)",
    "CREATE INDEX point_value_pieces ON people_contactpoint USING gin (value gin_trgm_ops)",
)
NAMES = (
    "contact_search_prefix",
    "point_value_prefix",
    "contact_search_pieces",
    "point_value_pieces",
)


def make(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in PREFIX:
        schema_editor.execute(statement)
    try:
        with transaction.atomic(using=schema_editor.connection.alias):
            for statement in PIECES:
                schema_editor.execute(statement)
    except DatabaseError:
        # The extension is not on this server, or this role may not create it: pieces of a name
        # are then found by reading the table, beginnings still by the indexes above.
        return


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in NAMES:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [("people", "0002_search_name")]

    operations = [migrations.RunPython(make, drop)]
