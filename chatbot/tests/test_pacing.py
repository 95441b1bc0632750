"""How fast a channel and a person are written to, by any number of workers."""

import threading
import time
from bisect import bisect_left
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from chatbot import outbox, pacing
from chatbot.channels.errors import ChannelError
from chatbot.journal import Journal
from chatbot.tests.events import apply, echoed, heard
from chatbot.work import Worker
from crm.conversations.models import Channel, Conversation, Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def book():
    made = Journal()
    yield made
    made.close()


def give_rate(channel, per_second):
    Channel.objects.filter(pk=channel.pk).update(per_second=per_second)


def work_off_by(worker):
    """All that is queued, by a worker with its threads."""
    thread = threading.Thread(target=run, args=(worker,))
    thread.start()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and Message.objects.exclude(state="sent").exists():
        time.sleep(0.05)
    worker.stop()
    thread.join(15)


def run(worker):
    try:
        worker.run()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.once
def test_a_second_holds_no_more_than_the_rate_as_the_provider_sees_it(channel, queue, graph):
    give_rate(channel, 20)
    for number in range(30):
        queue("Hola", to=number)
    work_off_by(Worker())
    moments = sorted(graph.times)
    fullest = max(bisect_left(moments, at + 1) - n for n, at in enumerate(moments))
    assert len(moments) == 30
    assert fullest <= 30  # twenty, and what a busy machine sends late


@pytest.mark.once
def test_the_rate_is_kept_to_the_full(channel, queue, book, monkeypatch):
    """By a worker that comes by every 90 ms: eighty leave in the first second, and every other."""
    for number in range(180):
        queue("Hola", to=number)
    began, leaving = timezone.now(), []
    for late in range(0, 2000, 90):
        now = began + timedelta(milliseconds=late)
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        leaving += [claim.leaves_at for claim in outbox.claim(book, 32)]
    assert leaving == [began + n * timedelta(seconds=1 / 80) for n in range(len(leaving))]
    assert len(leaving) >= 160


def test_no_more_is_claimed_than_leaves_in_a_moment(channel, queue, book):
    give_rate(channel, 80)
    for number in range(30):
        queue("Hola", to=number)
    claims = outbox.claim(book, 32)
    assert len(claims) == 8
    turns = [claim.leaves_at - claims[0].leaves_at for claim in claims]
    assert turns == [timedelta(seconds=n / 80) for n in range(8)]


def test_a_slow_channel_has_one_message_at_a_time(channel, queue, book):
    give_rate(channel, 1)
    queue("Hola", to=1)
    queue("Hola", to=2)
    assert len(outbox.claim(book, 32)) == 1
    assert outbox.claim(book, 32) == []
    Channel.objects.update(paced_until=timezone.now() - timedelta(seconds=9))
    assert len(outbox.claim(book, 32)) == 1


def test_a_channel_that_waits_holds_up_no_other(channel, queue, book, person):
    give_rate(channel, 1)
    queue("Hola", to=1)
    queue("Hola", to=2)
    assert len(outbox.claim(book, 1)) == 1
    other = Channel.objects.create(
        name="Otro", provider="meta", mode="live", external_id="9", credentials=channel.credentials
    )
    third = person(3)
    Conversation.objects.filter(pk=third.pk).update(channel=other)
    queue("Hola", to=3)
    Message.objects.filter(conversation=third).update(channel=other)
    assert [claim.channel for claim in outbox.claim(book, 1)] == [other]


def test_one_person_hears_a_burst_and_then_one_message_in_six_seconds(channel, queue, book):
    queue("Hola")
    now = timezone.now()
    Conversation.objects.update(paced_until=now + timedelta(seconds=6 * 45))
    assert outbox.claim(book, 32) == []
    waits = Message.objects.get().due_at - now
    assert timedelta(seconds=4) < waits < timedelta(seconds=8)
    Message.objects.update(due_at=now)
    Conversation.objects.update(paced_until=now + timedelta(seconds=6 * 43))
    assert len(outbox.claim(book, 32)) == 1
    assert Conversation.objects.get().paced_until > now + timedelta(seconds=6 * 43.9)


def test_too_fast_for_the_channel_slows_all_of_it(channel, queue, graph, book):
    graph.errors = [130429]
    queue("Hola", to=1)
    outbox.settle([outbox.send(claim) for claim in outbox.claim(book, 32)])
    Message.objects.update(due_at=timezone.now())
    queue("Hola", to=2)
    assert outbox.claim(book, 32) == []


def test_waiting_grows_as_the_provider_asks(channel, queue, book):
    def after(tries):
        error = ChannelError("", permanent=False, retry_after=1, growth=4)
        claimed = outbox.Claim(channel, None, tries)
        _, changes = outbox._verdict(claimed, error, timezone.now())
        return (changes["due_at"] - timezone.now()).total_seconds()

    assert 0.9 < after(0) < 1.4
    assert 3.9 < after(1) < 5.3
    assert 15.5 < after(2) < 21
    day = ChannelError("", permanent=False, retry_after=86400)
    _, changes = outbox._verdict(outbox.Claim(channel, None, 6), day, timezone.now())
    assert changes["due_at"] < timezone.now() + timedelta(days=9.2)


@pytest.mark.parametrize(("gap", "claimed"), [(0.0, 2), (0.4, 10), (30.0, 20)])
def test_a_slow_worker_claims_further_ahead(channel, queue, book, gap, claimed):
    give_rate(channel, 20)
    for number in range(25):
        queue("Hola", to=number)
    assert len(outbox.claim(book, 32, pacing.ahead_of(gap))) == claimed


@pytest.mark.django_db(transaction=True)
def test_two_workers_keep_one_rate(channel, queue):
    give_rate(channel, 5)
    for number in range(1, 21):
        queue("Hola", to=number)
    taken = []

    def work():
        book = Journal()
        try:
            for _ in range(4):
                taken.extend(outbox.claim(book, 4))
        finally:
            book.close()
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    began = timezone.now()
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    seconds = (timezone.now() - began).total_seconds()
    assert 1 <= len(taken) <= 5 * seconds + 2
    assert len({claim.message.message_id for claim in taken}) == len(taken)


def test_a_number_that_is_used_on_a_phone_too_goes_more_slowly(channel, queue, book):
    apply(channel, heard("Hola", by_api=True, outgoing=True))
    channel.refresh_from_db()
    assert pacing.rate_of(channel) == 80
    apply(channel, echoed("Le marco"))
    channel.refresh_from_db()
    assert pacing.rate_of(channel) == 20
    give_rate(channel, 40)  # as somebody has entered it
    apply(channel, heard("Antes", historical=True))
    channel.refresh_from_db()
    assert pacing.rate_of(channel) == 40


def test_slowing_down_never_shortens_a_longer_wait(channel):
    now = timezone.now()
    pacing.slow_down(channel.pk, 60, now)
    pacing.slow_down(channel.pk, 5, now)
    channel.refresh_from_db()
    assert channel.paced_until > now + timedelta(seconds=59)
