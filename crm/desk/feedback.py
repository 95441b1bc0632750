"""What was done, said in a toast, with a way back where there is one."""

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme

_UNDO = "undo:"


def tell(
    request: HttpRequest,
    text: str | Promise,
    undo_url: str | None = None,
    level: int = messages.SUCCESS,
) -> None:
    """Say in a toast what happened. `undo_url` is POSTed to by its "Undo" button, with `next`."""
    messages.add_message(request, level, str(text), extra_tags=f"{_UNDO}{undo_url or ''}")


def undo_url(message: Message) -> str:
    """The way back a message carries, or ""."""
    tags = message.extra_tags or ""
    return tags.removeprefix(_UNDO) if tags.startswith(_UNDO) else ""


def as_toast(message: Message) -> dict[str, str]:
    """What static/js/desk.js needs to show the message: text, level, undo_url."""
    return {
        "text": str(message.message),
        "level": message.level_tag or "info",
        "undo_url": undo_url(message),
    }


def back(request: HttpRequest, fallback: str) -> HttpResponseRedirect:
    """Redirect to the page that `next` names, if it is ours, else to `fallback` (URL or name)."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(target if safe else resolve_url(fallback))
