"""How the list of conversations is narrowed."""

from datetime import datetime, timedelta
from typing import Any

import django_filters
from django.db.models import BooleanField, Case, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL
from django.forms import SearchInput
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chatbot.inbox.answering import GIVEN_UP
from crm.conversations.models import Channel, Conversation, Episode, Message
from crm.people.models import ContactPoint

SEARCH = SearchInput(attrs={"placeholder": _("Name, number, last words")})


class ConversationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Search"), method="search", widget=SEARCH)
    waiting = django_filters.ChoiceFilter(
        label=_("Waiting"),
        choices=[("yes", _("for an answer"))],
        method="still_waiting",
        empty_label=_("Waiting or not"),
    )
    reason = django_filters.ChoiceFilter(
        label=_("Reason"),
        choices=Episode.Reason.choices,
        method="handed_for",
        empty_label=_("For any reason"),
    )
    sending = django_filters.ChoiceFilter(
        label=_("Sending"),
        choices=[
            ("trouble", _("Not delivered")),
            ("held", _("Kept until it may be sent")),
            ("bot", _("The bot failed")),
        ],
        method="in_trouble",
        empty_label=_("Delivered or not"),
    )
    channel = django_filters.ModelChoiceFilter(
        label=_("Channel"), queryset=Channel.objects.all(), empty_label=_("All channels")
    )

    class Meta:
        model = Conversation
        fields: list[str] = []

    def search(self, rows: QuerySet[Conversation], name: str, value: str) -> QuerySet[Conversation]:
        words = value.replace("\x00", "").strip()[:100]
        digits = "".join(sign for sign in words if sign.isdigit())
        found = Q(contact__name__icontains=words) | Q(last_text__icontains=words)
        if len(digits) >= 4:
            points = ContactPoint.objects.filter(
                kind=ContactPoint.Kind.PHONE, value__contains=digits
            )
            found |= Q(contact_id__in=points.values("contact_id"))
        return rows.filter(found)

    def still_waiting(self, rows: QuerySet[Conversation], *args: Any) -> QuerySet[Conversation]:
        return rows.filter(waiting_since__isnull=False)

    def handed_for(
        self, rows: QuerySet[Conversation], name: str, value: str
    ) -> QuerySet[Conversation]:
        """With people for that reason now."""
        return rows.filter(with_people(), episode__reason=value)

    def in_trouble(
        self, rows: QuerySet[Conversation], name: str, value: str
    ) -> QuerySet[Conversation]:
        if value == "bot":
            return rows.filter(dialog__failed_at__gte=failed_since())
        return with_held(rows) if value == "held" else in_trouble(rows)


def failed_since() -> datetime:
    """So far back a failure of the bot's is shown."""
    return timezone.now() - timedelta(days=1)


def with_people() -> Q:
    """In the queue, or somebody's."""
    return Q(episode__closed_at=None) & ~Q(episode__owner=Episode.Owner.BOT)


def for_somebody() -> Q:
    """In the queue, or waiting though only the bot has spoken: somebody should take these."""
    return Q(episode__owner=Episode.Owner.QUEUE, episode__closed_at=None) | Q(
        episode__human=None, waiting_since__isnull=False
    )


def promised_only() -> Case:
    """0 for what was handed over, 1 for what waits while the bot still answers it."""
    handed = Q(episode__owner=Episode.Owner.QUEUE, episode__closed_at=None)
    return Case(When(handed, then=Value(0)), default=Value(1))


def in_trouble(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Conversations with a message of ours that failed, or of which nobody knows for long whether
    it arrived; without what somebody has given up.
    """
    failed = Q(state=Message.State.FAILED) & ~Q(error_code=GIVEN_UP)
    stuck = Message.objects.filter(_where("state IN ('failed', 'unknown')"))
    wanting = stuck.filter(failed | Message.wanting_decision())
    return rows.filter(pk__in=wanting.values("conversation"))


def with_held(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Conversations with a message of ours that waits until it may be sent."""
    held = Message.objects.filter(_where("state = 'held'"))
    return rows.filter(pk__in=held.values("conversation"))


def _where(condition: str) -> RawSQL:
    """A partial index's own condition, as a literal: elsewise SQLite reads all messages.

    For a subquery over messages alone, where `state` can only be theirs.
    """
    return RawSQL(condition, (), output_field=BooleanField())
