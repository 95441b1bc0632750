"""Receipts: taken in, put right, approved or rejected, and reviewed again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from crm.audit.models import record
from crm.conversations import outreach
from crm.conversations.models import Channel, ChannelIdentity, Conversation, Message
from crm.errors import DeskError
from crm.fields import CENT
from crm.people.models import User
from partners.lending.errors import LendingError
from partners.lending.money import check_amount
from partners.models import Loan, Partner, Payment, Receipt
from partners.payments import book_payment
from partners.receipt_files import Examined, check_size, digest, examine
from partners.refusals import in_words

PURPOSE = "receipt_decided"
LONGEST_REFERENCE = 60
LONGEST_REASON = 500
LONGEST_NOTES = 2000


@dataclass(frozen=True)
class Decision:
    """What became of a receipt, and the message that tells its partner; None: it cannot."""

    receipt: Receipt
    message: Message | None


def submit_receipt(
    *,
    partner: Partner,
    file: "bytes | File[bytes]",
    file_name: str = "",
    loan: Loan | None = None,
    amount: Decimal | None = None,
    paid_on: date | None = None,
    reference: str = "",
    by: User | None = None,
    conversation: Conversation | None = None,
) -> Receipt:
    """Keep what a partner sent as proof, to be reviewed; what they sent before is the same receipt.

    `conversation` is where it came from, and its outcome is told first of all.
    DeskError, in words for whoever sent it and with nothing kept, for a file that is none of
    those taken, and for facts that cannot be. A PDF takes half a second: not to be called where a
    lock is held.
    """
    content = _content(file)
    known = Receipt.objects.filter(partner=partner, sha256=digest(content)).first()
    if known is not None:
        return known
    facts = _facts(partner, loan, amount, paid_on, reference) | {"conversation": conversation}
    return _keep(partner, examine(content), _plain_name(file_name), facts, by)


def correct_receipt(
    *,
    receipt: Receipt,
    by: User,
    loan: Loan | None,
    amount: Decimal | None,
    paid_on: date | None,
    reference: str = "",
    notes: str | None = None,
) -> Receipt:
    """Put right what the partner said; `notes` are for colleagues, None leaves them. DeskError as
    for deciding, and for facts that cannot be."""
    with transaction.atomic():
        row = _mine(receipt, by)
        _correct(row, by, _facts(row.partner, loan, amount, paid_on, reference), notes)
    return row


def approve_receipt(
    *,
    receipt: Receipt,
    by: User,
    loan: Loan,
    amount: Decimal,
    paid_on: date,
    reference: str = "",
    purpose: str = Payment.Purpose.NEXT,
    means: str = Payment.Means.TRANSFER,
    keep_rest: bool = False,
    notes: str | None = None,
) -> Decision:
    """Book what it proves, with the facts as `by` found them, and tell the partner; or nothing.

    DeskError where it was decided already, a colleague has it open, or the payment is refused.
    """
    with transaction.atomic():
        talk = _talk_about(receipt)
        row = _mine(receipt, by)
        _correct(row, by, _facts(row.partner, loan, amount, paid_on, reference), notes)
        row.payment = book_payment(
            loan=loan,
            amount=amount,
            paid_on=paid_on,
            by=by,
            purpose=purpose,
            means=means,
            reference=row.reference,
            keep_rest=keep_rest,
        )
        return _decide(row, Receipt.Status.APPROVED, by, talk)


def reject_receipt(*, receipt: Receipt, by: User, reason: str) -> Decision:
    """Refuse it and tell the partner so. DeskError without a reason, and as for approving."""
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not reason:
        raise DeskError(_("Say why it is rejected."))
    with transaction.atomic():
        talk = _talk_about(receipt)
        row = _mine(receipt, by)
        row.reason = reason
        return _decide(row, Receipt.Status.REJECTED, by, talk)


def reopen_receipt(*, receipt: Receipt, by: User) -> Receipt:
    """Pending once more. DeskError unless it was rejected, or its payment was reversed.

    The payment stays on record; the receipt lets go of it, so that another can be booked.
    """
    with transaction.atomic():
        row = _locked(receipt)
        if row.status == Receipt.Status.PENDING:
            raise DeskError(_("This receipt is pending."))
        if not row.may_reopen:
            raise DeskError(_("This receipt is booked. Reverse its payment first."))
        before = _outcome(row)
        row.status, row.reason = Receipt.Status.PENDING, ""
        row.payment = row.reviewer = row.reviewed_at = row.taken_by = row.taken_until = None
        row.save()
        record(action="receipt_reopened", subject=row, by=by, before=before, after=_outcome(row))
    return row


# --- Taking in -------------------------------------------------------------------------------


def _content(file: "bytes | File[bytes]") -> bytes:
    if isinstance(file, bytes):
        return file
    check_size(file.size)  # before it is read
    return bytes(file.read())


def _plain_name(name: str) -> str:
    """The name it came with, without path and control signs; shown, never used for storing."""
    last = PurePath(name.replace("\\", "/")).name
    return "".join(sign for sign in last if sign.isprintable()).strip()[:120]


def _facts(
    partner: Partner,
    loan: Loan | None,
    amount: Decimal | None,
    paid_on: date | None,
    reference: str,
) -> dict[str, Any]:
    """What is said of a payment, as it is kept. DeskError for what cannot be."""
    if loan is not None and loan.partner_id != partner.pk:
        raise DeskError(_("This loan is not this partner's."))
    if amount is not None:
        try:
            check_amount(amount, "payment")
        except LendingError as error:
            raise in_words(error) from error
        amount = amount.quantize(CENT)
    if paid_on is not None and paid_on > timezone.localdate():
        raise DeskError(_("A payment cannot be of a day to come."))
    reference = " ".join(reference.split())
    if len(reference) > LONGEST_REFERENCE:
        raise DeskError(_("An operation number has at most 60 characters."))
    return {"loan": loan, "amount": amount, "paid_on": paid_on, "reference": reference}


def _keep(
    partner: Partner, examined: Examined, name: str, facts: dict[str, Any], by: User | None
) -> Receipt:
    """Store the files and the row. What goes wrong, or came at the same moment, leaves no file."""
    receipt = Receipt(
        partner=partner,
        file_name=name,
        content_type=examined.content_type,
        pages=examined.pages,
        sha256=examined.sha256,
        **facts,
    )
    kept = False
    try:
        with transaction.atomic():
            _store(receipt, examined)
            receipt.save()
            after = _said(receipt) | {"partner": partner.number}
            record(action="receipt_submitted", subject=receipt, by=by, after=after)
        kept = True
    except IntegrityError:
        first = Receipt.objects.filter(partner=partner, sha256=receipt.sha256).first()
        if first is None:
            raise
        return first
    finally:
        if not kept:
            _drop(receipt)
    return receipt


def _store(receipt: Receipt, examined: Examined) -> None:
    receipt.file.save("receipt", ContentFile(examined.content), save=False)
    for number, picture in enumerate(examined.pictures, 1):
        receipt.file.storage.save(receipt.picture(number), ContentFile(picture))


def _drop(receipt: Receipt) -> None:
    if receipt.file:
        for name in [receipt.file.name, *map(receipt.picture, receipt.pictures)]:
            receipt.file.storage.delete(name)


# --- Deciding --------------------------------------------------------------------------------


def _locked(receipt: Receipt) -> Receipt:
    """The same receipt, freshly read, and nobody else's until the transaction ends."""
    rows = Receipt.objects.select_for_update(of=("self",))
    joined = rows.select_related("partner__contact", "loan", "payment", "taken_by", "reviewer")
    return joined.get(pk=receipt.pk)


def _mine(receipt: Receipt, by: User) -> Receipt:
    """As `_locked`. DeskError where it was decided already, or a colleague has it open."""
    row = _locked(receipt)
    if row.status != Receipt.Status.PENDING:
        raise DeskError(
            _("%(person)s has already decided this receipt: %(status)s.")
            % {"person": row.reviewer, "status": row.get_status_display().lower()}
        )
    if row.holder not in (None, by):
        raise DeskError(_("%(person)s is reviewing this receipt now.") % {"person": row.holder})
    return row


def _correct(row: Receipt, by: User, facts: dict[str, Any], notes: str | None) -> None:
    before = _said(row)
    if notes is not None:
        facts = facts | {"notes": notes.strip()[:LONGEST_NOTES]}
    for name, value in facts.items():
        setattr(row, name, value)
    row.save(update_fields=list(facts))
    record(action="receipt_corrected", subject=row, by=by, before=before, after=_said(row))


def _decide(row: Receipt, status: Receipt.Status, by: User, talk: Conversation | None) -> Decision:
    before = _outcome(Receipt())
    row.status, row.reviewer, row.reviewed_at = status, by, timezone.now()
    row.taken_by = row.taken_until = None
    row.save()
    after = _outcome(row)
    record(
        action=f"receipt_{status.value}",
        subject=row,
        by=by,
        before=before,
        after=after,
        reason=row.reason,
    )
    return Decision(row, _tell(row, talk))


def _said(receipt: Receipt) -> dict[str, Any]:
    return {
        "loan": receipt.loan.number if receipt.loan else None,
        "amount": receipt.amount,
        "paid_on": receipt.paid_on,
        "reference": receipt.reference,
        "notes": receipt.notes,
    }


def _outcome(receipt: Receipt) -> dict[str, Any]:
    return {
        "status": receipt.status,
        "payment": receipt.payment_id,
        "reason": receipt.reason,
        "reviewer": receipt.reviewer_id,
    }


# --- Telling the partner ---------------------------------------------------------------------


def _tell(receipt: Receipt, conversation: Conversation | None) -> Message | None:
    """Number and state, no amounts: who reads it there is not known."""
    contact = receipt.partner.contact
    if conversation is None:
        return None
    say: Callable[[Conversation, str, dict[str, int], str], str]
    say = import_string(settings.REPLY_WORDS)
    accepted = receipt.status == Receipt.Status.APPROVED
    name = "receipt_accepted" if accepted else "receipt_not_accepted"
    with translation.override(contact.spoken):
        return outreach.send(
            conversation=conversation,
            text=say(conversation, name, {"number": receipt.pk}, contact.spoken),
            author=Message.Author.SYSTEM,
            answers=False,
            purpose=PURPOSE,
            values={"receipt": str(receipt.pk), "state": receipt.get_status_display().lower()},
        )


def _talk_about(receipt: Receipt) -> Conversation | None:
    """Where it was sent, else where they last spoke with us, of the channels that reach them.

    Locked before the receipt, the loan and the partner, identities first: whoever handles a message
    of theirs locks in that order, and what came in meanwhile is not overwritten by what is sent.
    """
    places = Q(conversation__contact=receipt.partner.contact_id)
    if receipt.conversation_id:
        places |= Q(conversation=receipt.conversation_id)
    lanes = ChannelIdentity.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    list(lanes.filter(places, conversation__is_group=False))
    rows = Conversation.objects.select_for_update(of=("self",), no_key=True)
    reached = rows.filter(
        is_group=False,
        identity__unreachable_at=None,
        channel__is_active=True,
        channel__mode=Channel.Mode.LIVE,
    ).select_related("channel", "contact")
    there = reached.filter(pk=receipt.conversation_id).first() if receipt.conversation_id else None
    if there is not None:
        return there
    theirs = reached.filter(contact=receipt.partner.contact_id)
    return theirs.order_by(F("last_message_at").desc(nulls_last=True), "-id").first()
