"""Messages on their way out: something to send, somebody to send it to, what became of it."""

import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from chatbot.channels.base import OutgoingFile
from chatbot.models import DeliveryAttempt
from chatbot.work import work_off
from crm.conversations import outreach, ownership
from crm.conversations.identities import meet
from crm.conversations.models import Channel, Message

PAST = timezone.now() - timedelta(days=1)


def states(*messages):
    rows = dict(Message.objects.values_list("pk", "state"))
    return [rows[message.pk] for message in messages]


def outcomes(message):
    rows = DeliveryAttempt.objects.filter(message=message).order_by("started_at")
    return list(rows.values_list("outcome", flat=True))


def make_due():
    """What was put off is due now, and the channel may send again."""
    Channel.objects.update(paced_until=None)
    Message.objects.filter(state__in=["queued", "unknown"]).update(due_at=PAST)


def picture(mime="image/jpeg"):
    """A file that a provider may fetch by its link."""
    return OutgoingFile("casa.jpg", mime, 3, lambda: b"abc", lambda: "https://example.org/f/1")


def queue_to(row, phone, name="Ana Ficticia"):
    """Store a live channel; a function that queues the bot's words to who has this number there."""
    row.name, row.mode = f"{row.provider} de prueba", Channel.Mode.LIVE
    row.save()
    with transaction.atomic():
        talk = meet(channel=row, addresses=[("wa_id", phone)], name=name, phone=phone)
    ownership.open_episode(talk)

    def one(text="Hola", options=()):
        author = Message.Author.BOT
        return outreach.send(conversation=talk, text=text, author=author, options=options)

    return one


def becomes(message):
    """(state, outcome of the only attempt) once the worker has had its turn."""
    work_off()
    return states(message), outcomes(message)


def doubted_and_left_alone(message, fake):
    """Whether what nobody confirmed is still so, and was asked of the provider once."""
    work_off()
    make_due()
    work_off()
    return (states(message), len(fake.sent)) == (["unknown"], 1)


def tells_what_became(provider, settings, setting, send):
    """Whether a stand-in reports until it is answered 200, as the provider does.

    provider  the class of the stand-in; the door it reports to is one as well
    setting   the name of the setting with its address
    send      hands one message over; its id
    """
    with provider() as door, provider(reports=f"{door.url}/door", echoes=True) as started:
        setattr(settings, setting, started.url)
        door.is_send, answers = (lambda request: False), [503]
        door.answer = lambda request: (answers.pop() if answers else 200, {})
        id_ = send()
        wanted = time.monotonic() + 5
        while len(door.requests) < 4 and time.monotonic() < wanted:
            time.sleep(0.02)
    bodies = {request.body for request in door.requests}
    counted = (len(door.requests), len(bodies)) == (4, 3)
    return counted and all(id_.encode() in body for body in bodies)
