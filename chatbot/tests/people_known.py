"""People whom Meta knows by a number, by an id of its own, or by both."""

import pytest
from django.db import transaction
from django.utils import timezone

from chatbot.tests.graph_stub import message_body
from chatbot.work import work_off
from crm.conversations import identities
from crm.conversations.models import Message

ANA, NEW, USER = "51911000001", "51911000099", "PE.1001"


@pytest.fixture
def tell(post):
    """tell("Hola", number=…, user=…) -> a text of whoever Meta knows by these, handled."""

    def send(text, *, number="", user="", work=True, at=None):
        moment = at or timezone.now()
        element = {"id": f"wamid.{text}", "timestamp": str(int(moment.timestamp())), "type": "text"}
        element |= {"from": number} if number else {}
        element |= {"from_user_id": user} if user else {}
        post(message_body({**element, "text": {"body": text}}))
        if work:
            work_off()

    return send


def thread_of(text):
    return Message.objects.get(text=text, direction="in").conversation


def addresses(conversation):
    return list(conversation.identity.addresses.values_list("value", flat=True))


def merged(channel, *, number=ANA, user=USER):
    """The thread of who wrote with both keys."""
    with transaction.atomic():
        return identities.meet(
            channel=channel,
            addresses=[("wa_id", number), ("user_id", user)],
            name="",
            phone=number,
            at=timezone.now(),
        )


@pytest.fixture
def twice(tell):
    """The two threads of somebody known by id first, by number second; nobody answered yet."""
    tell("Por id", user=USER)
    tell("Por número", number=ANA)
    return thread_of("Por id"), thread_of("Por número")
