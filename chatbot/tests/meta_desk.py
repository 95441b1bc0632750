"""A number at Meta, and something to send from it."""

import pytest

from chatbot.channels.base import Outgoing, OutgoingFile
from chatbot.channels.events import Address
from chatbot.channels.meta import Meta

ANA = Address("wa_id", "51911000001")
HOLA = Outgoing(message_id=1, attempt="attempt-1", to=(ANA,), text="Hola")
PDF = b"%PDF-1.4 made up"


@pytest.fixture
def meta(channel, graph):
    channel.credentials = {**channel.credentials, "business_account_id": "900100"}
    return Meta(channel)


def file(name="estado.pdf", mime="application/pdf", content=PDF):
    """Something to send; reading it raises `content`, if that is an exception."""

    def read():
        if isinstance(content, Exception):
            raise content
        return content

    return OutgoingFile(name, mime, len(PDF), read, lambda: "")


def row(number, **rest):
    """A template as Meta lists it."""
    return {
        "id": str(number),
        "name": f"plantilla_{number}",
        "language": "es",
        "status": "APPROVED",
        "category": "UTILITY",
        "quality_score": {"score": "GREEN", "date": 1790000000},
        "rejected_reason": "NONE",
        "components": [{"type": "BODY", "text": "Hola {{1}}"}],
        **rest,
    }
