"""Updates of Telegram's, read as the desk reads them."""

from chatbot.channels.telegram import Telegram
from chatbot.tests.fakes import telegram as sample
from crm.conversations.models import Channel, Message

Kind = Message.Kind
provider = Telegram(Channel(provider="telegram"))


def parse(update):
    (event,) = provider.parse(update)
    return event


def read(update):
    event = parse(update)
    return provider.understand(event.kind, event.payload)


def told(**content):
    return read(sample.update(message=sample.message(**content)))
