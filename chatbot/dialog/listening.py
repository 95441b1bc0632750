"""What a message means, found out before it is stored: some are stored otherwise for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from chatbot import lasting
from chatbot.channels.events import InboundMessage
from chatbot.dialog import registry, sessions
from chatbot.dialog.login import halves, masking, naming
from chatbot.dialog.login.asking import CODE, DIALOG
from chatbot.dialog.login.figures import YEAR, births, is_late_year
from chatbot.intents.detecting import detect
from chatbot.intents.heard import Heard
from chatbot.intents.hearing import consent
from chatbot.intents.own_data_words import is_new_datum
from chatbot.models import Dialog, PartnerSession
from crm.conversations.models import Conversation, Episode, Message

# What only a partner can want; in one who is not logged in it is no interest in a property.
PARTNERS_OWN = frozenset(
    (
        "authenticate",
        "personal_info",
        "account_statement",
        "list_loans",
        "loan_detail",
        "next_payment",
        "settlement",
        "upload_receipt",
        # A complaint may be anybody's, but is no interest either.
        "create_ticket",
        "ticket_status",
        "logout",
    )
)
# What their text says are no words of theirs.
CARDS = (Message.Kind.LOCATION, Message.Kind.CONTACTS, Message.Kind.ORDER)
# Of these no day of long ago is told but that of a birth.
WHOSE = PARTNERS_OWN - {"create_ticket", "ticket_status", "logout"}
PROSPECTS = frozenset(("property_inquiry", "schedule_visit"))
# The years of these are seldom a birth's: "me cobraron mal desde 2010", "la casa de 1995".
OTHERS_YEARS = PROSPECTS | {"create_ticket"}


@dataclass(frozen=True, slots=True)
class Listening:
    """What was understood, where the conversation stands (its row is locked), and who speaks.

    `struck`: how who they are, which is said in it, is struck out of what is kept. `is_first`:
    nothing was said here before.
    """

    heard: Heard
    dialog: Dialog
    session: PartnerSession | None
    struck: masking.Way | None
    is_first: bool

    @property
    def is_prospects(self) -> bool:
        """Whether it may make a lead: whoever asks about their loan is no prospect."""
        if self._is_answer:
            return False
        if self.heard.intent in PROSPECTS:
            return True
        busy = self.dialog.name != "" or self.session is not None
        return not busy and self.heard.intent not in PARTNERS_OWN

    @property
    def _is_answer(self) -> bool:
        """Whether any text is the answer to what was asked: "no one came to my visit"."""
        step = registry.steps().get((self.dialog.name, self.dialog.step))
        return step is not None and step.takes_any and self.dialog.is_open(timezone.now())


def listen(conversation: Conversation, inbound: InboundMessage, now: datetime) -> Listening:
    """Understand a person's message and lock their dialog until the transaction ends.

    Who wrote to us first of all has none yet, and no session: it is made when it is answered.
    """
    is_first = conversation.is_new
    dialog = Dialog(conversation=conversation) if is_first else _locked_dialog(conversation)
    heard = Heard() if inbound.kind in CARDS else _understood(conversation, inbound.text)
    session = None if is_first else sessions.current(conversation, now, inbound)
    if session is not None and is_new_datum(heard, inbound.text):
        heard = Heard(slots=heard.slots)
    return Listening(
        heard=heard,
        dialog=dialog,
        session=session,
        struck=_struck_as(conversation, dialog, heard, inbound.text, is_in=session is not None),
        is_first=is_first,
    )


def _understood(conversation: Conversation, text: str) -> Heard:
    opted_out = conversation.contact.opted_out_at is not None
    return consent.as_meant(detect(text), text, opted_out=opted_out)


def _locked_dialog(conversation: Conversation) -> Dialog:
    rows = Dialog.objects.select_for_update().filter(conversation=conversation)
    dialog = rows.first()
    if dialog is None:
        Dialog.objects.bulk_create([Dialog(conversation=conversation)], ignore_conflicts=True)
        dialog = rows.get()
    return dialog


def _struck_as(
    conversation: Conversation, dialog: Dialog, heard: Heard, text: str, *, is_in: bool
) -> masking.Way | None:
    if is_in and _is_number(dialog, heard, text):
        return None
    if _is_login(conversation, dialog, heard, text):
        return masking.WHOLLY
    return _struck_beside(conversation, dialog, heard, text, is_in=is_in)


def _struck_beside(
    conversation: Conversation, dialog: Dialog, heard: Heard, text: str, *, is_in: bool
) -> masking.Way | None:
    """The same of what is no log-in."""
    if _names_them(conversation, heard, text) or _is_late(dialog, text):
        return masking.TOLD
    if _gives_document(conversation, dialog, heard, text):
        return masking.TOLD
    return masking.BORN if _says_born(conversation, dialog, heard, text, is_in=is_in) else None


def _is_number(dialog: Dialog, heard: Heard, text: str) -> bool:
    """Who is in need not say who they are: where any words are taken a number alone is that of an
    operation."""
    in_words = any(sign.isalpha() for sign in text)
    return registry.takes_any(dialog, timezone.now()) and not in_words and not heard.slots.year


def _is_login(conversation: Conversation, dialog: Dialog, heard: Heard, text: str) -> bool:
    """With a person in the bot's place nobody can log in: what they are told they must read. So
    they must a subject or a description, in which somebody also says who they are."""
    if conversation.owner != Episode.Owner.BOT:
        return False
    if registry.takes_any(dialog, timezone.now()) and not heard.exact:
        return False
    return heard.intent == "authenticate" or _answers_login(dialog, heard, text)


def _names_them(conversation: Conversation, heard: Heard, text: str) -> bool:
    """The slots know no document beside a telephone, nor what stands far down."""
    year = heard.slots.year
    if heard.slots.document and year and not is_late_year(year):
        return True
    if naming.names_somebody(text):
        return True
    if conversation.owner != Episode.Owner.BOT or heard.intent in PROSPECTS:
        return False  # how to reach who wants a property is for the agent to read
    return heard.intent == "authenticate" or naming.names_document(text)


def _gives_document(conversation: Conversation, dialog: Dialog, heard: Heard, text: str) -> bool:
    """Whether who is asked by the bot who they are gives a document beside what they want."""
    asked = dialog.name == DIALOG and dialog.is_open(timezone.now())
    asked = asked and conversation.owner == Episode.Owner.BOT
    return asked and bool(halves.numbers_beside(heard, text))


def _says_born(
    conversation: Conversation, dialog: Dialog, heard: Heard, text: str, *, is_in: bool
) -> bool:
    """Whether somebody tells the bot a year or day of birth beside what they want. Who is in need
    not; who is asked who they are may give the year in any words."""
    if conversation.owner != Episode.Owner.BOT or not births(text):
        return False
    if dialog.name == DIALOG and dialog.is_open(timezone.now()):
        return heard.intent not in OTHERS_YEARS or _may_give_year(text)
    return not is_in and naming.says_born(text, days=heard.intent in WHOSE)


def _may_give_year(text: str) -> bool:
    """Whether a year beside something else may be their own."""
    leads = YEAR.match(text.strip()) or halves.year_beside(text)
    return bool(leads) or naming.gives_birth(text)


def _answers_login(dialog: Dialog, heard: Heard, text: str) -> bool:
    """Whether who they are is asked for, and these words may tell it, or part of it."""
    if dialog.name != DIALOG or not dialog.is_open(timezone.now()):
        return False
    if heard.slots.document or heard.slots.year:
        return True
    if dialog.step == CODE and masking.SIX_DIGITS.search(text):
        return True
    return not heard.asks_else


def as_stored(inbound: InboundMessage, said: Listening) -> InboundMessage:
    """What of the message is kept: a document, a year and a code are not, right or wrong."""
    # What was tapped on are our own words.
    if inbound.choice or inbound.kind in CARDS or said.struck is None:
        return inbound
    text, secrets = _struck(inbound.text, said.struck)
    return replace(inbound, text=text, raw=masking.mask_payload(inbound.raw, secrets))


def as_edited(message: Message, text: str) -> str:
    """What is kept of a new wording: of one in place of a log-in no digit, since who mistyped their
    document may put it right there; else as much as if it were said first."""
    if message.kind in CARDS:
        return text
    talk = message.conversation
    wordings = [message.text, *message.revisions.values_list("text", flat=True)]
    struck = [one for one in wordings if masking.is_struck(one)]
    if struck:
        # Some providers tell what it said before, too.
        lasting.settle_with(lambda payload: masking.mask_again(payload, struck))
        # Of a log-in no digit was kept; nor of some others, which nothing tells from it.
        is_some = all(map(masking.has_digits, struck))
        return _struck(text, masking.TOLD if is_some else masking.WHOLLY)[0]
    dialog = Dialog.objects.filter(conversation=talk).first() or Dialog()
    heard = detect(text)
    # An edit logs nobody in. With more in it than that, the dialog it was said in may be over.
    is_all = heard.exact or _answers_login(dialog, heard, text)
    if is_all and _is_login(talk, dialog, heard, text):
        return _struck(text, masking.WHOLLY)[0]
    way = _struck_beside(talk, dialog, heard, text, is_in=message.is_private)
    return _struck(text, way)[0] if way else text


def _is_late(dialog: Dialog, text: str) -> bool:
    """Who was asked may answer late, or a person: a document with its year goes in any case."""
    return dialog.name == DIALOG and masking.GIVEN.search(text) is not None


def _struck(text: str, way: masking.Way) -> tuple[str, dict[str, str]]:
    """What is kept of it, and the secrets, which the stored element is to lose as well."""
    mask, secrets_in = way
    kept, secrets = mask(text), secrets_in(text)
    lasting.settle_with(lambda payload: masking.mask_payload(payload, secrets))
    return kept, secrets
