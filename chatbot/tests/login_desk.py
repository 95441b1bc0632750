"""What tests of logging in have in common: a partner, words said and heard, the code's way."""

import re

import pytest

from chatbot.dialog.login import delivery
from chatbot.models import LoginRequest, PartnerSession
from chatbot.tests.partners_known import PHONE, make_partner
from chatbot.work import work_off
from crm.conversations.models import Conversation, Message

STRANGER = "51911000099"
FIXTURES = ["partner", "hears", "from_outside"]


@pytest.fixture
def partner(graph, channel):
    return make_partner()


@pytest.fixture
def hears(say):
    """hears(text) -> what the bot says to it; from the registered phone unless said otherwise."""

    def send(text, *, sender=PHONE, **options):
        last = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        say(text, sender=sender, **options)
        rows = Message.objects.filter(pk__gt=last, author=Message.Author.BOT).order_by("pk")
        return [row.text for row in rows if row.conversation == talk_of(sender)]

    return send


@pytest.fixture
def from_outside(hears):
    """As `hears`, from a phone that is nobody's."""

    def send(text, **options):
        return hears(text, **{"sender": STRANGER} | options)

    return send


def talk_of(digits):
    return Conversation.objects.filter(identity__addresses__value=digits).first()


def session(digits=PHONE):
    return PartnerSession.objects.filter(conversation=talk_of(digits), closed_at=None).first()


def newest_request():
    return LoginRequest.objects.latest("pk")


def deliver():
    """Do the job of the newest request; the code that was sent by message, or None."""
    last = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    delivery.deliver(newest_request().pk)
    work_off()
    sent = Message.objects.filter(pk__gt=last, purpose=delivery.PURPOSE).first()
    return code_in(sent.text) if sent else None


def code_in(text):
    return re.search(r"\d{6}", text)[0]


def other_than(code):
    """Six digits that are another code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"
