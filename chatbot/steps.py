"""The conversations' steps of the first minutes: a channel, and a message through it."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chatbot.simulator.access import PROVIDER, may_simulate
from crm.conversations.models import Channel, Message
from crm.desk.registry import Step
from crm.people.models import User


def steps(user: User) -> list[Step]:
    return [*_channel(user), *_message(user)]


def _channel(user: User) -> list[Step]:
    if not user.has_perm("conversations.add_channel"):
        return []
    return [
        Step(
            _("Connect the first channel"),
            _("Your WhatsApp number, with what Meta gave you for it."),
            reverse("channels:choose"),
            done=Channel.objects.exclude(provider=PROVIDER).exists(),
            icon="plug-connected",
        )
    ]


def _message(user: User) -> list[Step]:
    if not may_simulate(user):
        return []
    return [
        Step(
            _("Write a test message"),
            _("The simulator is a phone on this page; nothing leaves this machine."),
            reverse("simulator:phone"),
            done=Message.objects.exists(),
            icon="device-mobile",
        )
    ]
