"""2,000 messages from 200 people at once: how fast they are answered, and at what cost."""

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from bench import bodies
from bench.load import CONNECTIONS, blast
from bench.report import Row
from bench.servers import Graph, Process, Stage

PEOPLE, EACH = 200, 10
PATIENCE = 300  # seconds for a flood to be answered


@dataclass(frozen=True, slots=True)
class Run:
    seconds: float
    cpu: float  # seconds of web server and worker
    drained: int
    left: int
    in_order: bool


def measure(stage: Stage, quick: bool) -> Iterator[Row]:
    graph, web, worker = stage.graph(), stage.web(), stage.work()
    warm_up(stage, graph, 5 if quick else 60)
    runs = [flood(stage, graph, [web, worker], number) for number in (1, 2, 3)]
    total = PEOPLE * EACH
    rate = median(total / run.seconds for run in runs)
    cpu = median(run.cpu / total * 1000 for run in runs)
    what = f"flood, {stage.vendor}"
    in_order = all(run.in_order for run in runs)
    yield Row(
        f"{what}, all answered, in order",
        "yes" if in_order else "no",
        demand="yes",
        ok=in_order and not any(run.left for run in runs),
    )
    yield Row(f"{what}, answered", f"{rate:.0f}/s")
    yield Row(f"{what}, web and worker", f"{cpu:.1f} ms CPU each")
    drained, left = (", ".join(str(n) for n in ns) for ns in zip(*counts(runs), strict=True))
    yield Row(f"{what}, events drained / left", f"{drained} / {left}")


def counts(runs: list[Run]) -> list[tuple[int, int]]:
    return [(run.drained, run.left) for run in runs]


def warm_up(stage: Stage, graph: Graph, seconds: float) -> None:
    """A steady trickle from other people, and then silence. They are so many that nobody is
    written to faster than the provider allows for one person."""
    sent, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        others = [bodies.person(90_000 + (sent + n) % 500) for n in range(10)]
        texts = [bodies.message(bodies.text(sent), person) for person in others]
        blast(stage.port, [iter(texts)])
        sent += len(texts)
        time.sleep(0.2)
    wait_for(graph, sent)


def flood(stage: Stage, graph: Graph, processes: list[Process], number: int) -> Run:
    people = [bodies.person(number * 1000 + index) for index in range(PEOPLE)]
    queues = [queue(people[start::CONNECTIONS]) for start in range(CONNECTIONS)]
    answered, events = len(graph.sent()), event_counts()
    cpu, started = sum(process.cpu() for process in processes), time.monotonic()
    load = blast(stage.port, queues)
    if load.refused:
        raise RuntimeError(f"{load.refused} messages were not answered 200")
    wait_for(graph, answered + PEOPLE * EACH)
    seconds = time.monotonic() - started
    time.sleep(1)  # what was sent is still written down
    spent = sum(process.cpu() for process in processes) - cpu
    drained, left = event_counts()
    in_order = all_in_order(people, graph.sent()[answered:])
    return Run(seconds, spent, drained - events[0], left, in_order)


def queue(people: list[str]) -> Iterator[bytes]:
    """Each person's messages in order, people in turn: a provider sends one's own in order too."""
    return iter(
        [
            bodies.message(bodies.text(number), person)
            for number in range(1, EACH + 1)
            for person in people
        ]
    )


def wait_for(graph: Graph, answers: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(graph.sent()) < answers:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{len(graph.sent())} of {answers} answers after {PATIENCE} s")
        time.sleep(0.05)


def event_counts() -> tuple[int, int]:
    """(drained, left) of all events so far."""
    from chatbot.models import InboundEvent

    left = InboundEvent.objects.filter(state=InboundEvent.State.PENDING).count()
    return InboundEvent.objects.count() - left, left


def all_in_order(people: list[str], sent: list[str]) -> bool:
    """Whether everybody's messages lie in the order they were written in, each answered once,
    and the answers left in the order they were made in."""
    from crm.conversations.models import Message

    rows = Message.objects.filter(conversation__identity__addresses__value__in=people)
    rows = rows.order_by("conversation_id", "shown_at", "id")
    fields = rows.values_list("conversation_id", "direction", "text", "state")
    expected = [bodies.text(number) for number in range(1, EACH + 1)]
    for _, thread in groupby(fields, key=lambda row: row[0]):
        messages = list(thread)
        if [text for _, direction, text, _ in messages if direction == "in"] != expected:
            return False
        if [state for _, direction, _, state in messages if direction == "out"] != ["sent"] * EACH:
            return False
    taken = taken_by(sent)
    return set(taken) == set(people) and all(
        len(ids) == EACH and ids == sorted(ids) for ids in taken.values()
    )


def taken_by(sent: list[str]) -> dict[str, list[int]]:
    """The keys of our messages the provider got for each person, in the order it got them."""
    from chatbot.models import DeliveryAttempt

    attempts = DeliveryAttempt.objects.values_list("pk", "message")
    message_of = {str(pk): message for pk, message in attempts}
    taken: dict[str, list[int]] = defaultdict(list)
    for body in map(json.loads, sent):
        taken[body["to"]].append(message_of[body["biz_opaque_callback_data"]])
    return taken
