"""How fast one channel is emptied by a provider that takes 200 ms for each message."""

import time
from collections.abc import Iterator
from statistics import median

from bench import bodies
from bench.report import Row
from bench.servers import Graph, Stage

LATENCY = 0.2  # seconds
PATIENCE = 120
DEMAND = 80


def measure(stage: Stage, quick: bool) -> Iterator[Row]:
    count, rounds = (600, 1) if quick else (2_000, 3)
    graph = stage.graph(latency=LATENCY)
    free_the_channel()
    stage.work()
    warm_up(graph)
    rates = [emptied(graph, count, number) for number in range(1, rounds + 1)]
    rate = median(rates)
    what = f"outbox, a provider of {LATENCY * 1000:.0f} ms, {stage.vendor}"
    said = f"{rate:.0f}/s ({min(rates):.0f}–{max(rates):.0f})"
    yield Row(what, said, demand=f">= {DEMAND}/s", ok=rate >= DEMAND)


def free_the_channel() -> None:
    """The number's own limit is what stands in the way otherwise."""
    from crm.conversations.models import Channel

    Channel.objects.update(per_second=1000)


def warm_up(graph: Graph) -> None:
    queue(20, 0)
    wait_for(graph, 20)


def emptied(graph: Graph, count: int, number: int) -> float:
    """Messages a second from the moment all are queued to the last one taken."""
    before = len(graph.sent())
    queue(count, number)
    started = time.monotonic()
    already = len(graph.sent()) - before
    wait_for(graph, before + count)
    return (count - already) / (time.monotonic() - started)


def queue(count: int, number: int) -> None:
    """One message to each of `count` people who have just written."""
    from django.db import transaction
    from django.utils import timezone

    from crm.conversations import outreach
    from crm.conversations.identities import meet
    from crm.conversations.models import Channel, Message

    channel = Channel.objects.get(default_for="whatsapp")
    talks = []
    with transaction.atomic():
        for index in range(count):
            digits = bodies.person(number * 10_000 + index)
            talk = meet(channel=channel, addresses=[("wa_id", digits)], name="", phone=digits)
            talk.last_inbound_at = timezone.now()
            talk.save(update_fields=["last_inbound_at"])
            talks.append(talk)
    with transaction.atomic():
        for talk in talks:
            outreach.send(conversation=talk, text="Buenas", author=Message.Author.SYSTEM)


def wait_for(graph: Graph, messages: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(graph.sent()) < messages:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{len(graph.sent())} of {messages} sent after {PATIENCE} s")
        time.sleep(0.02)
