"""The pages of the conversations: the list, one of them, and what a live page renews."""

from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from chatbot import presence
from chatbot.inbox import pulse, thread
from chatbot.inbox.answering import new_token
from chatbot.inbox.composing import composer_for
from chatbot.inbox.filters import (
    ConversationFilter,
    failed_since,
    for_somebody,
    promised_only,
)
from chatbot.inbox.tables import ConversationTable, with_last_sent
from chatbot.inbox.visibility import PRIVATE, conversations_for, get_conversation_for
from chatbot.models import Dialog
from crm.conversations.models import Conversation, Episode
from crm.desk.access import DeskRequest, permitted
from crm.desk.lists import ListPage
from crm.people.models import ContactPoint, User
from leads.models import Lead

TABS = [
    ("", _("All of them")),
    ("mine", _("Mine")),
    ("queue", _("Queue")),
    ("bot", _("Bot")),
]
MOST_OF_CONTACT = 20
# Once an episode is over, the bot answers what comes next.
OWN = Q(episode=None) | Q(episode__owner=Episode.Owner.BOT) | Q(episode__closed_at__isnull=False)


class ConversationList(ListPage):
    permission = "conversations.view_conversation"
    title = _("Conversations")
    icon = "messages"
    table_class = ConversationTable
    filterset_class = ConversationFilter
    pulse = pulse.LIST
    template_name = "inbox/list.html"
    empty_title = _("No conversations here")
    empty_text = _("When somebody writes to one of your channels, it appears here by itself.")

    def queryset(self, user: User) -> QuerySet[Conversation]:
        rows = with_last_sent(conversations_for(user)).select_related(
            "contact", "channel", "episode__human"
        )
        tab = self.request.GET.get("owner", "")
        if tab == "mine":
            rows = rows.filter(episode__human=user, episode__closed_at=None)
        elif tab == "bot":
            rows = rows.filter(OWN)
        elif tab == "queue":
            longest_first = F("waiting_since").asc(nulls_last=True)
            rows = rows.filter(for_somebody())
            return rows.order_by(promised_only(), longest_first, "-last_message_at", "-pk")
        return rows

    def context(self, request: DeskRequest) -> dict[str, Any]:
        return super().context(request) | {"tabs": TABS, "tab": request.GET.get("owner", "")}


@require_GET
@permitted("conversations.view_conversation")
def detail(request: DeskRequest, pk: int) -> HttpResponse:
    """One conversation on a page of its own; `?before=` leads back without JavaScript."""
    conversation = get_conversation_for(request.user, pk)
    context = page_context(request, conversation)
    _seen(conversation, context)
    return render(request, "inbox/detail.html", context)


@require_GET
@permitted("conversations.view_conversation")
def panel(request: DeskRequest, pk: int) -> HttpResponse:
    """Thread and composer alone, for a page of another room."""
    conversation = get_conversation_for(request.user, pk)
    context = panel_context(request, conversation)
    _seen(conversation, context)
    return render(request, "inbox/detail.html#panel", context)


@require_GET
@permitted("conversations.view_conversation")
def live(request: DeskRequest, pk: int) -> HttpResponse:
    """What a page that stands open renews (`?from=` its first message), or loads (`?before=`)."""
    conversation = get_conversation_for(request.user, pk)
    context = panel_context(request, conversation)
    part = "earlier" if _number(request, "before") else "live"
    return render(request, f"inbox/detail.html#{part}", context)


@require_GET
@permitted("conversations.view_conversation")
def card(request: DeskRequest, pk: int) -> HttpResponse:
    """The person beside the thread; whose the leads are changes with an answer."""
    conversation = get_conversation_for(request.user, pk)
    return render(request, "inbox/detail.html#card", card_context(request, conversation))


@require_GET
@permitted("conversations.view_conversation", "people.view_contact")
def of_contact(request: DeskRequest, pk: int) -> HttpResponse:
    """A contact's conversations that this person may see, for a page of the contact's; `?panel=1`:
    the newest one opens above their list."""
    rows = conversations_for(request.user).filter(contact_id=pk).select_related("channel")
    found = list(rows.order_by("-last_message_at", "-id")[: MOST_OF_CONTACT + 1])
    context = {"conversations": found[:MOST_OF_CONTACT], "is_cut": len(found) > MOST_OF_CONTACT}
    context["opened"] = found[0] if found and "panel" in request.GET else None
    return render(request, "inbox/of_contact.html", context)


def _seen(conversation: Conversation, context: dict[str, Any]) -> None:
    """Whoever is to answer has opened it: the person hears that their words were read.

    Not so where a colleague answers and somebody only looks on.
    """
    if context["may_reply"] and (context["is_mine"] or context["human"] is None):
        presence.read_soon(conversation)


def page_context(request: DeskRequest, conversation: Conversation) -> dict[str, Any]:
    """The panel's context, and the person's card beside it."""
    return panel_context(request, conversation) | card_context(request, conversation)


def card_context(request: DeskRequest, conversation: Conversation) -> dict[str, Any]:
    contact = conversation.contact
    leads = Lead.objects.visible_to(request.user).filter(contact=contact)
    return {
        "conversation": conversation,
        "points": ContactPoint.objects.filter(contact=contact),
        "leads": leads.select_related("property", "assigned_to").order_by("-last_message_at")[:5],
    }


def panel_context(request: DeskRequest, conversation: Conversation) -> dict[str, Any]:
    # The version is older than the rows: what happens in between is news, not lost.
    key = f"{pulse.ONE}{conversation.pk}"
    version = pulse.pulse(request.user, [key])[key]
    earlier_than, private = _number(request, "before"), request.user.has_perm(PRIVATE)
    shown = (
        thread.before(conversation, earlier_than, private=private)
        if earlier_than
        else thread.latest(conversation, _number(request, "from"), private=private)
    )
    return {
        "conversation": conversation,
        "thread": shown,
        "version": version,
        "token": new_token(),
        "composer": composer_for(conversation),
        "sees_deleted": request.user.sees_all(),
        "handed": handed(conversation, private=private),
        "bot_failed": bot_failed_at(conversation),
        **ownership_of(conversation, request.user),
    }


def bot_failed_at(conversation: Conversation) -> datetime | None:
    """When the bot lately could not answer here, for whoever looks after it."""
    lately = Dialog.objects.filter(conversation=conversation, failed_at__gte=failed_since())
    return lately.values_list("failed_at", flat=True).first()


def handed(conversation: Conversation, *, private: bool) -> dict[str, Any] | None:
    """When and with what words it was handed to people, for who has to answer; None: nobody has.

    Who has answered has read it.
    """
    episode = conversation.episode
    if episode is None or conversation.owner == Episode.Owner.BOT:
        return None
    answered = conversation.owner == Episode.Owner.HUMAN and not conversation.waiting_since
    if answered or not (episode.summary or (private and episode.details)):
        return None
    return {
        "at": episode.handed_at,
        "lines": episode.summary.splitlines(),
        "private": episode.details.splitlines() if private else [],
    }


def ownership_of(conversation: Conversation, user: User) -> dict[str, Any]:
    """Who answers, and what of that this person may change."""
    episode = conversation.episode
    human = episode.human if episode and episode.is_open else None
    may_change = user.has_perm("conversations.change_conversation")
    free = human is None or human == user or user.sees_all()
    return {
        "owner": conversation.owner,
        "human": human,
        "is_mine": human == user,
        "may_reply": may_change and free,
        "may_take": may_change and free and human != user,
        "may_give_back": may_change and free and conversation.owner != Episode.Owner.BOT,
    }


def _number(request: DeskRequest, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None
