"""What a room says of something that can be imported: an `Importer`, listed in
`settings.IMPORTERS`. The pages, the files and the work in the background are done here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.functional import Promise

if TYPE_CHECKING:
    from crm.imports.earlier import Earlier
    from crm.people.models import User

Text = str | Promise


class UnreadableError(ValueError):
    """A cell that cannot be read; the words are for the person whose file it is."""


class Plain(str):
    """A cell that a spreadsheet holds as a number: its point is a decimal point."""

    __slots__ = ()


class Percentage(str):
    """A cell that a spreadsheet shows as percent: "12.5 %", its point a decimal point."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file writes dates and numbers. `decimal`: "." or ","; "": as each number shows."""

    month_first: bool = False
    decimal: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A fact of a row. `read` makes a value of a cell, or raises UnreadableError; an empty cell
    is None and is not read. `synonyms` are other headings people give it."""

    name: str
    label: Text
    read: Callable[[str, Reading], Any]
    synonyms: Sequence[str] = ()
    required: bool = False
    example: str = ""
    hint: Text = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong; `column` is a Column's name, "" means the row as a whole."""

    column: str
    words: str


class Outcome(StrEnum):
    MADE = "made"
    CHANGED = "changed"
    SAME = "same"  # already there, nothing to do


@dataclass(slots=True)
class Row:
    """A row of the file, numbered as a spreadsheet numbers it; `found` is the importer's own."""

    number: int
    cells: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    outcome: Outcome = Outcome.MADE
    found: Any = None

    def __getitem__(self, name: str) -> Any:
        """The value, None where there is none."""
        return self.values.get(name)

    def wrong(self, column: str, words: str) -> None:
        self.problems.append(Problem(column, words))

    @property
    def is_good(self) -> bool:
        return not self.problems


class Importer:
    """One kind of rows. `look` and `write` get a portion of rows at a time, inside a
    transaction; for their speed they ask and write for all rows together."""

    kind: ClassVar[str]
    label: ClassVar[Text]
    icon: ClassVar[str] = "file-import"
    permission: ClassVar[str]
    columns: ClassVar[Sequence[Column]]
    explanation: ClassVar[Text] = ""

    def keys(self, row: Row) -> Iterable[tuple[str, str]]:
        """(column's name, what may stand in the file only once)."""
        return ()

    def look(self, rows: Sequence[Row], by: "User", earlier: "Earlier") -> None:
        """Compare rows with what there is: note problems, `outcome` and what `write` needs.

        Nothing is written; where a row depends on rows far above it, a check is told by `earlier`
        what these would have written. Rows whose cells could not all be read come, too, without
        those values: whoever mends a file wants to hear of everything at once.
        """
        raise NotImplementedError

    def write(self, rows: Sequence[Row], by: "User", source: str) -> None:
        """Write rows that `look` found good, in the same transaction; `source` says for the
        audit log where they come from."""
        raise NotImplementedError
