"""Pages of a table that may hold a million rows: never counted beyond a cap."""

from typing import Any

from django.core.paginator import EmptyPage, Page, Paginator
from django.utils.functional import cached_property
from django_tables2.rows import BoundRows

# Ten pages: every count costs the rows it counts, and who has ten pages needs a filter.
COUNT_CAP = 250
# A deeper page costs the database every row before it; further back one comes by filters.
LAST_PAGE = 400


class CappedPage(Page):  # type: ignore[type-arg]  # not generic at run time
    """A page that knows whether there is more behind it because it asked for one row too many."""

    def __init__(self, object_list: Any, number: int, paginator: "CappedPaginator") -> None:
        self.more = len(object_list.data) > paginator.per_page
        object_list.data = object_list.data[: paginator.per_page]
        super().__init__(object_list, number, paginator)

    def has_next(self) -> bool:
        return self.more and self.number < LAST_PAGE

    def next_page_number(self) -> int:
        return self.number + 1

    def numbers(self) -> list[int]:
        """The page numbers worth a link: the first ten, or those around this page."""
        known = max(self.paginator.num_pages, self.number)
        first = max(1, min(self.number - 5, known - 9))
        return list(range(first, min(first + 9, known) + 1))


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # not generic at run time
    """For django-tables2: `object_list` is a table's rows over a QuerySet.

    `count` is exact up to COUNT_CAP; beyond it is COUNT_CAP and `capped` is true. A page behind
    the last one is the last one.
    """

    def page(self, number: Any) -> CappedPage:
        number = self.validate_number(number)
        if number > 1 and not self.capped:
            number = min(number, self.num_pages)
        start = (number - 1) * self.per_page
        rows: Any = self.object_list[start : start + self.per_page + 1]
        fetched = BoundRows(data=list(rows.data), table=rows.table)
        if not fetched.data and number > 1:
            raise EmptyPage
        if number == 1 and len(fetched.data) <= self.per_page:
            # All there is was fetched: counting it once more would tell nothing.
            self.__dict__["_counted"] = len(fetched.data)
        return CappedPage(fetched, number, self)

    def validate_number(self, number: Any) -> int:
        try:
            wanted = int(number)
        except (TypeError, ValueError):
            return 1
        return min(max(wanted, 1), LAST_PAGE)

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        queryset = rows.data.data
        # In the list's own order: there an index finds so many soon, elsewhere chance decides.
        # Only keys: what a row shows besides, a subquery for each, is not worth counting.
        return int(queryset.values("pk")[: COUNT_CAP + 1].count())

    @cached_property
    def count(self) -> int:
        return min(self._counted, COUNT_CAP)

    @property
    def capped(self) -> bool:
        return self._counted > COUNT_CAP
