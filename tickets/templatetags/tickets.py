"""How a ticket is said on a page: {% load tickets %}."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from crm.desk.templatetags.desk import icon
from crm.desk.wording import exact_moment
from tickets.models import Priority, Ticket

register = template.Library()

_LOOKS = {
    Ticket.Status.NEW: "new",
    Ticket.Status.OPEN: "busy",
    Ticket.Status.WAITING: "off",
    Ticket.Status.RESOLVED: "good",
    Ticket.Status.CLOSED: "off",
}
_PRIORITIES = {
    Priority.URGENT: ("bad", "chevrons-up"),
    Priority.HIGH: ("warn", "chevron-up"),
    Priority.MEDIUM: ("", "equal"),
    Priority.LOW: ("quiet", "chevron-down"),
}


@register.filter
def ticket_state(ticket: Ticket) -> SafeString:
    """The status as a word with its colour."""
    looks = _LOOKS[Ticket.Status(ticket.status)]
    words = _("Merged") if ticket.merged_into_id else ticket.get_status_display()
    return format_html('<span class="state state-{}">{}</span>', looks, words)


@register.filter
def ticket_priority(ticket: Ticket) -> SafeString:
    looks, sign = _PRIORITIES[Priority(ticket.priority)]
    words = ticket.get_priority_display()
    return format_html('<span class="ticket-priority {}">{}{}</span>', looks, icon(sign), words)


@register.filter
def time_left(due: Any) -> SafeString:
    """A `timing.Left` in a few words, when exactly on hover; nothing for None."""
    if due is None:
        return mark_safe("")
    sign = "player-pause" if due.is_paused else ("alarm" if due.looks else "clock")
    words = due.words
    if due.is_paused:
        words = _("paused, %(left)s") % {"left": words}
    return format_html(
        '<span class="time-left {}" title="{}: {}">{}{}</span>',
        due.looks, due.what, exact_moment(due.due), icon(sign), words,
    )  # fmt: skip


@register.filter
def stars(score: int | None) -> SafeString:
    """1 to 5 as stars, read out as a number."""
    if not score:
        return mark_safe("")
    words = _("%(score)d of 5") % {"score": score}
    signs = "★" * score + "☆" * (5 - score)
    return format_html('<span class="stars" role="img" aria-label="{}">{}</span>', words, signs)
