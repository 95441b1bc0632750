"""Two at the same instant, on connections of their own: one wins, nothing is done twice, and
nobody waits for each other for ever."""

import threading
import time

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from crm.conversations import outreach
from crm.conversations.models import ChannelIdentity, Conversation, Episode, Message
from crm.errors import DeskError
from tickets.answering import add_note, reply
from tickets.changes import ThreadChangedError, locked
from tickets.hearing import hear
from tickets.merging import merge, unmerge
from tickets.models import Ticket
from tickets.opening import open_ticket
from tickets.standing import resolve, set_status
from tickets.triage import assign
from tickets.watching import watch

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one writer in at a time"),
]


def at_once(*works):
    """The outcome of each: its result, or the DeskError it ended with."""
    barrier, outcomes = threading.Barrier(len(works)), [None] * len(works)

    def run(index, work):
        barrier.wait()
        try:
            outcomes[index] = work()
        except DeskError as error:
            outcomes[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert not any(one.is_alive() for one in threads)
    return outcomes


def errors(outcomes):
    return [one for one in outcomes if isinstance(one, DeskError)]


def told_of(ticket, text="Sigue igual"):
    return Message.objects.create(
        conversation=ticket.conversation,
        channel=ticket.conversation.channel,
        direction="in",
        author="person",
        state="received",
        text=text,
        shown_at=timezone.now(),
    )


def make(partner, **more):
    return open_ticket(
        contact=partner.contact, partner=partner, subject="Pago", description="No puedo", **more
    )


def test_six_at_once_go_to_two_officers_under_six_numbers(ana, clara, dora):
    made = at_once(*[lambda: make(ana)] * 6)
    assert len({one.number for one in made}) == 6
    given = {one: Ticket.objects.filter(assignee=one).count() for one in (clara, dora)}
    assert given == {clara: 3, dora: 3}


def test_one_message_heard_twice_makes_one(ana, ticket):
    message = told_of(ticket)
    first, second = at_once(*[lambda: make(ana, origin=message)] * 2)
    assert first == second and Ticket.objects.count() == 2


def test_of_two_answers_to_one_state_of_the_thread_one_asks_first(open_one, clara, dora):
    rows = [Ticket.objects.get(), Ticket.objects.get()]
    outcomes = at_once(
        lambda: reply(ticket=rows[0], by=clara, text="Uno", seen=rows[0].version),
        lambda: reply(ticket=rows[1], by=dora, text="Dos", seen=rows[1].version),
    )
    (told,) = errors(outcomes)
    assert isinstance(told, ThreadChangedError)
    assert Message.objects.filter(direction="out").count() == 1


def test_of_two_who_take_it_one_has_it(ticket, clara, dora):
    Ticket.objects.update(assignee=None)
    rows = [Ticket.objects.get(), Ticket.objects.get()]
    outcomes = at_once(
        lambda: assign(ticket=rows[0], to=clara, by=clara),
        lambda: assign(ticket=rows[1], to=dora, by=dora),
    )
    assert len(errors(outcomes)) == 1


def test_resolved_by_two_the_person_is_told_once(ticket, clara, dora):
    rows = [Ticket.objects.get(), Ticket.objects.get()]
    at_once(
        lambda: resolve(ticket=rows[0], by=clara),
        lambda: resolve(ticket=rows[1], by=dora),
    )
    assert Message.objects.filter(direction="out").count() == 1


def test_an_answer_and_the_persons_word_do_not_wait_for_each_other_for_ever(open_one, clara):
    set_status(ticket=open_one, status="waiting", by=clara)

    def as_the_worker():
        """The message stands in the conversation, whose row is written, before it is heard."""
        with transaction.atomic():
            talk = Conversation.objects.get()
            message = told_of(open_one)
            outreach.note_message(talk, message)
            return hear(ticket=open_one, message=message)

    for _ in range(5):
        outcomes = at_once(
            as_the_worker,
            lambda: reply(ticket=Ticket.objects.get(), by=clara, text="Ya lo vemos"),
            lambda: add_note(ticket=Ticket.objects.get(), by=clara, text="Llamado"),
        )
        assert errors(outcomes) == []
    assert Ticket.objects.get().status == "open"
    assert Ticket.objects.get().messages.count() == 15


def test_who_hears_of_a_part_and_waits_for_the_whole_holds_nothing(ticket, ana, clara):
    """Who merges and unmerges has locked the whole, whose key is lower, and wants the part next."""
    part = make(ana)
    merge(ticket=part, into=ticket, by=clara)
    message = told_of(ticket)

    def as_the_worker():
        try:
            with transaction.atomic():
                hear(ticket=Ticket(pk=part.pk), message=message)
        finally:
            connections.close_all()

    worker = threading.Thread(target=as_the_worker)
    with transaction.atomic():
        locked(ticket)
        worker.start()
        wait_for_a_waiting_one()
        Ticket.objects.select_for_update(no_key=True, nowait=True).get(pk=part.pk)
        unmerge(ticket=part, by=clara)
    worker.join(20)
    assert part.messages.get().message == message


def wait_for_a_waiting_one():
    deadline = time.monotonic() + 10
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits")


def test_two_clocks_warn_once(ticket):
    past = ticket.created_at
    Ticket.objects.update(response_warn_at=past, resolution_warn_at=past)
    assert sorted(at_once(watch, watch)) in ([0, 2], [1, 1])
    assert ticket.changes.filter(field="warned").count() == 2


@pytest.mark.parametrize("place", ["its own", "their newest"])
def test_an_answer_waits_for_a_message_being_handled_before_it_locks_anything(
    open_one, clara, place
):
    """The worker has the identity, and comes to episode, conversation and ticket in turn."""
    if place == "their newest":
        Ticket.objects.update(conversation=None)
    outcome = []
    desk = beside(lambda: outcome.append(reply(ticket=Ticket.objects.get(), by=clara, text="Hoy")))
    with transaction.atomic():
        ChannelIdentity.objects.select_for_update().get()
        desk.start()
        wait_for_a_waiting_one()
        for model in (Episode, Conversation, Ticket):
            model.objects.select_for_update(nowait=True).get()
        # What the worker writes is not written over.
        Conversation.objects.update(last_inbound_at=timezone.now(), waiting_since=timezone.now())
    desk.join(20)
    assert outcome[0].message.conversation == Ticket.objects.get().conversation
    assert Conversation.objects.get().waiting_since is None


def test_an_answer_goes_where_they_are_told_by_the_time_it_has_the_locks(
    open_one, paula, talk_with, clara
):
    old, new = open_one.conversation, talk_with(paula, "51911000009")
    desk = beside(lambda: reply(ticket=Ticket.objects.get(), by=clara, text="Hoy"))
    with transaction.atomic():
        ChannelIdentity.objects.select_for_update().get(pk=old.identity_id)
        desk.start()
        wait_for_a_waiting_one()
        Ticket.objects.update(conversation=new)
    desk.join(20)
    assert Message.objects.get(direction="out").conversation == new


def beside(work):
    def run():
        try:
            work()
        finally:
            connections.close_all()

    return threading.Thread(target=run)
