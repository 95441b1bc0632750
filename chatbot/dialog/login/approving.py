"""What officers do about who wants to come in: let them in, refuse them, show them out again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chatbot.dialog import beside, sessions
from chatbot.dialog.contract import Handler, Turn
from chatbot.dialog.engine import go_on
from chatbot.dialog.locking import lock_talk
from chatbot.dialog.login.asking import DIALOG
from chatbot.dialog.login.entering import serving
from chatbot.dialog.login.requests import still_asks
from chatbot.dialog.login.telling import tell
from chatbot.models import Dialog, LoginRequest, PartnerSession
from crm.audit.models import record
from crm.conversations.models import Conversation, Episode
from crm.errors import DeskError
from crm.people.models import User


def approve(*, request: LoginRequest, by: User, now: datetime | None = None) -> PartnerSession:
    """Open the session they asked for, tell them, and go on with what they wanted.

    DeskError where somebody has decided already, they asked anew, it is too long ago, or they are
    not the same, or not the same partner, any more.
    """
    now = now or timezone.now()
    with transaction.atomic():
        talk = lock_talk(request.conversation_id)
        dialog = _lock_dialog(talk)
        episode = beside.lock_episode(talk)
        row = _mine(request, now)
        assert row.partner is not None
        if not still_asks(row):
            raise DeskError(_("The number or the partner's data have changed. They must ask anew."))
        session = sessions.open_session(
            conversation=talk,
            partner=row.partner,
            way=PartnerSession.Way.OFFICER,
            now=now,
        )
        row.closed_at = now
        wanted = row.wanted
        _decided(row, by, approved=True)
        if dialog.name == DIALOG:
            # Asked anew since then, they may have wanted something else.
            wanted = dialog.data if "then" in dialog.data else wanted
            dialog.leave()
            dialog.turn_to({})
            dialog.save()
        if beside.may_be_told(talk, now):
            serve = serving(wanted, row.partner)
            _welcome(beside.turn_of(talk, session, now), dialog, episode, serve)
    return session


def refuse(*, request: LoginRequest, by: User, now: datetime | None = None) -> None:
    """They stay outside, and hear nothing: silence tells nobody whether the data were right.

    For the same reason the request stays open: what a wrong code hears goes on as it would have.
    """
    with transaction.atomic():
        _lock_dialog(lock_talk(request.conversation_id))
        _decided(_mine(request, now or timezone.now()), by, approved=False)


def end_session(*, session: PartnerSession, by: User, now: datetime | None = None) -> bool:
    """Show somebody out; whether they were in."""
    now = now or timezone.now()
    with transaction.atomic():
        _lock_dialog(lock_talk(session.conversation_id))
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
    """As the bot does for each message, the conversation's own row locked: what is written
    meanwhile waits."""
    Dialog.objects.get_or_create(conversation=conversation)
    return Dialog.objects.select_for_update().get(conversation=conversation)


def _decided(row: LoginRequest, by: User, *, approved: bool) -> None:
    row.officer, row.approved, row.wanted = by, approved, {}
    row.save(update_fields=["officer", "approved", "closed_at", "wanted"])
    assert row.partner is not None
    action = "login_approved" if approved else "login_refused"
    after = {"channel": str(row.conversation.channel), "conversation": row.conversation_id}
    record(action=action, subject=row.partner, by=by, before={}, after=after)


def _welcome(turn: Turn, dialog: Dialog, episode: Episode, serve: Handler | None) -> None:
    """By name, and with what they had wanted; unless a person answers them, or another question is
    open: they have gone on to something else."""
    assert turn.partner is not None
    goes_on = episode.owner == Episode.Owner.BOT and not dialog.is_open(turn.now)
    name = "login_let_in_then" if serve and goes_on else "login_let_in"
    tell(turn.conversation, name, {"first_name": turn.partner.contact.first_name})
    if serve and goes_on:
        go_on(turn, dialog, episode, serve)
