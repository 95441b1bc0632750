"""A receipt's file that has come, and cannot be taken: told at once, not with the next answer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from chatbot.dialog import beside, sessions
from chatbot.dialog.engine import go_on
from chatbot.dialog.locking import lock_talk
from chatbot.intents import receipt_asking
from chatbot.models import Dialog
from crm.conversations.models import Attachment, Episode


def look(pk: int) -> None:
    """Job: a file is here, or never will be. Where a receipt is asked about with it, and cannot be
    one, they hear so. Safe to repeat; the next answer finds what the queue lost.
    """
    attachment = Attachment.objects.select_related("message").filter(pk=pk).first()
    if attachment is None or receipt_asking.refused(attachment, {}) is None:
        return
    with transaction.atomic():
        talk, now = lock_talk(attachment.message.conversation_id), timezone.now()
        dialog = Dialog.objects.select_for_update().filter(conversation=talk).first()
        session = sessions.standing(talk, now)
        if session is None or dialog is None or not _is_about(dialog, pk, now):
            return
        episode = beside.lock_episode(talk)
        refused = receipt_asking.refused(attachment, dialog.data)
        if refused and episode.owner == Episode.Owner.BOT and beside.may_be_told(talk, now):
            go_on(beside.turn_of(talk, session, now), dialog, episode, lambda turn: refused)


def _is_about(dialog: Dialog, pk: int, now: datetime) -> bool:
    here = (dialog.name, dialog.data.get("file"))
    return here == (receipt_asking.DIALOG, pk) and dialog.is_open(now)
