"""From a webhook to the provider receiving the bot's answer, one message at a time."""

import time
from collections.abc import Iterator
from statistics import median

from bench import bodies
from bench.load import blast
from bench.report import Row, percentile
from bench.servers import Stage

LIMIT = 0.250  # seconds, at the 95th percentile


def measure(stage: Stage, quick: bool) -> Iterator[Row]:
    from chatbot.tests.graph_stub import GraphStub

    with GraphStub(port=stage.graph_port) as graph:
        stage.web()
        stage.work()
        for index in range(20):
            ask(stage, graph.times, index)
        took = [ask(stage, graph.times, index) for index in range(40 if quick else 200)]
    p95 = percentile(took, 0.95)
    ours = f"p50 {ms(median(took))}, p95 {ms(p95)}, max {ms(max(took))}"
    yield Row(f"reply, {stage.vendor}", ours, "", None, f"p95 < {ms(LIMIT)}", p95 < LIMIT)


def ask(stage: Stage, answers: list[float], index: int) -> float:
    """Seconds from the POST leaving to the answer arriving; `answers` are the stub's times."""
    known = len(answers)
    request = iter([bodies.message("Hola, me interesa Villa Marina", bodies.person(index % 50))])
    started = time.time()
    blast(stage.port, [request])
    while len(answers) == known:
        if time.time() - started > 30:
            raise RuntimeError("no answer within 30 s")
        time.sleep(0.001)
    return answers[known] - started


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
