"""What became of messages on their way out."""

from datetime import timedelta

from django.utils import timezone

from chatbot.models import DeliveryAttempt
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
