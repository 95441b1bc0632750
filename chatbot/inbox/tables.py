"""The list of conversations: readable without opening one."""

from collections.abc import Sequence
from typing import Any

import django_tables2 as tables
from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Value, When
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from chatbot.inbox.answering import GIVEN_UP
from crm.conversations.models import Conversation, Message
from crm.desk.tables import WIDE, WIDER, DeskTable, RowLinkColumn, cells
from crm.desk.templatetags.desk import when

State = Message.State


def with_last_sent(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Add `last_state`, the state of the last message of ours; read for the page's rows only.

    "" for what somebody has given up, "sending" for what may still be confirmed.
    """
    ours = Message.objects.filter(conversation=OuterRef("pk"), direction=Message.Direction.OUT)
    looks = Case(
        When(state=State.FAILED, error_code=GIVEN_UP, then=Value("")),
        When(Message.wanting_decision(), then="state"),
        When(state=State.UNKNOWN, then=Value(State.SENDING.value)),
        default="state",
    )
    last = ours.order_by("-shown_at", "-id").values(looks=looks)[:1]
    return rows.annotate(last_state=Subquery(last))


def _cell(part: str, record: Conversation) -> SafeString:
    context = {"conversation": record, "owner": record.owner}
    return mark_safe(render_to_string(f"inbox/cells.html#{part}", context))


class ConversationTable(DeskTable):
    person = RowLinkColumn(
        verbose_name=_("Person"),
        accessor="contact",
        order_by=("contact__name",),
        linkify=lambda record: reverse("inbox:detail", args=[record.pk]),
    )
    last_text = tables.Column(
        verbose_name=_("Last words"),
        orderable=False,
        attrs=cells("d-none d-md-table-cell cell-grow"),
    )
    owner = tables.Column(
        verbose_name=_("Who answers"),
        accessor="owner",
        order_by=("episode__owner",),
        attrs=WIDE,
    )
    waiting_since = tables.Column(verbose_name=_("Waiting"), empty_values=())
    channel = tables.Column(verbose_name=_("Channel"), order_by=("channel__name",), attrs=WIDER)
    last_message_at = tables.Column(verbose_name=_("Last message"), attrs=WIDE)

    class Meta(DeskTable.Meta):
        model = Conversation
        fields: Sequence[str] = ()
        row_attrs = {"data-key": lambda record: record.pk}

    def render_person(self, record: Conversation) -> SafeString:
        return _cell("person", record)

    def render_last_text(self, record: Conversation) -> SafeString:
        return _cell("words", record)

    def render_owner(self, record: Conversation) -> SafeString:
        return _cell("owner", record)

    def render_waiting_since(self, record: Conversation) -> SafeString:
        return _cell("waiting", record)

    def render_last_message_at(self, value: Any) -> SafeString | str:
        return when(value)

    def order_waiting_since(
        self, rows: QuerySet[Conversation], descending: bool
    ) -> tuple[QuerySet[Conversation], bool]:
        """Longest waiting first; those who wait for nothing always last."""
        term = F("waiting_since")
        by = term.desc(nulls_last=True) if descending else term.asc(nulls_last=True)
        return rows.order_by(by, "-last_message_at", "-pk"), True
