"""What is put off does not come back all at one moment."""

from collections import Counter
from datetime import timedelta

import pytest

from chatbot import patience
from chatbot.tests.outgoing import states
from chatbot.work import work_off
from crm.conversations.models import Message

DRAWS = 400


@pytest.mark.parametrize(
    ("tries", "asked", "growth", "shortest"),
    [(0, 0, 2, 1), (3, 0, 2, 8), (30, 0, 2, 300), (0, 90, 2, 90), (2, 1, 4, 16)],
)
def test_each_wait_is_drawn_anew_and_never_shorter_than_asked(tries, asked, growth, shortest):
    waits = [
        patience.wait(tries, retry_after=asked, growth=growth).total_seconds() / shortest
        for _ in range(DRAWS)
    ]
    assert min(waits) >= 1
    assert max(waits) <= 1.3
    # Evenly over all of it: of each tenth's forty at least ten, in all but one of 10**7 runs.
    tenths = Counter(int((wait - 1) / 0.03) for wait in waits)
    assert all(tenths[number] >= 10 for number in range(10)), tenths


@pytest.mark.django_db
def test_many_refused_at_once_come_back_one_after_the_other(queue, graph):
    graph.errors = [131000] * 8
    queued = [queue("Hola", to=number)[0] for number in range(1, 9)]
    work_off()
    assert states(*queued) == ["queued"] * 8
    rows = Message.objects.filter(pk__in=[one.pk for one in queued]).prefetch_related("attempts")
    waits = [row.due_at - row.attempts.get().finished_at for row in rows]
    assert max(waits) - min(waits) > timedelta(milliseconds=10)
