"""What the person says of a ticket: more about it, and how they were served."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Case, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.conversations.models import Attachment, Message
from crm.errors import DeskError
from crm.people.models import Contact
from partners.models import Partner
from tickets.changes import draft, lockable, locked, note, save
from tickets.models import Ticket, TicketChange, TicketFile, TicketMessage
from tickets.opening import LONGEST_TEXT, open_ticket
from tickets.standing import give_anew, heard_again, may_be_reopened
from tickets.telling import SCORES


def heard_by(partner: Partner) -> Q:
    """Tickets that words of this partner's session may go to: theirs, and those their contact made
    that are no partner's, being made before they were one."""
    return Q(partner=partner) | Q(partner=None, contact=partner.contact_id)


def may_hear(ticket: Ticket, partner: Partner) -> bool:
    """As `heard_by`, of one; of a part what it is a part of counts."""
    whole = ticket.merged_into or ticket
    if is_nobodys(ticket):
        return whole.contact_id == partner.contact_id
    return whole.partner_id == partner.pk


def is_nobodys(ticket: Ticket) -> bool:
    """Whether it is no partner's, nor a part of such a one."""
    return (ticket.merged_into or ticket).partner_id is None


def hear(
    *,
    ticket: Ticket,
    message: Message,
    partner: Partner | None = None,
    files: Sequence[Attachment] | None = None,
    is_taken: bool = False,
) -> Ticket:
    """Add the person's message, with its files, to the ticket it is about; that ticket.

    What waited for them is open again, and so is what was done less than a week ago; about what
    was done before, a new ticket is made, which that one returns. The same message is added once.
    In a session of `partner`'s the words are private: a ticket that was no partner's, or answered
    like anybody's, is theirs alone from then on; the caller has seen that it `may_hear` them.
    `files` are the message's; None: they are looked up. `is_taken` says that `take` locked it. To
    be called where the message is handled: the conversation's row is locked already.
    """
    if is_taken and ticket.merged_into_id is None:
        with transaction.atomic():
            return _hear(ticket, message, partner, files)
    key = ticket.pk
    while True:
        try:
            with transaction.atomic():
                return _hear(_whole(key, ticket), message, partner, files)
        except _ElsewhereError as found:
            key = found.key


def take(key: int) -> Ticket | None:
    """The ticket of that key, its row locked for who lets it `hear`; a part of another is only
    read: which of the two rows is locked first, `hear` knows."""
    try:
        with transaction.atomic():
            row = lockable().filter(pk=key).first()
            if row is not None and row.merged_into_id is not None:
                raise _ElsewhereError(row.merged_into_id)
            return row
    except _ElsewhereError:
        return Ticket.objects.select_related("contact", "partner", "merged_into").get(pk=key)


def hear_waiting(
    *, message: Message, partner: Partner | None = None, files: Sequence[Attachment] | None = None
) -> Ticket | None:
    """As `hear`, of the ticket that waits for the person in the message's conversation, the newest
    of several; None where none does. What was said in a session of `partner`'s is private: only
    what is `heard_by` them gets it."""
    with transaction.atomic():
        rows = lockable().filter(conversation=message.conversation_id, merged_into=None)
        rows = rows.filter(heard_by(partner)) if partner is not None else rows
        row = rows.filter(status=Ticket.Status.WAITING).order_by("-changed_at").first()
        return _hear(row, message, partner, files) if row is not None else None


def rate(*, ticket: Ticket, contact: Contact, score: int) -> Ticket:
    """How they were served, 1 to 5; the last word counts. DeskError for a ticket that is not
    theirs or not done, and for another number."""
    if score not in SCORES:
        raise DeskError(_("Give a number from 1 to 5."))
    with transaction.atomic():
        row = locked(ticket)
        if row.contact_id != contact.pk or not row.is_done:
            raise DeskError(_("This ticket is not resolved."))
        if row.satisfaction != score:
            note(row, "satisfaction", row.satisfaction, score, None)
            row.satisfaction, row.rated_at = score, timezone.now()
            save(row)
    return row


def unread(partner: Partner) -> QuerySet[TicketMessage]:
    """Answers of which their partner only heard that there is one."""
    return TicketMessage.objects.filter(
        ticket__partner=partner, kind=TicketMessage.Kind.PUBLIC, is_veiled=True, read_at=None
    )


def mark_read(entries: Iterable[TicketMessage], *, owing: Collection[int] = ()) -> int:
    """The person has read these; how many of them had only been announced. `owing` are the keys of
    those whose files are still to go."""
    keys = [one.pk for one in entries if one.is_veiled and one.read_at is None]
    if not keys:
        return 0
    rows = TicketMessage.objects.filter(pk__in=keys, is_veiled=True, read_at=None)
    now = timezone.now()
    owed = Case(When(pk__in=owing, then=Value(now)), default=None) if owing else None
    return rows.update(read_at=now, files_owed_since=owed)


class _ElsewhereError(Exception):
    """The words belong to the ticket of another key. Its row is locked once this one is free:
    who merges locks the lower key first."""

    def __init__(self, key: int) -> None:
        super().__init__(key)
        self.key = key


def _whole(key: int, ticket: Ticket) -> Ticket:
    """The row of that key, locked, if what is said of `ticket` belongs there now."""
    row = locked(Ticket(pk=key))
    if row.merged_into_id is not None:
        raise _ElsewhereError(row.merged_into_id)
    if key != ticket.pk and not row.merged.filter(pk=ticket.pk).exists():
        raise _ElsewhereError(ticket.pk)
    return row


def _hear(
    row: Ticket, message: Message, partner: Partner | None, files: Sequence[Attachment] | None
) -> Ticket:
    said, now = message.text.replace("\x00", "").strip()[:LONGEST_TEXT], timezone.now()
    if row.is_done and not may_be_reopened(row, now):
        return _anew(row, message, said, partner)
    try:
        with transaction.atomic():
            entry = TicketMessage.objects.create(
                ticket=row, kind=TicketMessage.Kind.PERSON, text=said, message=message
            )
    except IntegrityError:  # it was heard already
        return row
    _attach(row, entry, message.attachments.all() if files is None else files)
    changes: list[TicketChange] = []
    if partner is not None and (row.partner is None or not row.is_private):
        changes += _make_theirs(row, partner, now)
    changes += heard_again(row, now)
    TicketChange.objects.bulk_create(changes)
    save(row, now)
    return row


def _make_theirs(row: Ticket, partner: Partner, now: datetime) -> list[TicketChange]:
    """It holds what was said in a session: an agent who had it reads on no more. The caller saves
    the changes."""
    if row.partner is None:
        changes = [draft(row, "partner", None, partner.number, None)]
    else:
        changes = [draft(row, "is_private", row.is_private, True, None)]
    row.partner, row.is_private = partner, True
    row.agency_id = row.agency_id or partner.agency_id
    if row.assignee is not None and not row.assignee.has_perm("partners.view_partner"):
        changes.append(give_anew(row, now))
    return changes


def _anew(old: Ticket, message: Message, said: str, partner: Partner | None) -> Ticket:
    return open_ticket(
        contact=old.contact,
        subject=old.subject,
        description=said or old.subject,
        partner=old.partner or partner,
        conversation=message.conversation,
        origin=message,
        category=old.category,
        loan=old.loan,
        is_private=old.is_private or partner is not None,
        files=list(message.attachments.all()),
        follows=old,
    )


def _attach(row: Ticket, entry: TicketMessage, attachments: Iterable[Attachment]) -> None:
    files = [TicketFile(ticket=row, entry=entry, attachment=one) for one in attachments]
    TicketFile.objects.bulk_create(files, ignore_conflicts=True)
