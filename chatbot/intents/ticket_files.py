"""Files of an answer that was only announced: sent once their partner has come to read it."""

from __future__ import annotations

from django.core.files.base import File
from django.db import transaction

from chatbot.dialog.speakers import is_partner_speaking
from crm.conversations import outreach
from crm.conversations.models import Attachment, Conversation, Message
from tickets.models import TicketMessage

PICTURES = ("image/jpeg", "image/png")


def send(entry_key: int, talk_key: int) -> None:
    """Job: queue the files of this answer there, unless the session is over."""
    entry = TicketMessage.objects.select_related("ticket__partner", "author").get(pk=entry_key)
    talk = Conversation.objects.with_people().get(pk=talk_key)
    partner = entry.ticket.partner
    if partner is None or not is_partner_speaking(talk, partner):
        return
    files = [_copied(one.stored, one.name, one.mime) for one in entry.files.all() if one.is_here]
    if not files:
        return
    with transaction.atomic():
        outreach.send_files(
            conversation=talk,
            files=files,
            text="",
            author=Message.Author.COLLEAGUE,
            user=entry.author,
            is_private=True,
        )
        entry.sent.add(*filter(None, (one.message for _kind, one in files)))


def _copied(stored: File[bytes], name: str, mime: str) -> tuple[str, Attachment]:
    kind = Message.Kind.IMAGE if mime in PICTURES else Message.Kind.DOCUMENT
    made = Attachment(name=name, mime=mime, size=stored.size, state=Attachment.State.READY)
    with stored.open("rb") as file:
        made.file.save(name or "file", File(file), save=False)
    return kind, made
