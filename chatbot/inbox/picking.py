"""Writing by template: choosing one, filling it in, seeing how it will read, sending it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chatbot.inbox import answering, filling, uploads
from chatbot.inbox.actions import CHANGE, REFRESH, refusal_in_words
from chatbot.inbox.visibility import get_conversation_for
from crm.conversations import templates
from crm.conversations.models import Conversation, Message, MessageTemplate
from crm.conversations.rules import rules_of
from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import back, tell
from crm.errors import DeskError
from crm.people.folding import fold

SHOWN = 50
READ = 1_000


@dataclass(frozen=True, slots=True)
class Offer:
    """A template as the list shows it; `why_not`: it cannot be sent to this person from here."""

    template: MessageTemplate
    text: str
    why_not: str = ""


@require_GET
@permitted(*CHANGE)
def choose(request: DeskRequest, pk: int) -> HttpResponse:
    """The channel's approved templates; `?q=` searches their names and words."""
    conversation = get_conversation_for(request.user, pk)
    asked = request.GET.get("q", "")
    offers = _offers(conversation, asked)
    context = {
        "offers": offers[:SHOWN],
        "is_cut": len(offers) > SHOWN,
        "asked": asked,
        "shown": "choose",
    }
    part = "rows" if request.headers.get("HX-Target", "").startswith("picker-rows") else "picker"
    return _page(request, conversation, context, part)


@require_http_methods(["GET", "POST"])
@permitted(*CHANGE)
def fill(request: DeskRequest, pk: int, template: int) -> HttpResponse:
    """The form of one template; POST sends it."""
    conversation = get_conversation_for(request.user, pk)
    chosen = _template(conversation, template)
    if request.method != "POST":
        return _page(request, conversation, _form(request, conversation, chosen), "picker")
    try:
        if why_not := _why_not(chosen, conversation):
            raise DeskError(why_not)
        values = _values(request, chosen)
        facts = filling.facts_of(conversation, request.user)
        answering.reply_by_template(
            conversation=conversation,
            user=request.user,
            template=chosen,
            values=values,
            is_private=filling.says_amounts(chosen, values, facts),
            token=request.POST.get("token", ""),
            file=request.FILES.get("file"),
            instead=_instead(request, conversation),
        )
    except DeskError as error:
        return _refused(request, conversation, chosen, str(error))
    if request.htmx:
        events = json.dumps({REFRESH: None, "talk-templated": None})
        return HttpResponse(status=204, headers={"HX-Trigger": events})
    tell(request, _("The template will be sent."))
    return back(request, reverse("inbox:detail", args=[pk]))


@require_POST
@permitted(*CHANGE)
def preview(request: DeskRequest, pk: int, template: int) -> HttpResponse:
    """How the message reads with what has been filled in so far."""
    conversation = get_conversation_for(request.user, pk)
    chosen = _template(conversation, template)
    context = _form(request, conversation, chosen, _values(request, chosen))
    return render(request, "inbox/templates.html#preview", context)


def _refused(
    request: DeskRequest, conversation: Conversation, chosen: MessageTemplate, error: str
) -> HttpResponse:
    if request.htmx:
        return refusal_in_words(error)
    context = _form(request, conversation, chosen, _values(request, chosen)) | {"error": error}
    return _page(request, conversation, context, "picker", status=422)


def _page(
    request: DeskRequest,
    conversation: Conversation,
    context: dict[str, Any],
    part: str,
    status: int = 200,
) -> HttpResponse:
    """The part for the dialog over a conversation, or a page of its own."""
    context |= {
        "conversation": conversation,
        "in_dialog": bool(request.htmx),
        "instead": request.GET.get("instead", "") or request.POST.get("instead", ""),
    }
    name = f"inbox/templates.html#{part}" if request.htmx else "inbox/templates.html"
    response = render(request, name, context, status=status)
    response["Vary"] = "HX-Request, HX-Target"
    return response


def _offers(conversation: Conversation, asked: str) -> list[Offer]:
    approved = MessageTemplate.objects.filter(
        channel=conversation.channel_id, status=MessageTemplate.Status.APPROVED
    )
    words = fold(asked.replace("_", " "))[:100].split()
    offers = (
        Offer(one, templates.preview(one), _why_not(one, conversation)) for one in approved[:READ]
    )
    found = [one for one in offers if all(word in _searched(one) for word in words)]
    return sorted(found, key=lambda one: bool(one.why_not))


def _searched(offer: Offer) -> str:
    return fold(f"{offer.template.name.replace('_', ' ')} {offer.text}")


def _why_not(template: MessageTemplate, conversation: Conversation) -> str:
    if template.status != MessageTemplate.Status.APPROVED:
        return _("The provider does not allow this template now.")
    if template.category == "MARKETING" and conversation.contact.opted_out_at is not None:
        return _("This person wants no marketing.")
    if not templates.is_fillable(template):
        return _("It asks for more than words; it cannot be sent from here.")
    return ""


def _form(
    request: DeskRequest,
    conversation: Conversation,
    template: MessageTemplate,
    given: dict[str, str] | None = None,
) -> dict[str, Any]:
    facts = filling.facts_of(conversation, request.user) if given is None else {}
    fields = filling.fields(template, given, facts)
    wanted = templates.header_file(template)
    rules = rules_of(conversation.channel.provider)
    return {
        "shown": "fill",
        "conversation": conversation,
        "template": template,
        "fields": fields,
        "facts": list(dict.fromkeys(facts.values())),
        "text": templates.preview(template, {f.variable.key: f.value for f in fields if f.value}),
        "wanted": wanted,
        "accept": uploads.accept(rules, wanted) if wanted else "",
        "types": uploads.types_in_words(rules, wanted) if wanted else "",
        "why_not": _why_not(template, conversation),
        "token": request.POST.get("token", "") or answering.new_token(),
    }


def _template(conversation: Conversation, pk: int) -> MessageTemplate:
    return get_object_or_404(MessageTemplate, pk=pk, channel=conversation.channel_id)


def _values(request: DeskRequest, template: MessageTemplate) -> dict[str, str]:
    return {
        one.key: request.POST.get(filling.field_name(one), "")[: templates.LONGEST_VALUE + 1]
        for one in templates.variables(template)
    }


def _instead(request: DeskRequest, conversation: Conversation) -> Message | None:
    given = request.POST.get("instead", "")
    pk = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
    ours = conversation.messages.filter(direction=Message.Direction.OUT, is_private=False)
    return ours.filter(pk=pk).first()
