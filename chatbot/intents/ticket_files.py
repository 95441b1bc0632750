"""Files of an answer that was only announced: sent once their partner has come to read it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from chatbot.dialog.locking import lock_talk
from chatbot.dialog.speakers import is_partner_speaking
from chatbot.models import PartnerSession
from crm.conversations import outreach
from crm.conversations.models import Attachment, Conversation, Message, attachment_path
from crm.jobs.queue import enqueue
from tickets.models import TicketFile, TicketMessage

log = logging.getLogger(__name__)
PICTURES = ("image/jpeg", "image/png")
SWEPT = 100
# So long a file that cannot be read or copied holds back the others of its answer.
PATIENCE = timedelta(hours=1)


def send_soon(unread: Iterable[TicketMessage], talk: Conversation) -> list[int]:
    """The keys of those of these answers that have files, which go there once the caller's
    transaction has noted that they are owed (`hearing.mark_read`). What the queue loses, or finds
    nobody logged in for, the sweep sends."""
    entries = [one.pk for one in unread]
    filed = TicketFile.objects.filter(entry__in=entries).values_list("entry", flat=True)
    keys = sorted(set(filed)) if entries else []
    for key in keys:
        enqueue("chatbot.intents.ticket_files.send", key, talk.pk)
    return keys


def sweep() -> None:
    """Schedule: send what is owed to whoever is logged in now, where they wrote last."""
    now = timezone.now()
    sessions = PartnerSession.objects.filter(closed_at=None, last_at__gt=now - PartnerSession.IDLE)
    owed = TicketMessage.objects.filter(
        files_owed_since__isnull=False, ticket__partner__in=sessions.values("partner")
    )
    found = owed.order_by("files_owed_since").values_list("pk", "ticket__partner")
    for key, partner in list(found[:SWEPT]):
        last = sessions.filter(partner=partner).order_by("-last_at").first()
        if last is None:
            continue
        try:
            send(key, last.conversation_id)
        except Exception as error:  # one that fails holds back no other; its words may be theirs
            log.error("Files of answer %s were not sent: %s", key, type(error).__name__)


def send(entry_key: int, talk_key: int) -> None:
    """Job: queue the files that are owed of this answer there, once; not where its partner is not
    logged in any more: then they stay owed. Safe to repeat, and at once."""
    owed = TicketMessage.objects.filter(pk=entry_key, files_owed_since__isnull=False)
    entry = owed.select_related("ticket__partner", "author").first()
    talk = Conversation.objects.select_related("channel").filter(pk=talk_key).first()
    if entry is None or talk is None or not _may_go(entry, talk):
        return  # before anything is copied: the sweep asks every minute
    files: list[tuple[str, Attachment]] = []
    sent = False
    try:
        for one in entry.files.all():
            files += filter(None, [_copied(one, is_late=_is_late(entry))])
        with transaction.atomic():
            sent = _send(entry, lock_talk(talk_key), files)
    finally:
        for _kind, copy in files if not sent else ():
            copy.file.storage.delete(copy.file.name)


def _may_go(entry: TicketMessage, talk: Conversation) -> bool:
    """Whether its partner is logged in there, and the channel sends."""
    partner = entry.ticket.partner
    return partner is not None and talk.channel.is_active and is_partner_speaking(talk, partner)


def _send(entry: TicketMessage, talk: Conversation, files: list[tuple[str, Attachment]]) -> bool:
    """Whether they went. Nobody who waits for a person is answered by them."""
    if not _may_go(entry, talk):
        return False
    owed = TicketMessage.objects.filter(pk=entry.pk, files_owed_since__isnull=False)
    if not owed.update(files_owed_since=None) or not files:
        return False
    outreach.send_files(
        conversation=talk,
        files=files,
        text="",
        author=Message.Author.COLLEAGUE,
        user=entry.author,
        answers=False,
        is_private=True,
    )
    entry.sent.add(*filter(None, (one.message for _kind, one in files)))
    return True


def _is_late(entry: TicketMessage) -> bool:
    """Whether what could be sent of it has waited long enough for the rest."""
    since = entry.files_owed_since
    return since is not None and timezone.now() - since > PATIENCE


def _copied(one: TicketFile, *, is_late: bool) -> tuple[str, Attachment] | None:
    """As an attachment of its own, not saved yet; None where it is not there, or `is_late` and
    cannot be copied. What it raises over leaves nothing behind."""
    if not one.is_here:
        return None
    kind = Message.Kind.IMAGE if one.mime in PICTURES else Message.Kind.DOCUMENT
    made = Attachment(name=one.name, mime=one.mime, state=Attachment.State.READY)
    name, storage = attachment_path(made, one.name or "file"), made.file.storage
    try:
        with one.stored.open("rb") as file:
            made.size = one.stored.size
            made.file.name = storage.save(name, File(file))
    except OSError as error:
        storage.delete(name)  # half of it, when the disk is full
        if not is_late and not isinstance(error, FileNotFoundError):
            raise
        log.error("File %s of a ticket is lost: %s", one.pk, type(error).__name__)
        return None
    return kind, made
