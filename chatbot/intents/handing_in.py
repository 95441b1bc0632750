"""A confirmed receipt, stored by a job: its file may still be on its way, and a PDF takes time."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import override

from chatbot.dialog.contract import Reply
from chatbot.dialog.locking import lock_talk
from chatbot.dialog.replies import words_for
from chatbot.media import fetch_attachment
from chatbot.models import ConfirmedReceipt, Dialog
from crm.conversations import outreach
from crm.conversations.models import Attachment, Conversation, Message
from crm.errors import DeskError
from crm.jobs.queue import enqueue
from partners.models import Receipt
from partners.receipts import submit_receipt

log = logging.getLogger(__name__)
# How long until it is looked at again: while its file comes, and when storing it went wrong.
PAUSE = timedelta(seconds=20)
MOST_FAILURES = 3
# A file that is not here by then is given up.
PATIENCE = timedelta(hours=1)
SWEPT = 100
LONGEST_WHY = 300


def hand_in_soon(row: ConfirmedReceipt) -> None:
    """With the caller's transaction; the sweep finds what the queue lost."""
    enqueue("chatbot.intents.handing_in.hand_in", row.pk)


def sweep() -> None:
    """Schedule: what was confirmed and is not settled yet."""
    due = ConfirmedReceipt.objects.filter(settled_at=None, due_at__lte=timezone.now())
    for pk in due.order_by("due_at").values_list("pk", flat=True)[:SWEPT]:
        hand_in(pk)


def hand_in(pk: int) -> None:
    """Job: store it as a receipt and say its number, or why not. Safe to repeat, and at once."""
    row = _claim(pk)
    if row is None:
        return
    if row.tries > MOST_FAILURES:  # whoever worked on it was killed each time
        _give_up(row, "Killed")
        return
    attachment = _fetched(row.attachment)
    if attachment.state == Attachment.State.READY:
        _store(row, attachment)
    elif attachment.state == Attachment.State.FAILED or _is_late(row):
        _settle(row, "receipt_no_file", {"limit": _limit()})
    else:
        _look_again(row)


def _claim(pk: int) -> ConfirmedReceipt | None:
    """Ours until LEASE has passed; None: it is settled, or somebody else works on it.

    The try is counted before the work: whom a picture kills counts nothing afterwards.
    """
    now = timezone.now()
    rows = ConfirmedReceipt.objects.filter(pk=pk, settled_at=None, due_at__lte=now)
    if not rows.update(due_at=now + ConfirmedReceipt.LEASE, tries=F("tries") + 1):
        return None
    people = ("partner__contact", "attachment__message__channel", "loan")
    return ConfirmedReceipt.objects.select_related(*people).get(pk=pk)


def _fetched(attachment: Attachment) -> Attachment:
    if attachment.state == Attachment.State.PENDING:
        fetch_attachment(attachment.pk)
        attachment.refresh_from_db()
    return attachment


def _is_late(row: ConfirmedReceipt) -> bool:
    return timezone.now() > row.confirmed_at + PATIENCE


def _look_again(row: ConfirmedReceipt) -> None:
    """To wait for a file is no try."""
    rows = ConfirmedReceipt.objects.filter(pk=row.pk, settled_at=None)
    rows.update(due_at=timezone.now() + PAUSE, tries=F("tries") - 1)


def _store(row: ConfirmedReceipt, attachment: Attachment) -> None:
    try:
        with override(row.partner.contact.spoken), attachment.file.open() as file:
            receipt = submit_receipt(
                partner=row.partner,
                file=file,
                file_name=attachment.name,
                loan=row.loan,
                amount=row.amount,
                paid_on=row.paid_on,
                conversation=_conversation_of(row),
            )
    except DeskError as error:
        _settle(row, "receipt_refused", {"why": str(error), "limit": _limit()})
    except Exception as error:
        log.exception("Confirmed receipt %s could not be stored", row.pk)
        _failed(row, error)
    else:
        was_known = receipt.created_at < row.confirmed_at
        said = {"number": receipt.pk, "state": receipt.status}
        _settle(row, "receipt_known" if was_known else "receipt_stored", said, receipt)


def _failed(row: ConfirmedReceipt, error: Exception) -> None:
    """Tried again a few times; then the person is told, and the desk shows that the bot failed."""
    if row.tries >= MOST_FAILURES:
        _give_up(row, type(error).__name__)
        return
    rows = ConfirmedReceipt.objects.filter(pk=row.pk, settled_at=None)
    rows.update(due_at=timezone.now() + PAUSE)


def _give_up(row: ConfirmedReceipt, why: str) -> None:
    _settle(row, "receipt_failed")
    Dialog.objects.filter(conversation=_conversation_of(row)).update(
        failed_at=timezone.now(), failure=why
    )


def _settle(
    row: ConfirmedReceipt,
    name: str,
    values: Mapping[str, Any] | None = None,
    receipt: Receipt | None = None,
) -> None:
    """Write down what came of it, and tell; whoever comes second does neither."""
    with transaction.atomic():
        talk = lock_talk(_conversation_of(row).pk)
        rows = ConfirmedReceipt.objects.filter(pk=row.pk, settled_at=None)
        why = str((values or {}).get("why", ""))[:LONGEST_WHY]
        if rows.update(settled_at=timezone.now(), receipt=receipt, told=name, why=why):
            _tell(talk, name, values or {})


def why_not_kept(row: ConfirmedReceipt) -> Reply:
    """What was told when it was settled without a receipt."""
    return Reply(row.told or "receipt_failed", {"why": row.why, "limit": _limit()})


def _tell(talk: Conversation, name: str, values: Mapping[str, Any]) -> None:
    """Number and state, no amounts: the session may be over by now."""
    if not talk.channel.is_active:
        return
    outreach.send(
        conversation=talk,
        text=words_for(talk, name, values),
        author=Message.Author.SYSTEM,
        answers=False,
        is_private=True,
    )


def _conversation_of(row: ConfirmedReceipt) -> Conversation:
    """Where the picture came from; two conversations may have become one since."""
    rows = Conversation.objects.with_people()
    return rows.get(messages__attachments=row.attachment_id)


def _limit() -> int:
    """Megabytes of a file."""
    return int(settings.UPLOAD_MAX_BYTES // (1024 * 1024))
