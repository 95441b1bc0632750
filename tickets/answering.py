"""What colleagues write on a ticket: answers, which the person gets, and notes, which stay here."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.conversations import outreach
from crm.conversations.models import Attachment, Conversation, Message
from crm.errors import DeskError
from crm.people.models import User
from tickets import deadlines, telling
from tickets.changes import check_seen, check_standing, locked, locked_with_place, note, save
from tickets.models import Ticket, TicketFile, TicketMessage
from tickets.opening import LONGEST_TEXT

Kind, Status = TicketMessage.Kind, Ticket.Status


class SaidAlreadyError(DeskError):
    """The same form, with the same words, was sent before."""


def reply(
    *,
    ticket: Ticket,
    by: User,
    text: str,
    seen: int | None = None,
    files: Sequence[tuple[str, Attachment]] = (),
    form: str = "",
) -> TicketMessage:
    """Answer the person where the ticket came from, else at their newest place, which is the
    ticket's from then on: there they are heard. A new ticket is open from then on.

    `seen` is the version the writer last saw: ThreadChangedError if there is a newer one. `files`
    are as `tickets.files.stored` yields them. `form` names the form it was written in: a second
    time SaidAlreadyError, and nothing is sent. Outside a session a partner only hears that there is
    an answer (`is_veiled`). What is kept until the person writes again counts as the first
    response when it goes (`tickets.watching`). DeskError without words, for a ticket that is done
    or merged, for a person who cannot be reached by chat, and for a partner's own who cannot log
    in any more.
    """
    text = _clean(text, may_be_empty=bool(files))
    with transaction.atomic():
        row, place = locked_with_place(ticket)
        form = _unsent(row, Kind.PUBLIC, text, form)
        _check_open(row)
        check_seen(row, seen)
        place = _check_reached(row, place)
        row.conversation = place
        entry = TicketMessage(ticket=row, kind=Kind.PUBLIC, author=by, text=text, form=form)
        _tell(entry, place, by, files)
        now = timezone.now()
        if entry.message and outreach.goes_now(entry.message):
            deadlines.answered(row, now)
        if row.status == Status.NEW:
            note(row, "status", row.status, Status.OPEN, by)
            row.status = Status.OPEN
        save(row, now)
    _refresh(ticket, row)
    return entry


def add_note(
    *,
    ticket: Ticket,
    by: User,
    text: str,
    seen: int | None = None,
    files: Sequence[tuple[str, Attachment]] = (),
    form: str = "",
) -> TicketMessage:
    """Write something down for colleagues; it goes to nobody. Errors as of `reply`."""
    text = _clean(text, may_be_empty=bool(files))
    with transaction.atomic():
        row = locked(ticket)
        form = _unsent(row, Kind.NOTE, text, form)
        check_standing(row)
        check_seen(row, seen)
        entry = TicketMessage.objects.create(
            ticket=row, kind=Kind.NOTE, author=by, text=text, form=form
        )
        _keep_own(entry, files)
        save(row)
    _refresh(ticket, row)
    return entry


def was_said(ticket: Ticket, form: str) -> bool:
    """Whether something was said in that form already."""
    return bool(form) and ticket.messages.filter(form=form).exists()


def _unsent(row: Ticket, kind: str, text: str, form: str) -> str:
    """The form, if it was not sent yet; SaidAlreadyError if just this was sent in it. Who goes
    back to a page that was sent, and writes something else, says something else: in no form."""
    if not was_said(row, form):
        return form
    if row.messages.filter(form=form, kind=kind, text=text).exists():
        raise SaidAlreadyError(_("This was sent already."))
    return ""


def _tell(
    entry: TicketMessage,
    talk: Conversation,
    by: User,
    files: Sequence[tuple[str, Attachment]],
) -> None:
    """Keep the answer, and send what of it goes out now."""
    row, text = entry.ticket, entry.text
    if not telling.is_known(row, talk):
        entry.is_veiled = True
        entry.message = telling.tell_of_answer(row, talk)
        entry.save()
        telling.note_sent(entry)
        _keep_own(entry, files)
        return
    if files:
        entry.message = outreach.send_files(
            conversation=talk,
            files=files,
            text="",
            author=Message.Author.COLLEAGUE,
            user=by,
            is_private=row.is_private,
        )
    if text:
        entry.message = telling.tell_answer(row, talk, text, by)
    entry.save()
    telling.note_sent(entry, *filter(None, (one.message for _kind, one in files)))
    TicketFile.objects.bulk_create(
        TicketFile(ticket=row, entry=entry, attachment=one) for _kind, one in files
    )


def _keep_own(entry: TicketMessage, files: Sequence[tuple[str, Attachment]]) -> None:
    """Files that went nowhere: no message has them."""
    TicketFile.objects.bulk_create(
        TicketFile(
            ticket=entry.ticket,
            entry=entry,
            own=one.file.name,
            own_name=one.name,
            own_mime=one.mime,
            own_size=one.size,
        )
        for _kind, one in files
    )


def _check_open(row: Ticket) -> None:
    check_standing(row)
    if row.is_done:
        raise DeskError(_("This ticket is done. Open it again before you answer."))


def _check_reached(row: Ticket, place: Conversation | None) -> Conversation:
    if place is None:
        raise DeskError(_("This person cannot be reached by chat. Leave a note instead."))
    if telling.is_unreadable(row):
        raise DeskError(
            _("This partner was deregistered and cannot log in to read an answer. Call them.")
        )
    return place


def _clean(text: str, *, may_be_empty: bool) -> str:
    text = text.replace("\x00", "").strip()
    if not text and not may_be_empty:
        raise DeskError(_("Write something first."))
    if len(text) > LONGEST_TEXT:
        raise DeskError(_("This message is too long."))
    return text


def _refresh(ticket: Ticket, row: Ticket) -> None:
    """The caller's own row knows what became of it."""
    ticket.version, ticket.changed_at, ticket.status = row.version, row.changed_at, row.status
    ticket.first_response_at = row.first_response_at
