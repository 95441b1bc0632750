"""Questions nobody answers: after a quarter of an hour the bot says a word and leaves them."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from chatbot.dialog import registry
from chatbot.dialog.locking import lock_talk
from chatbot.dialog.replies import words_for
from chatbot.models import Dialog
from crm.conversations import outreach, window
from crm.conversations.models import Episode, Message

AT_ONCE = 500


def leave_expired() -> int:
    """Job: leave the dialogs whose time is over; how many. Safe to repeat, and at once."""
    late = Dialog.objects.filter(expires_at__lte=timezone.now()).order_by("expires_at")
    pairs = late.values_list("pk", "conversation_id")[:AT_ONCE]
    return sum(_leave(pk, talk_pk) for pk, talk_pk in pairs)


def _leave(pk: int, talk_pk: int) -> bool:
    """One of them, unless an answer came, or another worker was here, a moment ago."""
    with transaction.atomic():
        talk = lock_talk(talk_pk)
        # Out of the usual order, therefore without waiting for it: the next minute comes.
        rows = Dialog.objects.select_for_update(skip_locked=True)
        dialog = rows.filter(pk=pk, expires_at__lte=timezone.now()).first()
        if dialog is None:
            return False
        matters = not registry.is_optional(dialog)
        dialog.leave()
        dialog.save()
        # Who has gone for good is not written to, and where a person speaks the bot does not.
        reached = talk.owner == Episode.Owner.BOT and talk.channel.is_active
        if matters and reached and window.is_open(talk):
            outreach.send(
                conversation=talk,
                text=words_for(talk, "timed_out", {}),
                author=Message.Author.BOT,
                # Who was promised a person before waits on for one.
                answers=False,
            )
    return True
