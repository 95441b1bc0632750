"""What officers do about who wants to come in: let them in, refuse them, show them out again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chatbot.dialog import sessions
from chatbot.dialog.locking import lock_talk
from chatbot.dialog.login.asking import DIALOG
from chatbot.dialog.login.requests import still_asks
from chatbot.dialog.login.telling import tell
from chatbot.models import Dialog, LoginRequest, PartnerSession
from crm.audit.models import record
from crm.conversations import window
from crm.conversations.models import Conversation
from crm.errors import DeskError
from crm.people.models import User


def approve(*, request: LoginRequest, by: User, now: datetime | None = None) -> PartnerSession:
    """Open the session they asked for, and tell them.

    DeskError where somebody has decided already, they asked anew, it is too long ago, or they are
    not the same, or not the same partner, any more.
    """
    now = now or timezone.now()
    with transaction.atomic():
        dialog = _lock_dialog(request.conversation)
        row = _mine(request, now)
        assert row.partner is not None
        if not still_asks(row):
            raise DeskError(_("The number or the partner's data have changed. They must ask anew."))
        session = sessions.open_session(
            conversation=row.conversation,
            partner=row.partner,
            way=PartnerSession.Way.OFFICER,
            now=now,
        )
        row.closed_at = now
        _decided(row, by, approved=True)
        if dialog.name == DIALOG:
            dialog.leave()
            dialog.turn_to({})
            dialog.save()
        _welcome(row.conversation, session)
    return session


def refuse(*, request: LoginRequest, by: User, now: datetime | None = None) -> None:
    """They stay outside, and hear nothing: silence tells nobody whether the data were right.

    For the same reason the request stays open: what a wrong code hears goes on as it would have.
    """
    with transaction.atomic():
        _lock_dialog(request.conversation)
        _decided(_mine(request, now or timezone.now()), by, approved=False)


def end_session(*, session: PartnerSession, by: User, now: datetime | None = None) -> bool:
    """Show somebody out; whether they were in."""
    now = now or timezone.now()
    with transaction.atomic():
        _lock_dialog(session.conversation)
        rows = PartnerSession.objects.filter(pk=session.pk, closed_at=None)
        ended = bool(rows.update(closed_at=now))
        if ended:
            record(action="chat_session_ended", subject=session.partner, by=by)
    return ended


def _mine(request: LoginRequest, now: datetime) -> LoginRequest:
    """The same request, freshly read, and nobody else's until the transaction ends.

    To be called under the lock of the conversation's dialog.
    """
    rows = LoginRequest.objects.select_for_update(of=("self",))
    row = rows.select_related("partner__contact", "conversation__channel").get(pk=request.pk)
    if row.partner is None or row.approved is not None or row.closed_at is not None:
        raise DeskError(_("This is decided already, or they have asked anew."))
    if now >= row.made_at + LoginRequest.OPEN_FOR:
        raise DeskError(_("This was asked too long ago. They must ask anew."))
    return row


def _lock_dialog(conversation: Conversation) -> Dialog:
    """As the bot does for each message: what is written meanwhile waits."""
    lock_talk(conversation.pk)
    Dialog.objects.get_or_create(conversation=conversation)
    return Dialog.objects.select_for_update().get(conversation=conversation)


def _decided(row: LoginRequest, by: User, *, approved: bool) -> None:
    row.officer, row.approved = by, approved
    row.save(update_fields=["officer", "approved", "closed_at"])
    assert row.partner is not None
    action = "login_approved" if approved else "login_refused"
    after = {"channel": str(row.conversation.channel), "conversation": row.conversation_id}
    record(action=action, subject=row.partner, by=by, before={}, after=after)


def _welcome(conversation: Conversation, session: PartnerSession) -> None:
    if window.is_open(conversation):
        tell(conversation, "login_let_in", {"first_name": session.partner.contact.first_name})
