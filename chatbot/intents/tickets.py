"""A complaint or a request becomes a ticket: what it is about, what happened, and its number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chatbot.dialog.contract import INTENT, Asked, Option, Outcome, Reply, Step, Turn
from chatbot.dialog.login.asking import DRAFT
from chatbot.intents import login, titles
from chatbot.intents.heard import POLITE
from chatbot.intents.hearing.words import plain
from chatbot.intents.leaving import left, refuses
from chatbot.intents.own_words import kept
from crm.conversations.models import Attachment, Message
from partners.models import Partner
from tickets import hearing
from tickets.models import Ticket
from tickets.opening import LONGEST_SUBJECT, open_ticket

DIALOG, SUBJECT, DESCRIPTION, PICTURE = "create_ticket", "subject", "description", "picture"
# What they wrote when they asked for a ticket, taken as its subject.
USE, ADD_PICTURE = "ticket_use", "ticket_picture"
# In the data: what they wrote first, where the subject is another or cannot hold all of it. It
# heads the description, which has room for so much of it.
WROTE, LONGEST_FIRST = "wrote", 800
# What they wrote before, in the message of that key, is about something new.
NEW = "ticket_new"
# The button by which a partner says so first.
PARTNER = f"{INTENT}:authenticate"
# A sentence of so many words may be the subject itself.
SENTENCE = 4
MOST_PICTURES = 5
# What comes is still to be written.
_WHILE = r"(?:un|1|um|one) (?:momento|momentito|segundo|ratito|rato|minuto|moment)"
WAIT = re.compile(
    rf"\W*(?:(?:ok|si|ya|dale|claro|bueno|gracias),? )?(?:{_WHILE}|esper[ae](?:me|n)?(?: {_WHILE})?"
    rf"|dame {_WHILE}|permit[ae](?:n?me)?(?: {_WHILE})?|aguarde?|wait"
    r"|(?:ya|ahora|ahorita|luego|enseguida|mas tarde) (?:te|se|le|les) (?:l[oa]s? )?"
    r"(?:digo|cuento|escribo|mando|envio|paso))"
    r"(?:,? por favor)?\W*"
)
# Nor does that tell anything.
UNTOLD = re.compile(r"\W*(?:bien|no (?:lo )?(?:se|recuerdo)|ni idea|nao sei|i don.?t know)\W*")


def create(turn: Turn) -> Outcome:
    """Ask the subject; a whole sentence is offered as the subject, and a picture is kept. Who has
    logged in meanwhile goes on where they were."""
    if draft := turn.topic.get(DRAFT):
        return _ask_description(draft) if "subject" in draft else _ask_subject(turn, draft)
    said = kept(turn)[:LONGEST_FIRST]
    if turn.choice or turn.heard.exact or len(said.split()) < SENTENCE:
        said = ""
    data = {"said": said[:LONGEST_SUBJECT], WROTE: said[LONGEST_SUBJECT:] and said}
    return _ask_subject(turn, _with_picture(turn, {k: one for k, one in data.items() if one}))


def begin(turn: Turn) -> Outcome:
    """A ticket about what they wrote before: those words are its subject."""
    key = int(turn.value[:18]) if turn.value.isdecimal() else 0
    own = Message.objects.filter(conversation=turn.conversation, direction=Message.Direction.IN)
    # What was said in a session that is over is not said again.
    said = own.filter(pk=key, is_private=turn.session is not None).first()
    subject = " ".join(said.text.split())[:LONGEST_SUBJECT] if said is not None else ""
    return _ask_description({"subject": subject}) if subject else _ask_subject(turn, {})


def _ask_subject(turn: Turn, data: Mapping[str, Any]) -> Outcome:
    said = data.get("said", "")
    options = list(titles.pick(turn, (USE, "said", "ticket_use"))) if said else []
    if turn.session is None:
        # Who is a partner may say so first: then it is theirs, and answered to them alone.
        options += titles.intents(turn, ("authenticate",))
    values = {"said": said, "tapped": bool(turn.choice)}
    reply = Reply("ticket_subject", values, tuple(options))
    return Outcome((reply,), asked=Asked(DIALOG, SUBJECT, data))


def take_subject(turn: Turn, data: Mapping[str, Any]) -> Outcome:
    """Who says who they are instead is let in first, and asked again."""
    # A number is no subject, and the year that comes next would be kept as what happened.
    if who := login.in_between(turn, "create_ticket", data, bare=True):
        return who
    if refuses(turn) and data.get("said"):  # to use what they wrote, as its subject
        return _ask_subject(turn, {WROTE: _wrote(data)} | _pictures(data))
    this = titles.pick(turn, (NEW, str(turn.message.pk), "ticket_subject"))
    if gone := _left(turn, _ask_subject(turn, data), this):
        return gone
    if turn.choice == PARTNER:  # who is in by now
        return _ask_subject(turn, data)
    data = _with_picture(turn, data)
    agrees = agrees_with(turn)
    if tells_nothing(turn) and not (agrees and data.get("said")):
        return _ask_subject(turn, data)
    words = data.get("said", "") if turn.choice or agrees else kept(turn)
    subject = " ".join(words.split())[:LONGEST_SUBJECT]
    if not subject:
        return Outcome((_wordless(turn),), asked=Asked(DIALOG, SUBJECT, data))
    first = _wrote(data)
    before = {WROTE: first} if first and " ".join(first.split()) != subject else {}
    return _ask_description({"subject": subject} | before | _pictures(data))


def _wrote(data: Mapping[str, Any]) -> str:
    return str(data.get(WROTE) or data.get("said", ""))


def _ask_description(data: Mapping[str, Any]) -> Outcome:
    reply = Reply("ticket_description", {"subject": data["subject"]})
    return Outcome((reply,), asked=Asked(DIALOG, DESCRIPTION, data))


def take_description(turn: Turn, data: Mapping[str, Any]) -> Outcome:
    """With the words the ticket is made; a picture without words is kept until they come."""
    if who := login.in_between(turn, "create_ticket", data):
        return who
    if turn.choice:
        # The answer to the question before, pressed twice.
        return _ask_description(data)
    if gone := _left(turn, _ask_description(data)):
        return gone
    data = _with_picture(turn, data)
    description = kept(turn)
    if tells_nothing(turn):
        return replace(_ask_description(data), misunderstood=not only_polite(turn))
    if not description:
        return Outcome((_wordless(turn),), asked=Asked(DIALOG, DESCRIPTION, data))
    partner = turn.partner or _known_here(turn)
    ticket = open_ticket(
        contact=partner.contact if partner else turn.contact,
        partner=partner,
        conversation=turn.conversation,
        origin=turn.message,
        subject=data["subject"],
        description="\n".join(filter(None, (data.get(WROTE), description))),
        is_private=partner is not None,
        files=_attachments(turn, data),
    )
    return made(turn, ticket, pictures=bool(data.get("pictures")))


def agrees_with(turn: Turn) -> bool:
    return turn.heard.exact and turn.heard.intent == "affirm"


def only_polite(turn: Turn) -> bool:
    """ "Ok", "gracias", "un momento": they will tell it, and have not yet."""
    if turn.inbound.media:
        return False
    polite = turn.heard.exact and turn.heard.intent in POLITE
    return polite or agrees_with(turn) or WAIT.fullmatch(plain(turn.text)) is not None


def tells_nothing(turn: Turn) -> bool:
    """Or that they do not know it: an answer to a colleague, and nothing else."""
    unknown = not turn.inbound.media and UNTOLD.fullmatch(plain(turn.text)) is not None
    return unknown or only_polite(turn)


def _left(turn: Turn, question: Outcome, options: tuple[Option, ...] = ()) -> Outcome | None:
    """What is said to who wants no ticket, or something else; who asks for one again, is asked
    again. None: none of that."""
    if refuses(turn):
        return Outcome((Reply("cancelled", promises=turn.waits),))
    if turn.heard.exact and turn.heard.intent == "create_ticket" and not turn.inbound.media:
        return question
    return left(turn, options)


def made(turn: Turn, ticket: Ticket, *, pictures: bool = False) -> Outcome:
    """Its number, by when it is answered, and that a picture may follow."""
    values = {
        "number": ticket.number,
        "due": ticket.response_due_at,
        "pictures": pictures,
    }
    options = titles.pick(turn, (ADD_PICTURE, str(ticket.pk), "ticket_add_picture"))
    return Outcome(
        (Reply("ticket_made", values, options),), topic=dict(turn.topic) | {"ticket": ticket.pk}
    )


def ask_picture(turn: Turn) -> Outcome:
    ticket = theirs(turn, turn.value)
    if ticket is None:
        return unheard(turn, turn.value)
    return Outcome(
        (Reply("ticket_picture", {"number": ticket.number}),),
        asked=Asked(DIALOG, PICTURE, {"ticket": ticket.pk}),
    )


def take_picture(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    if not turn.inbound.media:
        return None
    ticket = theirs(turn, data["ticket"], takes=True)
    if ticket is None:
        return unheard(turn, data["ticket"])
    return add(turn, ticket, is_taken=True)


def add(turn: Turn, ticket: Ticket, *, is_taken: bool = False) -> Outcome:
    """What they wrote is a word about this ticket; `is_taken` as `theirs` locked it."""
    again = (ticket.merged_into or ticket).is_done
    heard = hearing.hear(
        ticket=ticket,
        message=turn.message,
        partner=turn.partner,
        files=turn.files,
        is_taken=is_taken,
    )
    return added(turn, heard, ticket, again=again)


def added(turn: Turn, heard: Ticket, before: Ticket, *, again: bool = False) -> Outcome:
    """To which ticket it was added, which is open `again`; or that a new one was made, the old one
    being too old."""
    whole = before.merged_into or before
    if heard.follows_id == whole.pk and heard.pk != whole.pk:
        return made(turn, heard, pictures=bool(turn.inbound.media))
    reply = Reply("ticket_added", {"number": heard.number, "again": again})
    return Outcome((reply,), topic=dict(turn.topic) | {"ticket": heard.pk})


def theirs(turn: Turn, key: object, *, takes: bool = False) -> Ticket | None:
    """The ticket with this key, if it may get what this person says: in a session what the
    partner's words may go to, whoever wrote here before; else made in this conversation or by this
    contact. `takes`: its row is locked, for who adds to it (`hearing.take`)."""
    found = spoken_of(turn, key, takes=takes)
    if found is None or turn.partner is None or hearing.may_hear(found, turn.partner):
        return found
    return None


def spoken_of(turn: Turn, key: object, *, takes: bool = False) -> Ticket | None:
    """The ticket with this key, if it was made in this conversation or by this contact; in a
    session also what is the partner's, and never another partner's."""
    if not str(key).isdecimal():
        return None
    rows, pk = (
        Ticket.objects.select_related("contact", "partner", "merged_into"),
        int(str(key)[:18]),
    )
    found = hearing.take(pk) if takes else rows.filter(pk=pk).first()
    if found is None:
        return None
    if turn.partner is not None and hearing.may_hear(found, turn.partner):
        return found
    is_anothers = turn.partner is not None and not hearing.is_nobodys(found)
    here = found.contact_id == turn.contact.pk or found.conversation_id == turn.conversation.pk
    return found if here and not is_anothers else None


def unheard(turn: Turn, key: object) -> Outcome:
    """What is said where `theirs` found none: that there is none, or how it can be spoken to."""
    found = spoken_of(turn, key)
    return outside(turn, found) if found else Outcome((Reply("ticket_not_found"),))


def outside(turn: Turn, ticket: Ticket) -> Outcome:
    """That it is no partner's, so that what is said in a session is not for it."""
    number = (ticket.merged_into or ticket).number
    reply = Reply("ticket_outside", {"number": number}, titles.intents(turn, ("logout",)))
    return Outcome((reply,))


def _known_here(turn: Turn) -> Partner | None:
    """Whose registered phone this is, though they have not proved who they are: their officer gets
    the ticket, and answers to it are theirs alone. Nothing of it is said here.

    Not who was deregistered: they could never log in to read the answer.
    """
    known = Partner.objects.exclude(status=Partner.Status.CANCELLED)
    return known.select_related("contact").filter(contact=turn.contact).first()


def _with_picture(turn: Turn, data: Mapping[str, Any]) -> dict[str, Any]:
    """A message with a file is remembered, whatever words stand beside it."""
    known = list(data.get("pictures", []))
    if turn.inbound.media and len(known) < MOST_PICTURES:
        known.append(turn.message.pk)
    return dict(data) | ({"pictures": known} if known else {})


def _pictures(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"pictures": data["pictures"]} if data.get("pictures") else {}


def _attachments(turn: Turn, data: Mapping[str, Any]) -> list[Attachment]:
    """Of the messages that were remembered, this one's among them."""
    before = [key for key in data.get("pictures", []) if key != turn.message.pk]
    if not before:
        return list(turn.files)
    messages = Message.objects.filter(conversation=turn.conversation, pk__in=before)
    return [*Attachment.objects.filter(message__in=messages), *turn.files]


def _wordless(turn: Turn) -> Reply:
    unheard = turn.inbound.kind in (Message.Kind.AUDIO, Message.Kind.VIDEO, Message.Kind.STICKER)
    return Reply("cannot_listen_here" if unheard else "ticket_words")


INTENTS = {"create_ticket": create}
# A sentence offered as the subject of a ticket that was left meanwhile: it is asked anew.
CHOICES = {ADD_PICTURE: ask_picture, USE: create, NEW: begin}
STEPS = {
    (DIALOG, SUBJECT): Step(take_subject, takes_any=True, own=(USE, PARTNER)),
    (DIALOG, DESCRIPTION): Step(take_description, takes_any=True, own=(USE, PARTNER)),
    (DIALOG, PICTURE): Step(take_picture),
}
