"""A ticket is made, by chat or at the desk."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.conversations.models import Attachment, Conversation, Message
from crm.errors import DeskError
from crm.people.models import Contact, User
from partners.models import Loan, Partner, Receipt
from tickets import deadlines
from tickets.assignment import least_loaded
from tickets.categories import guess
from tickets.changes import note
from tickets.models import Category, Priority, Ticket, TicketFile

LONGEST_SUBJECT, LONGEST_TEXT = 150, 5000


def open_ticket(
    *,
    contact: Contact,
    subject: str,
    description: str,
    by: User | None = None,
    partner: Partner | None = None,
    conversation: Conversation | None = None,
    origin: Message | None = None,
    category: str = "",
    priority: int = Priority.MEDIUM,
    assignee: User | None = None,
    loan: Loan | None = None,
    receipt: Receipt | None = None,
    is_private: bool = False,
    files: Sequence[Attachment] = (),
    follows: Ticket | None = None,
    form: str = "",
) -> Ticket:
    """Make a ticket and give it to somebody; one that `origin` made already is the same ticket,
    and so is one that was made of the same words in the same `form` for this contact.

    Without a category it is guessed from the words; without an assignee the least-loaded active
    officer of the agency gets it. `by`: the colleague who enters it; None: the person does.
    `files` are saved attachments of messages. `is_private` holds for who is a partner still: who
    was deregistered could not log in to read an answer. DeskError without words, and for a loan or
    receipt that is another's.
    """
    subject, description = _one_line(subject), _clean(description)
    _check(subject, description, category, priority)
    _check_links(partner, loan, receipt)
    sent = _made_in(form, contact)
    if sent is not None and (sent.subject, sent.description) == (subject, description):
        return sent
    gone = partner is not None and partner.status == Partner.Status.CANCELLED
    row = Ticket(
        contact=contact,
        partner=partner,
        conversation=conversation,
        origin=origin,
        subject=subject,
        description=description,
        category=category or guess(f"{subject} {description}"),
        priority=priority,
        assignee=assignee,
        agency_id=_agency_of(contact, partner, by),
        loan=loan,
        receipt=receipt,
        is_private=is_private and not gone,
        follows=follows,
        form="" if sent else form,  # who goes back and writes something else makes another one
    )
    try:
        with transaction.atomic():
            return _make(row, by, files)
    except IntegrityError:
        known = _made_by(origin) or _made_in(form, contact)
        if known is None:
            raise
        return known


def _make(row: Ticket, by: User | None, files: Sequence[Attachment]) -> Ticket:
    row.created_at = row.changed_at = now = timezone.now()
    row.assignee = row.assignee or least_loaded(row.agency_id)
    row.assigned_at = now if row.assignee else None
    deadlines.begin(row, now)
    row.save()
    row.number = f"T-{row.pk:06d}"
    row.save(update_fields=["number"])
    if files:
        TicketFile.objects.bulk_create(TicketFile(ticket=row, attachment=one) for one in files)
    if by is not None:
        note(row, "created", None, row.number, by)
    return row


def _made_by(origin: Message | None) -> Ticket | None:
    return Ticket.objects.filter(origin=origin).first() if origin is not None else None


def _made_in(form: str, contact: Contact) -> Ticket | None:
    return Ticket.objects.filter(contact=contact, form=form).first() if form else None


def _check(subject: str, description: str, category: str, priority: int) -> None:
    if not subject:
        raise DeskError(_("Say in a few words what it is about."))
    if not description:
        raise DeskError(_("Describe what happened."))
    if category and category not in Category.values:
        raise DeskError(_("There is no such category."))
    if priority not in Priority.values:
        raise DeskError(_("There is no such priority."))


def _check_links(partner: Partner | None, loan: Loan | None, receipt: Receipt | None) -> None:
    """What is another partner's is never linked; nor anything to who is no partner."""
    key = partner.pk if partner else None
    if loan is not None and loan.partner_id != key:
        raise DeskError(_("This loan is not this partner's."))
    if receipt is not None and receipt.partner_id != key:
        raise DeskError(_("This receipt is not this partner's."))


def _agency_of(contact: Contact, partner: Partner | None, by: User | None) -> int | None:
    own = partner.agency_id if partner else None
    return own or contact.agency_id or (by.agency_id if by else None)


def _one_line(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())[:LONGEST_SUBJECT]


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()[:LONGEST_TEXT]
