"""What a measurement says: one row of the table each."""

import json
from dataclasses import asdict, dataclass

WIDTHS = (46, 22, 22, 7, 18)


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    ours: str
    floor: str = ""
    ratio: float | None = None
    demand: str = ""
    ok: bool | None = None  # None: nothing is demanded

    def as_json(self) -> str:
        return json.dumps(asdict(self))


def header() -> str:
    return _line("what", "ours", "floor", "ratio", "demand", "ok?")


def line(row: Row) -> str:
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    verdict = {None: "", True: "yes", False: "NO"}[row.ok]
    return _line(row.what, row.ours, row.floor, ratio, row.demand, verdict)


def _line(*cells: str) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells[:-1], WIDTHS, strict=True)]
    return "  ".join([*padded, cells[-1]]).rstrip()


def percentile(values: list[float], share: float) -> float:
    """The nearest-rank percentile: `share` 0.95 is the value 95 % do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
