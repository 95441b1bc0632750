"""A bot of ours and a stand-in for Telegram, for tests that look at one or the other."""

import pytest
from django.utils import timezone, translation

from chatbot.channels.base import Outgoing, OutgoingFile
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Address
from chatbot.channels.telegram import Telegram
from chatbot.tests.fakes.telegram import ANA, GROUP, SECRET, TOKEN, TelegramFake
from crm.conversations.identities import meet
from crm.conversations.models import Channel

TO = (Address("chat_id", str(ANA)),)


@pytest.fixture(autouse=True)
def fake(settings):
    with TelegramFake() as started:
        settings.TELEGRAM_API_URL = started.url
        settings.PROVIDER_TIMEOUT = (2, 2)
        yield started


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def row():
    given = {"access_token": TOKEN, "webhook_secret": SECRET}
    return Channel(provider="telegram", credentials=given)


@pytest.fixture
def send(row):
    def one(text="Hola", to=TO, **fields):
        return Telegram(row).send(Outgoing(1, "a-1", to, text, **fields))

    return one


@pytest.fixture
def refused(send, fake):
    """refused(behaviour) -> the ChannelError of one send that is treated so."""

    def one(*how, **fields):
        fake.behaviour = list(how)
        with pytest.raises(ChannelError) as raised:
            send(**fields)
        return raised.value

    return one


def file(kind="image/jpeg", name="casa.jpg"):
    """A file that Telegram may fetch by its link."""
    return OutgoingFile(name, kind, 3, lambda: b"abc", lambda: "https://example.org/f/1")


@pytest.fixture
def group(db, row):
    row.mode = Channel.Mode.LIVE
    row.save()
    there = [("group", str(GROUP))]
    talk = meet(channel=row, addresses=there, name="Copropietarios", phone="", is_group=True)
    talk.last_inbound_at = timezone.now()
    talk.save()
    return talk
