"""The desk's own tags: {% load desk %}."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.forms import BoundField
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from crm.desk import feedback, wording

register = template.Library()

# Longer texts are folded: what a person writes is rarely longer, what they paste is.
FOLD = 1_500


@register.simple_tag
def icon(name: str) -> SafeString:
    """The outline icon of that name, drawn by the page itself; silent if there is none."""
    return _svg(name)


@lru_cache(maxsize=512)
def _svg(name: str) -> SafeString:
    path = settings.ICONS_DIR / "outline" / f"{name}.svg"
    if not name.replace("-", "").isalnum() or not path.is_file():
        return mark_safe("")
    drawing = path.read_text()
    drawing = drawing[drawing.index("<svg") :]
    return mark_safe(drawing.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1))


@register.simple_block_tag
def help_box(content: str) -> SafeString:
    """The "?" beside a title, with what the page says of itself; nothing for a silent page."""
    text = content.strip()
    if not text:
        return mark_safe("")
    return render_to_string("desk/_help.html", {"text": mark_safe(text)})


@register.filter
def when(moment: datetime | None) -> SafeString | str:
    """A moment in few words, the exact one on hover; nothing for None."""
    if moment is None:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        wording.exact_moment(moment),
        wording.short_moment(moment),
    )


@register.filter
def waited(since: datetime | timedelta | None) -> str:
    """How long ago, or how long, in one unit; nothing for None."""
    if since is None:
        return ""
    return wording.waiting(since if isinstance(since, timedelta) else timezone.now() - since)


@register.filter
def money(amount: Decimal | int | None, currency: str = "") -> str:
    """An amount with its currency's sign; nothing for None."""
    return "" if amount is None else wording.money(amount, currency or settings.CURRENCY)


@register.filter
def undo_url(message: Message) -> str:
    return feedback.undo_url(message)


@register.filter
def initials(name: object) -> str:
    """ "María Quispe" is "MQ": for a face without a picture."""
    words = str(name).split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def styled(field: BoundField) -> SafeString:
    """The field's widget in the desk's looks, named wrong to a screen reader when it is."""
    kind = getattr(field.field.widget, "input_type", "")
    classes = {"select": "form-select", "checkbox": "form-check-input"}.get(kind, "form-control")
    attrs: dict[str, str | bool] = {
        "class": f"{field.field.widget.attrs.get('class', '')} {classes}".strip()
    }
    if field.errors:
        attrs |= {"aria-invalid": "true", "aria-describedby": f"{field.auto_id}_error"}
    return field.as_widget(attrs=attrs)


@register.filter
def head(text: str) -> str:
    """The start of a long text, up to a word's end."""
    return text if len(text) <= FOLD else text[:FOLD].rsplit(None, 1)[0]


@register.filter
def rest(text: str) -> str:
    """What `head` leaves out."""
    return text[len(head(text)) :]


@register.simple_tag(takes_context=True)
def here_with(context: Context, **changes: Any) -> str:
    """This page's address with some parameters changed; None takes one away."""
    request: HttpRequest = context["request"]
    params: QueryDict = request.GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            params.pop(name, None)
        else:
            params[name] = value
    for name in [name for name in params if not any(params.getlist(name))]:
        params.pop(name)
    return f"?{params.urlencode()}"
