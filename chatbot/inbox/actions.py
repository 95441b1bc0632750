"""What a colleague does in a conversation, by POST; without htmx the page comes back."""

import json
from collections.abc import Callable

from django.contrib import messages
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chatbot import media as fetching
from chatbot import presence
from chatbot.channels.registry import acting_for
from chatbot.dialog import handing
from chatbot.inbox import answering
from chatbot.inbox.views import ownership_of, page_context
from chatbot.inbox.visibility import get_attachment_for, get_conversation_for, get_message_for
from crm.conversations import ownership, window
from crm.conversations.models import Conversation
from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import back, tell
from crm.errors import DeskError
from crm.jobs.queue import enqueue

CHANGE = ("conversations.view_conversation", "conversations.change_conversation")
# Heard by the panel, which then renews itself.
REFRESH = "talk-refresh"
# A provider shows it for longer; two pages on one conversation ask once.
TYPING_SECONDS = 4


@require_POST
@permitted(*CHANGE)
def reply(request: DeskRequest, pk: int) -> HttpResponse:
    conversation = get_conversation_for(request.user, pk)
    text = request.POST.get("text", "")
    try:
        answering.reply(
            conversation=conversation,
            user=request.user,
            text=text,
            token=request.POST.get("token", ""),
            files=request.FILES.getlist("files"),
        )
    except DeskError as error:
        return _refused(request, conversation, str(error), text)
    if not request.htmx:
        return back(request, reverse("inbox:detail", args=[pk]))
    events = {REFRESH: None, "talk-replied": {"token": answering.new_token()}}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(events)})


def _refused(
    request: DeskRequest, conversation: Conversation, error: str, text: str
) -> HttpResponse:
    """Nothing was sent; the text stays where it was, the reason stands beside it."""
    if request.htmx:
        return refusal_in_words(error)
    context = page_context(request, conversation) | {"error": error, "text": text}
    return render(request, "inbox/detail.html", context, status=422)


def refusal_in_words(error: str) -> HttpResponse:
    """For a form that htmx sent: it stays as it is, and shows the reason."""
    return HttpResponse(
        error,
        status=422,
        content_type="text/plain; charset=utf-8",
        headers={"HX-Trigger": "talk-refused"},
    )


@require_POST
@permitted(*CHANGE)
def typing(request: DeskRequest, pk: int) -> HttpResponse:
    """A colleague is writing an answer: the person may see that. The page asks every five seconds.

    Nothing depends on it, so it is silent about why it did nothing.
    """
    conversation = get_conversation_for(request.user, pk)
    if _may_show(conversation, request) and cache.add(f"typing:{pk}", 1, TYPING_SECONDS):
        enqueue("chatbot.presence.show_typing", pk)
    return HttpResponse(status=204)


def _may_show(conversation: Conversation, request: DeskRequest) -> bool:
    """Somebody could see it, and what is written could go out."""
    may_reply = ownership_of(conversation, request.user)["may_reply"]
    free = may_reply and not conversation.is_group and window.is_open(conversation)
    return free and presence.can_show_typing(acting_for(conversation.channel))


@require_POST
@permitted(*CHANGE)
def claim(request: DeskRequest, pk: int) -> HttpResponse:
    conversation = get_conversation_for(request.user, pk)
    return _hand(request, conversation, ownership.claim, _("You answer this conversation now."))


@require_POST
@permitted(*CHANGE)
def give_back(request: DeskRequest, pk: int) -> HttpResponse:
    conversation = get_conversation_for(request.user, pk)
    done = _("The bot answers this conversation again.")
    return _hand(request, conversation, handing.give_back, done)


def _hand(
    request: DeskRequest, conversation: Conversation, verb: Callable[..., object], done: str
) -> HttpResponse:
    """Change whose it is, after whatever is being handled in it just now."""

    def act() -> None:
        with transaction.atomic():
            verb(conversation=answering.lock(conversation), user=request.user)

    return _do(request, conversation.pk, act, done)


@require_POST
@permitted(*CHANGE)
def retry(request: DeskRequest, pk: int) -> HttpResponse:
    return _settle(request, pk, answering.retry, _("The message will be sent again."))


@require_POST
@permitted(*CHANGE)
def give_up(request: DeskRequest, pk: int) -> HttpResponse:
    return _settle(request, pk, answering.give_up, _("The message counts as not sent."))


@require_POST
@permitted(*CHANGE)
def discard(request: DeskRequest, pk: int) -> HttpResponse:
    return _settle(request, pk, answering.discard, _("The message was discarded."))


def _settle(request: DeskRequest, pk: int, verb: Callable[..., None], done: str) -> HttpResponse:
    """Do something with a message of ours, as who may answer its conversation."""
    message = get_message_for(request.user, pk)

    def act() -> None:
        answers = ownership_of(message.conversation, request.user)
        if not answers["may_reply"]:
            words = _("%(person)s is already answering this conversation.")
            raise DeskError(words % {"person": answers["human"]})
        verb(message=message)

    return _do(request, message.conversation_id, act, done)


@require_POST
@permitted("conversations.view_conversation")
def refetch(request: DeskRequest, pk: int) -> HttpResponse:
    attachment = get_attachment_for(request.user, pk)
    return _do(
        request,
        attachment.message.conversation_id,
        lambda: fetching.refetch(attachment),
        _("The attachment is being fetched again."),
    )


def _do(
    request: DeskRequest, conversation: int, verb: Callable[[], object], done: str
) -> HttpResponse:
    """Run the verb, say what came of it, and show the conversation as it is now."""
    try:
        verb()
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
    else:
        tell(request, done)
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Trigger": REFRESH})
    return back(request, reverse("inbox:detail", args=[conversation]))
