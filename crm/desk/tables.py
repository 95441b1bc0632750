"""How tables look everywhere: what a column's class is, and which column is the row's link."""

from typing import Any

import django_tables2 as tables


def cells(classes: str) -> dict[str, dict[str, str]]:
    """Attributes that give a column's head and cells the same classes."""
    return {"th": {"class": classes}, "td": {"class": classes}}


# Columns that a phone or a small window leaves out, and numbers.
WIDE = cells("d-none d-md-table-cell")
WIDER = cells("d-none d-xl-table-cell")
NUMERIC = cells("numeric")
WIDE_NUMERIC = cells("numeric d-none d-md-table-cell")


class RowLinkColumn(tables.Column):
    """The column whose link covers the whole row; `linkify` as in django-tables2."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("linkify", True)
        kwargs.setdefault("attrs", {"a": {"class": "row-link"}, "td": {"class": "cell-main"}})
        super().__init__(*args, **kwargs)


class DeskTable(tables.Table):
    """The base of every list's table; empty lists are the list page's to explain."""

    class Meta:
        template_name = "desk/table.html"
        attrs = {"class": "table desk-table"}
