"""One measurement on one database: `python -m bench.run webhook sqlite`."""

import sys
from importlib import import_module

from bench.servers import Stage


def main(measure: str, vendor: str, quick: bool) -> None:
    with Stage(vendor) as stage:
        for row in import_module(f"bench.{measure}").measure(stage, quick):
            print(row.as_json(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], "--quick" in sys.argv)
