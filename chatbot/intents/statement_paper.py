"""The statement of account as a PDF, asked for in a chat: made and sent by a job."""

from __future__ import annotations

import logging
import time

from django.core.files.base import ContentFile
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from chatbot.dialog import sessions
from chatbot.dialog.locking import lock_talk
from chatbot.dialog.replies import words_for
from chatbot.models import AskedStatement, Dialog
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
# Seconds between tries to send what is printed.
PAUSES = (0.2, 1, 5)
# So often it is begun; who has killed its job each time is told that there will be none.
MOST_TRIES = 3
SWEPT = 20


def send_soon(asking: Message, partner: Partner) -> None:
    """With the caller's transaction; `asking` is the message that asked for it. The sweep finds
    what the queue lost."""
    row = AskedStatement.objects.create(asking=asking, partner=partner)
    enqueue("chatbot.intents.statement_paper.send", row.pk)


def sweep() -> None:
    """Schedule: what was asked for and is neither sent nor given up yet."""
    due = AskedStatement.objects.filter(settled_at=None, due_at__lte=timezone.now())
    for pk in list(due.order_by("due_at").values_list("pk", flat=True)[:SWEPT]):
        try:
            send(pk)
        except Exception:  # one that fails holds back no other; its lease ends, and it comes again
            log.exception("Asked statement %s failed", pk)


def send(pk: int) -> None:
    """Job: the last twelve months as a document, or a word why there is none; once. Safe to
    repeat, and at once."""
    row = _claim(pk)
    if row is None:
        return
    if row.tries > MOST_TRIES:  # whoever worked on it was killed each time
        _answer(row, None, "Killed")
        return
    talk = Conversation.objects.select_related("channel").get(pk=row.asking.conversation_id)
    if not _is_wanted(talk, row.partner):
        _answer(row, None, "")
        return
    today = timezone.localdate()
    try:
        paper = print_statement(row.partner, max(EARLIEST, months_back(today, MONTHS)), today)
    except Exception as error:
        if not isinstance(error, DeskError):
            log.exception("No statement was printed for partner %s", row.partner_id)
        _answer(row, None, type(error).__name__)
    else:
        _answer(row, paper, "")


def _claim(pk: int) -> AskedStatement | None:
    """Ours until LEASE has passed; None: it is settled, or somebody else works on it.

    The try is counted before the work: whom it kills counts nothing afterwards.
    """
    now = timezone.now()
    rows = AskedStatement.objects.filter(pk=pk, settled_at=None, due_at__lte=now)
    if not rows.update(due_at=now + AskedStatement.LEASE, tries=F("tries") + 1):
        return None
    return AskedStatement.objects.select_related("asking", "partner__contact").get(pk=pk)


def _is_wanted(talk: Conversation, partner: Partner) -> bool:
    """Whether they are still the one who is logged in, and the bot speaks, or may finish."""
    session = sessions.standing(talk, timezone.now())
    if session is None or session.partner != partner or not talk.channel.is_active:
        return False
    promised = talk.episode is not None and talk.episode.lets_bot_finish
    return promised or talk.owner == Episode.Owner.BOT


def _answer(row: AskedStatement, paper: Paper | None, failure: str) -> None:
    """Once more where the database refuses it for what others do just then, or is away."""
    for pause in PAUSES:
        try:
            return _answer_once(row, paper, failure)
        except OperationalError:
            log.warning(
                "The statement for partner %s is tried again", row.partner_id, exc_info=True
            )
            connection.close_if_unusable_or_obsolete()
            time.sleep(pause)
    return _answer_once(row, paper, failure)


def _answer_once(row: AskedStatement, paper: Paper | None, failure: str) -> None:
    """The same tap twice, or the job repeated, sends one document, or one word that there is none.

    Without the one and the other (`failure` is "") it is only settled.
    """
    attachment = _stored(paper) if paper else None
    sent = False
    try:
        with transaction.atomic():
            told = _settle_and_tell(row, attachment, failure)
        sent = told
    finally:
        if attachment is not None and not sent:
            attachment.file.storage.delete(attachment.file.name)


def _settle_and_tell(row: AskedStatement, attachment: Attachment | None, failure: str) -> bool:
    """Nobody else writes there. Whether they were told, and with it whatever else they asked for
    until now is answered; a failure shows in the desk in any case."""
    talk = lock_talk(row.asking.conversation_id)
    now = timezone.now()
    rows = AskedStatement.objects.filter(settled_at=None, partner=row.partner)
    if not rows.filter(pk=row.pk).update(settled_at=now):
        return False  # somebody else did
    if failure:
        Dialog.objects.filter(conversation=talk).update(failed_at=now, failure=failure)
    if not (attachment or failure) or not _is_wanted(talk, row.partner):
        return False
    rows.filter(asking__conversation=talk).update(settled_at=now)
    _say(talk, attachment)
    return True


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
