"""Webhooks against the floor, with the worker stopped and with it draining."""

import time
from collections.abc import Iterator
from statistics import median

from bench import bodies, floor
from bench.load import CONNECTIONS, Load, blast
from bench.report import Row, percentile
from bench.servers import Graph, Process, Stage

AT_MOST = 12_000  # requests a second that a round has bodies for
MANY = 5_000  # people


def measure(stage: Stage, quick: bool) -> Iterator[Row]:
    # Many short rounds: what else the machine does changes from one second to the next.
    seconds, rounds = (1.0, 3) if quick else (2.0, 11)
    graph = stage.graph()
    stage.web()
    for path in (bodies.PATH, floor.PATH, floor.BARE_PATH):
        shoot(stage, path, 1.0)
    yield from stopped(stage, seconds, rounds)
    yield from draining(stage, graph, seconds, rounds)


def stopped(stage: Stage, seconds: float, rounds: int) -> Iterator[Row]:
    paths = (floor.PATH, bodies.PATH, floor.BARE_PATH)
    shots: dict[str, list[Load]] = {path: [] for path in paths}
    for number in range(rounds):
        for path in paths if number % 2 else reversed(paths):
            shots[path].append(shoot(stage, path, seconds))
    ours, what = shots[bodies.PATH], f"webhook, worker stopped, {stage.vendor}"
    yield compared(what, ours, shots[floor.PATH], 0.9)
    yield compared(f"{what}, bare SQL", ours, shots[floor.BARE_PATH], None)


def draining(stage: Stage, graph: Graph, seconds: float, rounds: int) -> Iterator[Row]:
    """The floor is measured as before: nobody drains. Ours while one worker is at it.

    So many people write that hardly anybody is answered more slowly because they write so much.
    """
    ours, bare, answered, drained = [], [], 0, 0
    for _ in range(rounds):
        forget_events()
        bare.append(shoot(stage, floor.PATH, seconds))
        worker = awake(stage, graph)
        before = len(graph.sent()), handled()
        ours.append(shoot(stage, bodies.PATH, seconds, people=MANY))
        answered += len(graph.sent()) - before[0]
        drained += handled() - before[1]
        stage.stop(worker)
    what = f"webhook, worker draining, {stage.vendor}"
    demand = 0.5 if stage.vendor == "postgresql" else None
    yield compared(what, ours, bare, demand)
    p99 = median(percentile(load.latencies, 0.99) for load in ours) * 1000
    limited = stage.vendor == "sqlite"
    demanded = "< 100 ms" if limited else ""
    yield Row(f"{what}, p99", f"{p99:.0f} ms", "", None, demanded, p99 < 100 if limited else None)
    spent = sum(load.seconds for load in ours)
    rates = f"{drained / spent:.0f}/s, {answered / spent:.0f}/s"
    yield Row(f"{what}, messages handled, answers sent meanwhile", rates)


def shoot(stage: Stage, path: str, seconds: float, people: int = 200) -> Load:
    requests = bodies.messages(int(AT_MOST * seconds), people, path)
    load = blast(stage.port, [requests] * CONNECTIONS, seconds)
    if load.refused:
        raise RuntimeError(f"{load.refused} requests to {path} were not answered 200")
    return load


def awake(stage: Stage, graph: Graph) -> Process:
    """A worker that has just answered its first message."""
    before, worker = len(graph.sent()), stage.work()
    blast(stage.port, [bodies.messages(1)])
    while len(graph.sent()) == before:
        time.sleep(0.02)
    return worker


def handled() -> int:
    """How many events the worker has done with."""
    from chatbot.models import InboundEvent

    return InboundEvent.objects.exclude(state=InboundEvent.State.PENDING).count()


def forget_events() -> None:
    """Start with nothing to drain."""
    from chatbot.models import InboundEvent

    InboundEvent.objects.all().delete()


def compared(what: str, ours: list[Load], bare: list[Load], demand: float | None) -> Row:
    pairs = [a.rate / b.rate for a, b in zip(ours, bare, strict=True)]
    ratio = median(pairs)
    ok = None if demand is None else ratio >= demand
    return Row(what, spread(ours), spread(bare), ratio, f">= {demand}" if demand else "", ok)


def spread(loads: list[Load]) -> str:
    rates = [load.rate for load in loads]
    return f"{median(rates):.0f}/s ({min(rates):.0f}–{max(rates):.0f})"
