"""python -m bench [MEASURE …] [--database sqlite|postgresql] [--quick]; all measures, if none."""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator

from bench.report import Row, header, line

DATABASES = ("sqlite", "postgresql")
MEASURES = {
    "webhook": DATABASES,
    "providers": DATABASES,
    "reply": DATABASES,
    "self_service": DATABASES,
    "flood": DATABASES,
    "outbox": DATABASES,
    "leads": DATABASES[1:],
    "partners": DATABASES,
    "intents": DATABASES[:1],  # no database takes part
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("measures", nargs="*", choices=[*MEASURES, []], help="all, if none")
    parser.add_argument("--database", choices=DATABASES, help="both, if none")
    parser.add_argument("--quick", action="store_true", help="shorter, for a first look")
    options = parser.parse_args()
    print(header(), flush=True)
    missed = 0
    for measure in options.measures or MEASURES:
        for vendor in MEASURES[measure]:
            if options.database in (None, vendor):
                for row in measured(measure, vendor, options.quick):
                    print(line(row), flush=True)
                    missed += row.ok is False
    return 1 if missed else 0


def measured(measure: str, vendor: str, quick: bool) -> Iterator[Row]:
    """The rows of a process that measures: Django is set up for one database only."""
    command = [sys.executable, "-m", "bench.run", measure, vendor, *(["--quick"] if quick else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for text in process.stdout:
            yield Row(**json.loads(text))
    if process.returncode:
        yield Row(f"{measure}, {vendor}", "broke off", ok=False)


if __name__ == "__main__":
    sys.exit(main())
