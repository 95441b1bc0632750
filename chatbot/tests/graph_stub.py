"""The Graph API on loopback, by the name most tests know it; see fakes/meta.py.

In a test: `with GraphStub() as graph: …`. As a process, for load and fault runs:
`python -m chatbot.tests.graph_stub --port 9001 --statuses URL --secret S --log FILE`.
"""

from __future__ import annotations

import argparse
import sys
import threading

from chatbot.tests.fakes.meta import (
    MetaFake,
    envelope,
    message_body,
    post_signed,
    sign,
    text_body,
    text_of,
)

GraphStub = MetaFake
__all__ = [
    "GraphStub",
    "envelope",
    "message_body",
    "post_signed",
    "sign",
    "text_body",
    "text_of",
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--statuses", default="")
    parser.add_argument("--secret", default="")
    parser.add_argument("--log", default="")
    options = parser.parse_args()
    with GraphStub(**vars(options)) as graph:
        sys.stdout.write(f"{graph.url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
