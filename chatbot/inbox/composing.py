"""How one may write into a conversation just now: freely, by template, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from chatbot.inbox import uploads
from crm.conversations import window
from crm.conversations.models import Conversation
from crm.conversations.rules import Rules, rules_of

# So long before the window closes the page says so aloud.
SOON = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Composer:
    """What the page shows below a conversation.

    is_open        whether free text goes out now
    by_template    whether the provider has templates, which go at any time
    closes_at      when free text stops being taken; None: never
    is_closing     that is soon
    turns_in       seconds until one of these changes by itself; None: it does not
    why_closed     in a sentence; "" while it is open
    takes_files    and `accept` which, for the file field ("": any)
    most_bytes     of one file, `most_together` of all files of one sending
    """

    is_open: bool
    by_template: bool
    closes_at: datetime | None
    is_closing: bool
    turns_in: int | None
    why_closed: str
    takes_files: bool
    accept: str
    most_bytes: int
    most_together: int
    most_files: int = uploads.MOST_FILES


def composer_for(conversation: Conversation, now: datetime | None = None) -> Composer:
    now = now or timezone.now()
    rules = rules_of(conversation.channel.provider)
    is_open = window.open_under(rules, conversation, now)
    closes_at = window.closes_at(conversation) if is_open else None
    is_closing = closes_at is not None and closes_at - now <= SOON
    kinds = [kind for kind in rules.media if kind != "sticker"]
    return Composer(
        is_open=is_open,
        by_template=rules.templates,
        closes_at=closes_at,
        is_closing=is_closing,
        turns_in=_turns_in(closes_at, now),
        why_closed="" if is_open else why_closed(rules, conversation),
        takes_files=bool(kinds),
        accept=uploads.accept(rules),
        most_bytes=max((uploads.limit(rules, kind) for kind in kinds), default=0),
        most_together=settings.UPLOADS_MAX_BYTES,
    )


def _turns_in(closes_at: datetime | None, now: datetime) -> int | None:
    if closes_at is None:
        return None
    left = closes_at - now
    return int((left - SOON if left > SOON else left).total_seconds()) + 1


def why_closed(rules: Rules, conversation: Conversation) -> str:
    """Why free text cannot be sent, and what can be done instead."""
    if conversation.last_inbound_at is None:
        if rules.templates:
            return _("They have not written yet. Only a template can begin the conversation.")
        return _("They have not written yet. Here nobody can be written to before that.")
    hours = int(rules.window.total_seconds() // 3600) if rules.window else 0
    if rules.templates:
        words = _("More than %(hours)d hours without a word from them. Until they write again"
                  " only templates go out.")  # fmt: skip
    else:
        words = _("More than %(hours)d hours without a word from them. Nothing goes out until"
                  " they write again.")  # fmt: skip
    return words % {"hours": hours}
