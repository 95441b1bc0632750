"""What the person adds, and what it does to a ticket that waits, or was done."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.conversations.models import Attachment, Message
from crm.errors import DeskError
from tickets.hearing import hear, rate
from tickets.merging import merge
from tickets.models import Ticket
from tickets.opening import open_ticket
from tickets.standing import close, resolve, set_status

pytestmark = [pytest.mark.once, pytest.mark.django_db]


def say(ticket, text="Sigue igual", files=0):
    message = Message.objects.create(
        conversation=ticket.conversation,
        channel=ticket.conversation.channel,
        direction="in",
        author="person",
        state="received",
        text=text,
        shown_at=timezone.now(),
    )
    for number in range(files):
        Attachment.objects.create(message=message, name=f"foto{number}.jpg")
    return message


def age(ticket, days):
    then = timezone.now() - timedelta(days=days)
    Ticket.objects.filter(pk=ticket.pk).update(resolved_at=then)


def test_what_waited_for_them_is_open_again(ticket, clara):
    set_status(ticket=ticket, status="waiting", by=clara)
    heard = hear(ticket=ticket, message=say(ticket, files=1))
    assert (heard.pk, heard.status, heard.paused_at) == (ticket.pk, "open", None)
    (entry,) = heard.messages.all()
    assert (entry.kind, entry.text, entry.author) == ("person", "Sigue igual", None)
    assert entry.files.get().name == "foto0.jpg"


def test_the_same_message_is_added_once(ticket):
    message = say(ticket)
    hear(ticket=ticket, message=message)
    version = Ticket.objects.get().version
    hear(ticket=ticket, message=message)
    assert ticket.messages.count() == 1 and Ticket.objects.get().version == version


def test_within_a_week_a_word_opens_it_again(ticket, clara):
    resolve(ticket=ticket, by=clara)
    age(ticket, 6.9)
    assert hear(ticket=ticket, message=say(ticket)) == ticket
    again = Ticket.objects.get()
    assert (again.status, again.resolved_at) == ("open", None)
    assert again.resolution_due_at > timezone.now()


@pytest.mark.parametrize("move", [resolve, close, None])
def test_what_a_colleague_had_who_is_gone_is_given_to_another(ticket, clara, dora, emilio, move):
    if move:
        move(ticket=ticket, by=clara)
    clara.is_active = False
    clara.save()
    hear(ticket=ticket, message=say(ticket))
    again = Ticket.objects.get()
    assert again.assignee == dora
    change = again.changes.get(field="assignee")
    assert (change.old, change.new, change.actor) == (str(clara.pk), str(dora.pk), None)


def test_later_it_makes_a_new_one_that_knows_the_old_one(ticket, clara):
    resolve(ticket=ticket, by=clara)
    age(ticket, 7.1)
    message = say(ticket, files=1)
    made = hear(ticket=ticket, message=message)
    assert made != ticket and made.follows == ticket and made.status == "new"
    assert (made.subject, made.description) == ("Problema con pago", "Sigue igual")
    assert made.files.count() == 1 and made.is_private
    assert hear(ticket=ticket, message=message) == made
    assert Ticket.objects.count() == 2


def test_what_was_closed_without_being_resolved_opens_again_too(ticket, clara):
    close(ticket=ticket, by=clara)
    assert hear(ticket=ticket, message=say(ticket)).status == "open"


def test_a_word_about_a_part_is_a_word_about_the_whole(ticket, clara):
    second = open_ticket(contact=ticket.contact, subject="Otra vez", description="Lo mismo")
    merge(ticket=second, into=ticket, by=clara)
    assert hear(ticket=second, message=say(ticket)) == ticket


def test_a_mark_is_given_once_and_may_be_changed(ticket, clara):
    resolve(ticket=ticket, by=clara)
    for score in (2, 2, 5):
        rate(ticket=ticket, contact=ticket.contact, score=score)
    assert Ticket.objects.get().satisfaction == 5
    assert ticket.changes.filter(field="satisfaction").count() == 2


def test_only_the_person_gives_one_and_only_of_what_is_done(ticket, open_one, clara):
    with pytest.raises(DeskError):
        rate(ticket=ticket, contact=ticket.contact, score=5)
    resolve(ticket=ticket, by=clara)
    with pytest.raises(DeskError):
        rate(ticket=ticket, contact=open_one.contact, score=5)
    with pytest.raises(DeskError):
        rate(ticket=ticket, contact=ticket.contact, score=6)
