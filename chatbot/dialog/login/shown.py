"""What officers are shown of log-ins by chat: who waits to be let in, who is in, what is locked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from chatbot.models import LoginCounter, LoginRequest, PartnerSession
from crm.conversations.models import Conversation
from crm.people.models import User
from partners.models import Partner

PERMISSION = "chatbot.approve_login"
# Beyond this nobody reads on; a flood of locks is told by its number.
MOST = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one conversation, of one partner, or of all."""

    waiting: list[LoginRequest]
    inside: list[PartnerSession]

    def __bool__(self) -> bool:
        return bool(self.waiting or self.inside)


def waiting(now: datetime | None = None) -> QuerySet[LoginRequest]:
    """Who may be let in: the data were right, nobody has decided, and it is not too long ago."""
    since = (now or timezone.now()) - LoginRequest.OPEN_FOR
    rows = LoginRequest.objects.filter(
        partner__isnull=False, approved=None, closed_at=None, made_at__gt=since
    )
    people = "partner__contact", "conversation__channel", "conversation__contact"
    return rows.select_related(*people).order_by("made_at")


def inside(now: datetime | None = None) -> QuerySet[PartnerSession]:
    now = now or timezone.now()
    rows = PartnerSession.objects.filter(
        closed_at=None,
        last_at__gt=now - PartnerSession.IDLE,
        opened_at__gt=now - PartnerSession.LASTS,
    )
    return rows.select_related("partner__contact", "conversation__channel").order_by("-opened_at")


def locks(now: datetime | None = None) -> QuerySet[LoginCounter]:
    rows = LoginCounter.objects.filter(locked_until__gt=now or timezone.now())
    people = "conversation__contact", "conversation__channel", "partner__contact"
    return rows.select_related(*people).order_by("-locked_until")


def of_conversation(conversation: Conversation) -> Standing:
    asks, are_in = waiting(), inside()
    return Standing(
        list(asks.filter(conversation=conversation)), list(are_in.filter(conversation=conversation))
    )


def of_partner(partner: Partner) -> Standing:
    asks, are_in = waiting(), inside()
    return Standing(list(asks.filter(partner=partner)[:MOST]), list(are_in.filter(partner=partner)))


def count_waiting(user: User) -> int:
    return waiting().order_by()[:MOST].count() if user.has_perm(PERMISSION) else 0
