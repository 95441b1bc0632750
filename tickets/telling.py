"""What a person hears of their ticket by chat: where, in which words, and how much of it.

Of a partner's ticket nothing but its number and state is said outside a session of theirs.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db.models import F
from django.template import Context, loader
from django.utils.module_loading import import_string
from django.utils.translation import override

from crm.conversations import outreach
from crm.conversations.models import Channel, Conversation, Message
from crm.people.models import User
from partners.models import Partner
from tickets.models import Ticket, TicketMessage

PURPOSE = "ticket_answered"
FALLBACK = "es"
# The kinds of the answers to tap on, which the chatbot hears: "kind:value".
LOOK, RATE, REOPEN = "ticket", "ticket_rating", "ticket_reopen"
SCORES = (1, 2, 3, 4, 5)


def where(ticket: Ticket) -> Conversation | None:
    """The ticket's own conversation while its channel reaches the person, else their newest."""
    talk = ticket.conversation
    if talk is not None and _reaches(talk):
        return talk
    rows = Conversation.objects.filter(
        contact=ticket.contact_id,
        is_group=False,
        identity__unreachable_at=None,
        channel__is_active=True,
        channel__mode=Channel.Mode.LIVE,
    )
    newest = rows.order_by(F("last_message_at").desc(nulls_last=True), "-id")
    return newest.select_related("channel", "contact").first()


def is_known(ticket: Ticket, talk: Conversation) -> bool:
    """Whether the ticket may be spoken of in full there: it is nobody's secret, or its partner
    has proved who they are."""
    if not ticket.is_private or ticket.partner is None:
        return not ticket.is_private
    speaks: Callable[[Conversation, Partner], bool] = import_string(settings.PARTNER_SPEAKS)
    return speaks(talk, ticket.partner)


def is_unreadable(ticket: Ticket) -> bool:
    """Whether an answer to it could never be read by chat: it is private, and its partner was
    deregistered and cannot log in any more."""
    partner = ticket.partner if ticket.is_private else None
    return partner is not None and partner.status == Partner.Status.CANCELLED


def tell_answer(ticket: Ticket, talk: Conversation, text: str, by: User) -> Message:
    """The answer itself, with the ticket's number below."""
    return outreach.send(
        conversation=talk,
        text=words("ticket_answer", talk, ticket, text=text),
        author=Message.Author.COLLEAGUE,
        user=by,
        purpose=PURPOSE,
        values=values_of(ticket),
        is_private=ticket.is_private,
    )


def tell_of_answer(ticket: Ticket, talk: Conversation) -> Message:
    """Only that there is one, to be read in a session."""
    return _notice(
        ticket, talk, "ticket_answer_waits", (_option(LOOK, ticket.pk, "look", talk, ticket),)
    )


def tell_resolved(ticket: Ticket, talk: Conversation) -> Message:
    """That it is resolved, and how they were served: 1 to 5, or that it is not resolved."""
    scores = (_option(RATE, f"{ticket.pk}.{n}", f"score_{n}", talk, ticket) for n in SCORES)
    still = _option(REOPEN, ticket.pk, "still", talk, ticket)
    return _notice(ticket, talk, "ticket_resolved", (*scores, still))


def note_sent(entry: TicketMessage, *others: Message) -> None:
    """Keep with the entry all that went out of it: its message, with all portions of it, and
    `others`."""
    portions = outreach.portions(entry.message) if entry.message else ()
    entry.sent.add(*portions, *others)


def words(name: str, talk: Conversation, ticket: Ticket, **more: str) -> str:
    """A reply's words as they are said there: the office's own, if it has some."""
    say: Callable[[Conversation, str, dict[str, str]], str] = import_string(settings.REPLY_WORDS)
    return say(talk, name, _facts(talk, ticket) | more)


def _title(name: str, talk: Conversation, ticket: Ticket) -> str:
    """`tickets/told/<language>/<name>.txt`: what stands on an answer to tap on."""
    paths = [f"tickets/told/{one}/{name}.txt" for one in (talk.contact.spoken, FALLBACK)]
    # A chat shows what it is given: nothing in it is a page's markup.
    values = Context(_facts(talk, ticket), autoescape=False)
    return str(loader.select_template(paths).template.render(values)).strip()


def _facts(talk: Conversation, ticket: Ticket) -> dict[str, str]:
    return {"number": ticket.number, "name": talk.contact.first_name}


def _notice(
    ticket: Ticket, talk: Conversation, name: str, options: tuple[dict[str, str], ...]
) -> Message:
    return outreach.send(
        conversation=talk,
        text=words(name, talk, ticket),
        author=Message.Author.SYSTEM,
        options=options,
        purpose=PURPOSE,
        values=values_of(ticket),
    )


def _option(
    kind: str, value: object, name: str, talk: Conversation, ticket: Ticket
) -> dict[str, str]:
    return {"id": f"{kind}:{value}", "title": _title(name, talk, ticket)}


def values_of(ticket: Ticket) -> dict[str, str]:
    """For a template that stands in: number and state."""
    with override(ticket.contact.spoken):
        return {"ticket": ticket.number, "state": ticket.get_status_display().lower()}


def _reaches(talk: Conversation) -> bool:
    channel = talk.channel
    return (
        channel.is_active
        and channel.mode == Channel.Mode.LIVE
        and talk.identity.unreachable_at is None
    )
