"""The chatbot room's tables: what came in and went out, and what the bot is in the middle of."""

from chatbot.models.asked_statement import AskedStatement
from chatbot.models.confirmed import ConfirmedReceipt
from chatbot.models.dialog import Dialog
from chatbot.models.example import Example
from chatbot.models.login import LoginCounter, LoginRequest
from chatbot.models.pipeline import DeliveryAttempt, InboundEvent
from chatbot.models.session import PartnerSession
from chatbot.models.wording import ReplyWording

__all__ = [
    "AskedStatement",
    "ConfirmedReceipt",
    "DeliveryAttempt",
    "Dialog",
    "Example",
    "InboundEvent",
    "LoginCounter",
    "LoginRequest",
    "PartnerSession",
    "ReplyWording",
]
