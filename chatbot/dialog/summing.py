"""What a colleague should know of a conversation before they take it from the bot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from chatbot.dialog.contract import Turn
from crm.conversations.models import Message
from leads.models import Lead
from partners.models import Partner

QUOTED, LONGEST = 3, 200
# What they may have asked for; small talk, and asking for a person, is nothing to note.
WANTED = {
    "authenticate": gettext_lazy("to log in"),
    "personal_info": gettext_lazy("their personal data"),
    "account_statement": gettext_lazy("their statement"),
    "list_loans": gettext_lazy("their loans"),
    "loan_detail": gettext_lazy("the detail of a loan"),
    "next_payment": gettext_lazy("their next payment"),
    "settlement": gettext_lazy("how to pay off a loan"),
    "payment_options": gettext_lazy("where to pay"),
    "create_ticket": gettext_lazy("to report a problem"),
    "ticket_status": gettext_lazy("what became of a ticket"),
    "upload_receipt": gettext_lazy("to send a receipt"),
    "property_inquiry": gettext_lazy("about a property"),
    "schedule_visit": gettext_lazy("to visit a property"),
    "opt_out": gettext_lazy("no more messages"),
    "loan_wanted": gettext_lazy("for a new loan"),
    "property_sale": gettext_lazy("to sell or let a property of theirs"),
    "loss": gettext_lazy("what to do after a death"),
}
# What a dialog collects that a colleague can use; keys and codes of the bot's own are not shown,
# and what proves who somebody is least of all.
COLLECTED = {
    "subject": gettext_lazy("Subject"),
    "description": gettext_lazy("Description"),
    "amount": gettext_lazy("Amount"),
    "day": gettext_lazy("Date"),
    "date": gettext_lazy("Date"),
    "wish": gettext_lazy("Wish"),
    "name": gettext_lazy("Name"),
    "email": gettext_lazy("E-mail"),
    "district": gettext_lazy("District"),
    "price": gettext_lazy("Price"),
    "bedrooms": gettext_lazy("Bedrooms"),
}


@dataclass(frozen=True, slots=True)
class Summary:
    """`open` is for whoever sees the queue, `private` for who may read private messages."""

    open: str
    private: str = ""


@dataclass(slots=True)
class _Lines:
    open: list[str] = field(default_factory=list)
    private: list[str] = field(default_factory=list)


def sum_up(turn: Turn, asked: str, collected: Mapping[str, Any]) -> Summary:
    """In the language of the house. What a partner said is private, amounts with it.

    `asked` are names of intents with spaces between; `collected` a dialog's data.
    """
    with override(settings.LANGUAGE_CODE):
        lines, partner = _Lines(), _partner(turn)
        lines.open.append(_who(turn, partner))
        if wanted := [str(WANTED[one]) for one in asked.split() if one in WANTED]:
            lines.open.append(_("Asked: %(wanted)s") % {"wanted": ", ".join(wanted)})
        if about := _property(turn):
            lines.open.append(_("About: %(property)s") % {"property": about})
        where = lines.open if partner is None else lines.private
        where.extend(_collected(collected))
        _quote(turn, lines)
        return Summary("\n".join(lines.open), "\n".join(lines.private))


def _partner(turn: Turn) -> Partner | None:
    """Who they have proved to be, or who is on file as this contact: with a document."""
    if turn.partner is None and not turn.contact.document_number:
        return None
    return turn.partner or Partner.objects.filter(contact=turn.contact).first()


def _who(turn: Turn, partner: Partner | None) -> str:
    if partner is None:
        return _("Not a partner")
    if turn.partner is None:
        return _("Partner %(number)s, not logged in") % {"number": partner.number}
    return _("Partner %(number)s, logged in") % {"number": partner.number}


def _property(turn: Turn) -> str:
    """What their newest open lead is about."""
    if turn.captured is not None and turn.captured.lead is None:
        return ""  # they have none: it was looked for
    if turn.captured is not None:
        newest = turn.captured.lead
    else:
        leads = Lead.objects.open().filter(contact=turn.contact).select_related("property")
        newest = leads.order_by("-last_message_at", "-pk").first()
    found = newest.property if newest else None
    return f"{found.title} ({found.code})" if found else ""


def _collected(data: Mapping[str, Any]) -> Iterator[str]:
    for key, label in COLLECTED.items():
        value = data.get(key)
        if isinstance(value, (str, int)) and value != "":
            yield f"{label}: {_shown(value)}"


def _shown(value: str | int) -> str:
    try:
        return date_format(date.fromisoformat(str(value)), "DATE_FORMAT")
    except ValueError:
        return _cut(str(value))


def _quote(turn: Turn, lines: _Lines) -> None:
    """Their last words, the oldest first."""
    if turn.is_first:
        _quoted(lines, turn.message.text, is_private=turn.message.is_private)
        return
    theirs = turn.conversation.messages.filter(
        direction=Message.Direction.IN, episode=turn.message.episode_id
    ).exclude(text="")
    rows = theirs.order_by("-shown_at", "-id").values_list("text", "is_private")[:QUOTED]
    for text, is_private in reversed(rows):
        _quoted(lines, text, is_private=is_private)


def _quoted(lines: _Lines, text: str, *, is_private: bool) -> None:
    if text:
        (lines.private if is_private else lines.open).append(f"“{_cut(text)}”")


def _cut(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + "…"
