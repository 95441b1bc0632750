"""What a reply is made from, and what it is: the contract between the engine and the subjects.

A subject is a module that says what it answers to, in tables the engine reads
(`chatbot.dialog.registry`):

    INTENTS   intent -> handler                        what somebody may ask for at any time
    CHOICES   kind of choice -> handler                what a tapped answer "kind:value" means
    STEPS     (dialog, step) -> Step                   what is done with the answer to a question
    CLAIMS    intent -> claim                          whose it may be before a handler gets it
    OVERHEARD intent or kind of choice -> claim        what is done with it while a person speaks
    FIRST     functions of a Turn                      why a person should answer it, or ""
    ASIDE     claims                                   what is answered whatever else is asked

A handler gets a `Turn` and returns an `Outcome`. It runs in the transaction that stores the
message, under the locks of the episode and of the dialog's row: no network, no PDF, nothing slow.
It never sends: replies are data. One that raises is undone alone, and the person is told so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chatbot.channels.events import InboundMessage
from chatbot.intents.heard import Heard
from chatbot.models import PartnerSession
from crm.conversations.models import Attachment, Conversation, Message
from crm.people.models import Contact
from leads.capture import Captured
from partners.models import Partner

Option = dict[str, str]
# The kind of choice that names a property by its code, and the one that names an intent.
PROPERTY, INTENT = "property", "intent"
# What answers to a picture or a document, as if it were an intent.
FILE = "file"


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a person, and all that is known of it.

    `choice` is the id of an answer that was offered, however it was named (tapped, "2", "la
    segunda"); `value` is what stands behind its colon. `session` is open, or None. `captured` is
    the lead the message belongs to, None where it was no prospect's. `topic` is what was last
    spoken of; a handler that changes it returns it in its Outcome. `is_asked`: a question was open
    when it came, whoever gets it. `is_first`: the conversation was made for it. `files`
    came with it. `is_overheard`: a person has the conversation, and nothing will be said.
    """

    conversation: Conversation
    contact: Contact
    message: Message
    inbound: InboundMessage
    heard: Heard
    now: datetime
    session: PartnerSession | None = None
    captured: Captured | None = None
    topic: Mapping[str, Any] = field(default_factory=dict)
    is_asked: bool = False
    is_first: bool = False
    files: tuple[Attachment, ...] = ()
    is_overheard: bool = False

    @property
    def text(self) -> str:
        return self.inbound.text.strip()

    @property
    def choice(self) -> str:
        return self.inbound.choice

    @property
    def value(self) -> str:
        return self.choice.partition(":")[2]

    @property
    def partner(self) -> Partner | None:
        return self.session.partner if self.session else None

    @property
    def first_name(self) -> str:
        """What they are called here. The name of who has a document on file, as every partner
        has, is the register's: it is said in a session, and "" outside."""
        if self.partner is not None:
            return self.partner.contact.first_name
        return "" if self.contact.document_number else self.contact.first_name

    @property
    def waits(self) -> bool:
        """Whether a person was promised before this message, and has not come yet."""
        since = self.conversation.waiting_since
        return since is not None and since < self.message.created_at


@dataclass(frozen=True, slots=True)
class Reply:
    """One thing to say: the text template `chatbot/replies/<language>/<name>.txt`, and its values.

    `options` ({"id", "title"}) are answers to tap on, numbered where the channel has neither
    buttons nor lists. `private`: only officers and managers may read it on the desk; whatever is
    said in a session is private anyway. `promises` a person, who is waited for from then on,
    whatever else is said in that turn.
    `link` is (words on it, address): a button where the channel has one, else a line of the text.
    `picture` is a stored file (its name in the default storage) that stands above the text.
    """

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    private: bool = False
    promises: bool = False
    link: tuple[str, str] | None = None
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked next: its answer goes to STEPS[dialog, step] with `data` (JSON)."""

    dialog: str
    step: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a handler wants: things to say, then either a question stays open or nothing does.

    `hand_off` is why a person takes over from here (a value of Episode.Reason; "": none). `topic`
    replaces what was last spoken of; None leaves it. `misunderstood`: it was no use; three in a
    row are handed to a person. `beside`: the question that was open, if any, stays open. `wish` is
    what they asked for where no intent says it ("": what was heard): a colleague reads it, and who
    is handed over hears of it.
    """

    replies: tuple[Reply, ...] = ()
    asked: Asked | None = None
    hand_off: str = ""
    topic: Mapping[str, Any] | None = None
    misunderstood: bool = False
    beside: bool = False
    wish: str = ""


Handler = Callable[[Turn], Outcome]
# None: it is not theirs. Of what was overheard nothing is said.
Claim = Callable[[Turn], Outcome | None]
# None: the answer does not fit the question; the person may have asked for something else.
StepHandler = Callable[[Turn, Mapping[str, Any]], Outcome | None]


@dataclass(frozen=True, slots=True)
class Step:
    """`takes_any` text (a subject, a description): then only a word of leaving leaves it, or an
    answer tapped that is none of its `own` (kinds, or whole ids): that is never text. One that is
    `optional` is left without a word when nobody answers. One that `asks_figure` takes a number for
    what it is, not for the place of an answer offered, unless that is shown with numbers. `left`
    is the reply that says it was left for something else. What only sounds like a
    cancel and is an answer ("mejor pon 350") `answers` knows.
    """

    handler: StepHandler
    takes_any: bool = False
    own: tuple[str, ...] = ()
    optional: bool = False
    asks_figure: bool = False
    left: str = ""
    answers: Callable[[Turn], bool] | None = None


def say(name: str, *, options: tuple[Option, ...] = (), **values: Any) -> Outcome:
    """An outcome of one reply and no question, which most are."""
    return Outcome((Reply(name, values, options),))


def option(kind: str, value: object, title: str) -> Option:
    """An answer to tap on: CHOICES[kind] gets it, with `value` behind the colon."""
    return {"id": f"{kind}:{value}", "title": title}
