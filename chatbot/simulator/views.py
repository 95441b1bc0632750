"""The phone's page. What one does on it goes through the real webhook, signed as Meta signs."""

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chatbot.channels.addresses import webhook_path
from chatbot.inbox.media import INLINE, file_name, harmless
from chatbot.inbox.visibility import PRIVATE, conversations_for
from chatbot.simulator import payloads, reading
from chatbot.simulator.access import channels_for, may_simulate
from chatbot.simulator.forms import ElementForm
from chatbot.simulator.payloads import Person
from chatbot.simulator.people import GROUPS, PEOPLE, group_of, person_of, stranger
from crm.conversations.models import Attachment, Channel
from crm.desk.access import DeskRequest, permitted
from crm.errors import DeskError

# What the phone offers to react with.
EMOJIS = ("👍", "❤️", "😂", "😮", "🙏")


@require_GET
@permitted()
def phone(request: DeskRequest) -> HttpResponse:
    """`?channel=`, `?phone=`, `?name=` and `?group=` say who writes where."""
    if not may_simulate(request.user):
        raise PermissionDenied
    channels = list(channels_for(request.user).order_by("-provider", "name"))
    wanted = request.GET.get("channel", "")
    channel = next((one for one in channels if str(one.pk) == wanted), None)
    context = _context(request, channel or (channels[0] if channels else None))
    return render(request, "simulator/phone.html", context | {"channels": channels})


@require_GET
@permitted()
def thread(request: DeskRequest, pk: int) -> HttpResponse:
    """The phone's messages; 204 while `?version=` still holds."""
    context = _context(request, _channel(request, pk))
    if request.GET.get("version") == context["shown"].version:
        return HttpResponse(status=204)
    response = render(request, "simulator/phone.html#thread", context)
    response["X-Version"] = context["shown"].version
    return response


@require_POST
@permitted()
def compose(request: DeskRequest, pk: int) -> HttpResponse:
    """{url, body, signature, id}: what the phone is to post to the webhook. 422 with {error}."""
    channel = _channel(request, pk)
    person = _person(request.POST)
    if not channel.secret("app_secret"):
        return _no(_("This channel has no app secret: its webhook would refuse the phone."))
    form = ElementForm(request.POST, request.FILES)
    if not form.is_valid():
        return _no(_("The phone could not send this."))
    try:
        body, id_ = form.compose(channel, person)
    except DeskError as error:
        return _no(str(error))
    except ValueError:
        return _no(_("The phone could not send this."))
    url = webhook_path(channel)
    signature = payloads.signature(channel, body)
    return JsonResponse({"url": url, "body": body, "signature": signature, "id": id_})


@require_GET
@permitted()
def media(request: DeskRequest, pk: int, attachment: int) -> FileResponse:
    """A file of the phone's own conversation (`?phone=`, `?group=`): shown if a browser may, else
    downloaded. What was sent in a partner's session is not for everybody."""
    conversation = reading.conversation_of(_channel(request, pk), _person(request.GET))
    rows = Attachment.objects.filter(
        message__conversation=conversation, message__deleted_at=None, state=Attachment.State.READY
    )
    if not request.user.has_perm(PRIVATE):
        rows = rows.filter(message__is_private=False)
    found = get_object_or_404(rows, pk=attachment)
    try:
        stored = found.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    inline = found.mime in INLINE
    mime = found.mime if inline else "application/octet-stream"
    name = file_name(found)
    return harmless(
        FileResponse(stored, as_attachment=not inline, filename=name, content_type=mime)
    )


@require_POST
@permitted()
def reset(request: DeskRequest, pk: int) -> HttpResponse:
    """A phone of somebody who has never written."""
    channel = _channel(request, pk)
    person = stranger()
    return redirect(f"{reverse('simulator:phone')}?{urlencode(_query(channel, person))}")


def _channel(request: DeskRequest, pk: int) -> Channel:
    if not may_simulate(request.user):
        raise PermissionDenied
    return get_object_or_404(channels_for(request.user), pk=pk)


def _context(request: DeskRequest, channel: Channel | None) -> dict[str, Any]:
    person = _person(request.GET)
    private = request.user.has_perm(PRIVATE)
    shown = reading.look(channel, person, private=private) if channel else reading.Phone(None, [])
    seen = shown.conversation and conversations_for(request.user).filter(pk=shown.conversation.pk)
    return {
        "channel": channel,
        "person": person,
        "people": PEOPLE,
        "groups": GROUPS,
        "group": group_of(person.group),
        "shown": shown,
        "alone": urlencode(_query(channel, person)) if channel else "",
        "whose": urlencode({"phone": person.phone, "group": person.group}),
        "emojis": EMOJIS,
        "on_desk": bool(seen and seen.exists()),
    }


def _person(given: QueryDict) -> Person:
    return person_of(given.get("phone", ""), given.get("name", ""), given.get("group", ""))


def _query(channel: Channel, person: Person) -> dict[str, Any]:
    return {"channel": channel.pk, "phone": person.phone, "name": person.name}


def _no(error: str) -> HttpResponse:
    return JsonResponse({"error": error}, status=422)
