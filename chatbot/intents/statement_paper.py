"""The statement of account as a PDF, asked for in a chat: made and sent by a job."""

from __future__ import annotations

import logging
import time

from django.core.files.base import ContentFile
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from chatbot.dialog import sessions
from chatbot.dialog.locking import lock_talk
from chatbot.dialog.replies import words_for
from crm.conversations import outreach
from crm.conversations.models import Attachment, Conversation, Episode, Message
from crm.errors import DeskError
from crm.jobs.queue import enqueue
from partners.models import Partner
from partners.papers.printing import Paper, print_statement
from partners.statement import EARLIEST, months_back

log = logging.getLogger(__name__)
MONTHS = 12
PDF = "application/pdf"
# Seconds between tries to send it: nobody would tell them that it was lost.
PAUSES = (0.2, 1, 5)


def send_soon(asking: Message, partner: Partner) -> None:
    """With the caller's transaction; `asking` is the message that asked for it."""
    enqueue("chatbot.intents.statement_paper.send", asking.pk, partner.pk)


def send(message_id: int, partner_id: int) -> None:
    """Job: the last twelve months as a document, or a word why there is none; once."""
    asking = Message.objects.filter(pk=message_id).first()
    partner = Partner.objects.select_related("contact").filter(pk=partner_id).first()
    if asking is None or partner is None:
        return
    if not _is_wanted(Conversation.objects.get(pk=asking.conversation_id), asking, partner):
        return
    today = timezone.localdate()
    try:
        paper = print_statement(partner, max(EARLIEST, months_back(today, MONTHS)), today)
    except DeskError:
        _answer(asking, partner, None)
    except Exception:
        log.exception("No statement was printed for partner %s", partner_id)
        _answer(asking, partner, None)
    else:
        _answer(asking, partner, paper)


def _is_wanted(talk: Conversation, asking: Message, partner: Partner) -> bool:
    """Whether they are still the one who is logged in, the bot speaks, and none went out since."""
    session = sessions.standing(talk, timezone.now())
    if session is None or session.partner != partner:
        return False
    if talk.owner != Episode.Owner.BOT or not talk.channel.is_active:
        return False
    since = talk.messages.filter(pk__gt=asking.pk, author=Message.Author.BOT)
    return not since.filter(attachments__mime=PDF).exists()


def _answer(asking: Message, partner: Partner, paper: Paper | None) -> None:
    """Once more where the database refuses it for what others do just then, or is away."""
    for pause in PAUSES:
        try:
            return _answer_once(asking, partner, paper)
        except OperationalError:
            log.warning("The statement for partner %s is tried again", partner.pk, exc_info=True)
            connection.close_if_unusable_or_obsolete()
            time.sleep(pause)
    return _answer_once(asking, partner, paper)


def _answer_once(asking: Message, partner: Partner, paper: Paper | None) -> None:
    """Nobody else writes there: the same tap twice, or the job repeated, sends one document."""
    attachment = _stored(paper) if paper else None
    sent = False
    try:
        with transaction.atomic():
            talk = lock_talk(asking.conversation_id)
            if not _is_wanted(talk, asking, partner):
                return
            _say(talk, attachment)
        sent = True
    finally:
        if attachment is not None and not sent:
            attachment.file.storage.delete(attachment.file.name)


def _say(talk: Conversation, attachment: Attachment | None) -> None:
    if attachment is None:
        outreach.send(
            conversation=talk,
            text=words_for(talk, "statement_failed", {}),
            author=Message.Author.BOT,
            is_private=True,
        )
        return
    outreach.send_files(
        conversation=talk,
        files=[(Message.Kind.DOCUMENT.value, attachment)],
        text=words_for(talk, "statement_here", {"months": MONTHS}),
        author=Message.Author.BOT,
        is_private=True,
    )


def _stored(paper: Paper) -> Attachment:
    made = Attachment(
        name=paper.name, mime=PDF, size=len(paper.content), state=Attachment.State.READY
    )
    made.file.save("x.pdf", ContentFile(paper.content), save=False)
    return made
