"""From the bot to people, with a word to the person; and back again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from chatbot.dialog.contract import Reply, Turn
from chatbot.dialog.locking import lock_talk
from chatbot.dialog.summing import sum_up
from chatbot.models import Dialog
from crm.conversations import ownership
from crm.conversations.models import Conversation, Episode
from crm.people.calendar import Calendar, calendars_of, holiday
from crm.people.calendar_words import closing_words, opening_words
from crm.people.models import User

# These ask for nothing that a colleague has to know.
SMALL_TALK = frozenset(("unknown", "affirm", "deny", "cancel", "thanks", "greeting", "goodbye"))
NOT_NOTED = SMALL_TALK | {"help", "talk_to_agent"}
MOST_NOTED = 12


def hand_over(
    *, turn: Turn, episode: Episode, reason: str, collected: Mapping[str, Any], wish: str = ""
) -> Reply:
    """Give the conversation to the queue; what the person is told of it."""
    summary = sum_up(turn, episode.asked, collected)
    ownership.hand_to_queue(
        conversation=turn.conversation,
        reason=reason,
        summary=summary.open,
        details=summary.private,
        episode=episode,
    )
    language = turn.contact.spoken
    values = {
        "reason": reason,
        "wish": wish,
        **when_people_answer(agency_of(turn), turn.now, language),
    }
    return Reply("handed", values, promises=True)


def note_wish(episode: Episode, intent: str) -> None:
    """Keep what was asked for, in order, each once: the summary names it."""
    asked = episode.asked.split()
    if intent in asked or intent in NOT_NOTED or len(asked) >= MOST_NOTED:
        return
    episode.asked = " ".join([*asked, intent])
    episode.save(update_fields=["asked"])


def when_people_answer(agency: int | None, now: datetime, language: str) -> dict[str, Any]:
    """For a reply's template: `is_open`, `until` ("hasta las 18:00", or ""), `opening` ("mañana
    desde las 9:00"), and the `holiday` that keeps it closed, in Spanish. `agency` is a key."""
    return said_of(calendars_of([agency] if agency else [])[agency], now, language)


def said_of(calendar: Calendar, now: datetime, language: str) -> dict[str, Any]:
    """The same of an office's calendar."""
    closes = calendar.open_until(now)
    opening = calendar.next_opening(closes or now)
    return {
        "is_open": calendar.is_open(now),
        "until": closing_words(closes, language) if closes else "",
        "opening": opening_words(opening, now, language),
        "holiday": holiday(now.astimezone(calendar.zone).date()),
    }


def agency_of(turn: Turn) -> int | None:
    """Whose hours count, by its key: those of the partner's agency, else of the conversation's,
    else of the contact's; None: the business's."""
    own = turn.partner.agency_id if turn.partner else None
    return own or turn.conversation.agency_id or turn.contact.agency_id


def give_back(*, conversation: Conversation, user: User) -> Episode:
    """The bot answers again, and has misunderstood nothing so far."""
    with transaction.atomic():
        talk = lock_talk(conversation.pk)  # its dialog comes after
        forget_misunderstandings(talk)
        return ownership.give_back(conversation=talk, user=user)


def forget_misunderstandings(conversation: Conversation) -> None:
    """A person has spoken since: nothing that was asked before is open still."""
    dialog = Dialog.objects.select_for_update().filter(conversation=conversation).first()
    if dialog is not None:
        dialog.leave()
        dialog.misunderstood = 0
        dialog.save()
