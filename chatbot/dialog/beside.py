"""A turn in which nobody wrote: the bot goes on because of what an officer or a job has done."""

from __future__ import annotations

from datetime import datetime

from chatbot.channels.events import InboundMessage
from chatbot.dialog.contract import Turn
from chatbot.intents.heard import Heard
from chatbot.models import PartnerSession
from crm.conversations import ownership, window
from crm.conversations.models import Conversation, Episode, Message


def lock_episode(talk: Conversation) -> Episode:
    """The open one, its row ours. To be called under `lock_talk`, before other rows are locked."""
    ownership.open_episode(talk)
    return Episode.objects.select_for_update(no_key=True).get(conversation=talk, closed_at=None)


def may_be_told(talk: Conversation, now: datetime) -> bool:
    """Whether what is said now goes out now; else it would come when nobody thinks of it."""
    return talk.channel.is_active and window.is_open(talk, now)


def turn_of(talk: Conversation, session: PartnerSession, now: datetime) -> Turn:
    """With the last message they wrote, and no words. `talk` is read under its lock."""
    return Turn(
        conversation=talk,
        contact=talk.contact,
        message=talk.messages.filter(direction=Message.Direction.IN).latest("pk"),
        inbound=InboundMessage(id="", addresses=(), kind=Message.Kind.TEXT),
        heard=Heard(),
        now=now,
        session=session,
    )
