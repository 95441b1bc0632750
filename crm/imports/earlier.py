"""What rows further up in a file leave for those below them: kept in the database, so that row
90,000 knows of row 2 without a list in memory, and a portion that is done again finds the same."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

from django.utils.translation import gettext as _

from crm.imports.contract import Row
from crm.imports.models import Import, ImportKey, ImportRehearsal

_AT_ONCE = 500  # keys in a query


class Earlier:
    """The portions of a file before the present one. To be used in its transaction."""

    def __init__(self, one: Import) -> None:
        self.one = one

    def note_repeats(self, said: Iterable[tuple[Row, str, str]]) -> None:
        """Of (row, column, what may stand in the file only once): say which rows repeat what an
        earlier one said. The check keeps who was the first for the import itself."""
        hashed = [(_hashed(f"{column}\x1f{key}"), column, row) for row, column, key in said]
        first: dict[int, int] = {}
        for key, _column, row in hashed:
            first.setdefault(key, row.number)
        ImportKey.objects.bulk_create(
            [ImportKey(run=self.one, key=key, row=number) for key, number in first.items()],
            batch_size=_AT_ONCE,
            ignore_conflicts=True,
        )
        kept = self._kept(list(first))
        for key, column, row in hashed:
            if kept[key] != row.number:
                row.wrong(column, _("Row %(row)d says the same.") % {"row": kept[key]})

    def _kept(self, keys: list[int]) -> dict[int, int]:
        kept: dict[int, int] = {}
        for start in range(0, len(keys), _AT_ONCE):
            part = keys[start : start + _AT_ONCE]
            found = ImportKey.objects.filter(run=self.one, key__in=part)
            kept.update(found.values_list("key", "row"))
        return kept

    def rehearsed(self, subjects: Iterable[int]) -> Mapping[int, list[Any]]:
        """What a check gave to `rehearse` of each of these, in the order of the file. Nothing in
        the import itself, whose earlier portions are written."""
        found: dict[int, list[Any]] = defaultdict(list)
        if self._checking:
            rows = ImportRehearsal.objects.filter(run=self.one, subject__in=list(subjects))
            for subject, facts in rows.order_by("id").values_list("subject", "facts"):
                found[subject].append(facts)
        return found

    def rehearse(self, facts: Mapping[int, Any]) -> None:
        """Keep what this portion would have written of each subject (JSON) until the check ends."""
        if self._checking:
            ImportRehearsal.objects.bulk_create(
                (
                    ImportRehearsal(run=self.one, subject=subject, facts=one)
                    for subject, one in facts.items()
                ),
                batch_size=_AT_ONCE,
            )

    @property
    def _checking(self) -> bool:
        return self.one.state == Import.State.CHECKING


def _hashed(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)


def forget_rehearsed(one: Import) -> None:
    rows = ImportRehearsal.objects.filter(run=one)
    rows._raw_delete(rows.db)  # nothing hangs on them


def forget(one: Import) -> None:
    keys = ImportKey.objects.filter(run=one)
    keys._raw_delete(keys.db)
    forget_rehearsed(one)
