"""Every provider's webhook against a floor that makes the same check; and one very large body."""

import itertools
import json
import time
from collections.abc import Iterator

from bench import floor
from bench.load import CONNECTIONS, Load, blast
from bench.report import Row
from bench.servers import Stage
from bench.webhook import compared
from chatbot.tests.dialects import DIALECTS, Dialect

AT_MOST = 8_000  # requests a second that a round has bodies for
MANY = 1_000


def measure(stage: Stage, quick: bool) -> Iterator[Row]:
    from chatbot.channels.addresses import webhook_path

    seconds, rounds = (1.0, 3) if quick else (3.0, 5)
    spoken = [one for one in DIALECTS if one.slug in floor.PROOFS]
    paths = {one.slug: webhook_path(_channel(one)) for one in spoken}
    stage.web()
    for dialect in spoken:
        own, bare = paths[dialect.slug], f"{floor.PATH}{dialect.slug}/"
        shoot(stage, dialect, own, 0.5)
        shoot(stage, dialect, bare, 0.5)
        pairs = [
            (shoot(stage, dialect, own, seconds), shoot(stage, dialect, bare, seconds))
            for _ in range(rounds)
        ]
        ours, floors = ([pair[side] for pair in pairs] for side in (0, 1))
        yield compared(f"webhook of {dialect.slug}, {stage.vendor}", ours, floors, 0.8)
    for dialect in (one for one in spoken if one.batches):
        yield thousand(stage, dialect, paths[dialect.slug])


def thousand(stage: Stage, dialect: Dialect, path: str) -> Row:
    """One body of a thousand messages, the slowest of three."""
    slowest = 0.0
    for turn in range(3):
        texts = [
            dialect.text(f"mil-{turn}-{number}", f"5192{number:07d}") for number in range(MANY)
        ]
        request = post(dialect, path, json.dumps(dialect.body(*texts)).encode())
        started = time.perf_counter()
        load = blast(stage.port, [iter([request])])
        slowest = max(slowest, time.perf_counter() - started)
        if load.refused:
            raise RuntimeError(f"a body of {MANY} messages was refused")
    what = f"{MANY} messages in a body of {dialect.slug}, {stage.vendor}"
    return Row(what, f"{slowest * 1000:.0f} ms", demand="< 1 s", ok=slowest < 1)


def shoot(stage: Stage, dialect: Dialect, path: str, seconds: float) -> Load:
    load = blast(stage.port, [requests(dialect, path, seconds)] * CONNECTIONS, seconds)
    if load.refused:
        raise RuntimeError(f"{load.refused} requests to {path} were not answered 200")
    return load


_numbers = itertools.count(1)


def requests(dialect: Dialect, path: str, seconds: float) -> Iterator[bytes]:
    """Messages that were never sent before, of 200 people in turn, made beforehand."""
    made = []
    for _ in range(int(AT_MOST * seconds)):
        number = next(_numbers)
        text = dialect.text(f"B{number:08d}-AAAA", f"5193{number % 200:07d}", f"Hola {number}")
        made.append(post(dialect, path, json.dumps(dialect.body(text)).encode()))
    return iter(made)


def post(dialect: Dialect, path: str, raw: bytes) -> bytes:
    proof = "".join(f"{name}: {value}\r\n" for name, value in dialect.headers(raw).items())
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"{proof}Content-Length: {len(raw)}\r\n\r\n"
    )
    return head.encode() + raw


def _channel(dialect: Dialect):  # type: ignore[no-untyped-def]
    """Meta's is there already, made from the environment; it gets the dialect's secret."""
    from crm.conversations.models import Channel

    known = Channel.objects.filter(provider=dialect.slug).first()
    if known is None:
        return dialect.channel()
    known.credentials = {**known.credentials, **dialect.credentials}
    known.save()
    return known
