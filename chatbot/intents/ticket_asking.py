""" "Is it about that ticket?", what a yes to it reaches, and when it is asked again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import takewhile

from chatbot.dialog.contract import INTENT, Option, Outcome, Reply, Turn
from chatbot.dialog.engine import PATIENCE
from chatbot.intents import titles
from chatbot.intents.hearing.certain import exactly
from chatbot.intents.hearing.words import plain, words_of
from chatbot.intents.ticket_finding import UNSENT
from chatbot.intents.ticket_words import NOT_THAT, NOT_WELL
from chatbot.intents.tickets import NEW, added, outside, theirs, unheard
from chatbot.intents.told import just_offered
from crm.conversations.models import Message
from tickets import hearing
from tickets.models import Ticket, TicketMessage
from tickets.standing import REOPENED_WITHIN, may_be_reopened

ABOUT = "ticket_about"
# So far back one yes reaches, and to so many messages: each costs a handful of statements.
MOST_BACK, MOST_IN_ROW = 20, 4
# Until then, and so many things said, a yes may still be one to that, though others came between.
STILL_MEANT, MOST_SINCE = timedelta(minutes=15), 4
MENU = f"{INTENT}:help"
# What they said last is theirs to answer.
PEOPLE = (Message.Author.COLLEAGUE, Message.Author.PHONE_APP)


def asked_of(turn: Turn, rows: Sequence[Ticket]) -> Outcome | None:
    """Whether it is about the newest of them; or that it cannot be, said in this session."""
    if not rows:
        return None
    hears = [one for one in rows if turn.partner is None or hearing.may_hear(one, turn.partner)]
    deaf = [one for one in rows if one not in hears and hearing.is_nobodys(one)]
    # One thing told in several messages is not misunderstood; but a person is there before it is
    # more than a yes reaches.
    unclear = len(_newest_row(turn)) > MOST_IN_ROW - PATIENCE
    if not hears and deaf and deaf[0].status == Ticket.Status.WAITING:
        return replace(outside(turn, deaf[0]), misunderstood=unclear)
    lately = hears[0] if hears else None
    if lately is None or (lately.is_done and not may_be_reopened(lately, turn.now)):
        return None
    reply = Reply("ticket_about", {"number": lately.number}, _yes_or_else(turn, lately))
    return Outcome((reply,), misunderstood=unclear)


def _yes_or_else(turn: Turn, ticket: Ticket, message: str = "") -> tuple[Option, ...]:
    """Of this message, or of the one with that key. A complaint may be another one."""
    value = f"{ticket.pk}.{message or turn.message.pk}"
    another = (NEW, str(turn.message.pk), "ticket_new")
    no = another if turn.heard.intent == "create_ticket" else (INTENT, "help", "ticket_not")
    return titles.pick(turn, (ABOUT, value, "ticket_about"), no)


def about(turn: Turn) -> Outcome:
    """Yes, what they wrote before was about that ticket; all of it that was asked about."""
    key, _dot, message_key = turn.value.partition(".")
    ticket = theirs(turn, key, takes=True)
    if ticket is None:
        return unheard(turn, key)
    row = _in_row(turn, key, message_key)
    found = [one for one in row if not _gets_too_much(turn, ticket, one)]
    if not found:
        return Outcome((Reply("ticket_not_found"),))
    heard, again = ticket, (ticket.merged_into or ticket).is_done
    for message in found:
        # Only of words it is asked.
        heard = hearing.hear(
            ticket=heard, message=message, partner=turn.partner, files=(), is_taken=True
        )
    return added(turn, heard, ticket, again=again)


def _in_row(turn: Turn, key: str, message_key: str) -> list[Message]:
    """The message of that key, and those just before and after it that were asked about in the
    same way, oldest first."""
    asked = int(message_key[:18]) if message_key.isdecimal() else 0
    rows: list[list[int]] = [[]]
    for options in _questions(turn):
        parts = [str(one.get("id", "")).rpartition(".") for one in options]
        same = [last for first, _dot, last in parts if first == f"{ABOUT}:{key}"]
        if same:
            rows[-1].append(int(same[0]))
        elif rows[-1]:
            rows.append([])
    # What was asked about twice, something else having come between, is in two rows.
    keys = dict.fromkeys(one for row in rows if asked in row for one in row)
    row = list(keys)[:MOST_IN_ROW]
    own = Message.objects.filter(conversation=turn.conversation, direction=Message.Direction.IN)
    return list(own.filter(pk__in={asked, *row}).order_by("pk"))


def _questions(turn: Turn) -> list[list[dict[str, str]]]:
    """The answers offered with each of the last things said, newest first."""
    said = Message.objects.filter(
        conversation=turn.conversation,
        direction=Message.Direction.OUT,
        pk__lt=turn.message.pk,
    )
    return list(said.order_by("-id").values_list("options", flat=True)[:MOST_BACK])


def _newest_row(turn: Turn) -> list[str]:
    """What was asked about in the last things said, without anything between."""
    offered = [[str(one.get("id", "")) for one in options] for options in _questions(turn)]
    asked = [next((one for one in ids if one.startswith(f"{ABOUT}:")), "") for ids in offered]
    return list(takewhile(bool, asked))


def _gets_too_much(turn: Turn, ticket: Ticket, message: Message) -> bool:
    """Whether it was said in a session that is over, and the ticket is no partner's secret."""
    whole = ticket.merged_into or ticket
    secret = whole.partner_id is not None and whole.is_private
    return message.is_private and turn.partner is None and not secret


def asked_before(turn: Turn) -> tuple[str, bool]:
    """The yes that was offered to "is it about that ticket?" lately, and whether nothing else was
    said since; ("", False): none was, or something else was asked that a yes is one to."""
    if turn.choice or just_offered(turn):
        return "", False
    for place, said in enumerate(said_lately(turn)):
        offered = offered_with(said)
        if found := next((one for one in offered if one.startswith(f"{ABOUT}:")), ""):
            return found, place == 0
        is_asked = said.author in PEOPLE or any(":yes" in one for one in offered)
        if place == 0 and is_asked:
            break
    return "", False


def said_lately(turn: Turn) -> list[Message]:
    """The few things said lately, newest first; the very last one also if it was days ago."""
    said = Message.objects.filter(
        conversation=turn.conversation, direction=Message.Direction.OUT
    ).exclude(state__in=UNSENT)
    rows = said.order_by("-shown_at", "-id").only("options", "author", "created_at")[:MOST_SINCE]
    since = (turn.now - REOPENED_WITHIN, *[turn.now - STILL_MEANT] * MOST_SINCE)
    return [one for one, at in zip(rows, since, strict=False) if one.created_at >= at]


def offered_with(said: Message) -> list[str]:
    """The ids of the answers that were offered with it."""
    return [str(one.get("id", "")) for one in said.options]


def asked_again(turn: Turn, choice: str) -> Outcome | None:
    """A yes after something else came between may be about that, too: their words are not lost.
    Not where they answered."""
    key, _dot, asked = choice.removeprefix(f"{ABOUT}:").partition(".")
    ticket = theirs(turn, key)
    if ticket is None or _is_settled(turn, asked):
        return None
    number = (ticket.merged_into or ticket).number
    return Outcome((Reply("ticket_about", {"number": number}, _yes_or_else(turn, ticket, asked)),))


def _is_settled(turn: Turn, asked: str) -> bool:
    """Whether the message of that key is a ticket's by now, or was said to be none's."""
    key = int(asked[:18]) if asked.isdecimal() else 0
    if TicketMessage.objects.filter(message=key).exists():
        return True
    since = Message.objects.filter(
        conversation=turn.conversation,
        direction=Message.Direction.IN,
        pk__gt=key,
        pk__lt=turn.message.pk,
    )
    return any(_says_no(one) for one in since.order_by("-id").only("text", "options")[:MOST_BACK])


def _says_no(message: Message) -> bool:
    """In words, or by the answer that was offered for it."""
    if tapped := offered_with(message):
        return tapped[0] == MENU or tapped[0].startswith(f"{NEW}:")
    if NOT_THAT.fullmatch(plain(message.text)):
        return True
    return exactly(words_of(message.text)) == "deny" and not says_wrong(message.text)


def says_wrong(text: str) -> bool:
    """Whether a no says of something that it is not well, and is none to what was asked."""
    return NOT_WELL.search(plain(text)) is not None


def asked_besides(turn: Turn, said: Message) -> Outcome | None:
    """What follows on the words that were just asked about in `said`, and may be more of them. A
    no to it is still one to the first."""
    yes = offered_with(said)[0]
    ticket = theirs(turn, yes.removeprefix(f"{ABOUT}:").partition(".")[0])
    asked = asked_of(turn, [ticket]) if ticket is not None else None
    if asked is None:
        return None
    reply = asked.replies[0]
    options = (*reply.options[:1], *said.options[1:])
    return replace(asked, replies=(replace(reply, options=options),))
