"""A document and a year of birth: who may come in at once, and what everybody else hears.

The registered phone enters. From any other phone, and with anything wrong, the answer depends on
the phone alone and never on the data: the same sentence, after the same queries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.conf import settings

from chatbot import lasting
from chatbot.dialog import registry, sessions
from chatbot.dialog.contract import Asked, Handler, Outcome, Reply, Turn
from chatbot.dialog.login import counting, requests
from chatbot.dialog.login.asking import (
    CODE,
    DATA,
    DIALOG,
    DRAFT,
    ON,
    WORDS,
    after,
    may_share,
)
from chatbot.dialog.login.knowing import (
    Given,
    Known,
    fits,
    holder_of,
    known_by,
    match,
    numbers_of,
)
from chatbot.intents import menu
from chatbot.intents.detecting import detect
from chatbot.intents.heard import Heard
from chatbot.models import PartnerSession
from partners.models import Partner
from tickets import hearing

Way = PartnerSession.Way


@dataclass(frozen=True, slots=True)
class Tried:
    """One try: whose phone it came from, whose data they were, whose document (None: nobody's)."""

    given: Given
    known: Known
    holder: Partner | None
    matched: Partner | None
    owner: Partner | None
    counted: counting.Counted

    @property
    def way(self) -> Way | None:
        """How they come in at once; None: they do not."""
        if self.matched is None or self.counted.talk_locked:
            return None
        if self.matched == self.holder:
            return Way.PHONE
        strange = self.holder is None and settings.PARTNER_PHONE_CHECK == "off"
        return Way.OFF if strange and not self.counted.document_locked else None

    @property
    def asking(self) -> Partner | None:
        """Whom a code or an officer may let in; nobody while it is locked."""
        locked = self.counted.talk_locked or self.counted.document_locked
        return None if locked else self.matched


def enter(turn: Turn, *, document: str, year: int, data: Mapping[str, Any]) -> Outcome:
    """What becomes of who gives these; `data` is what is kept for when they are in (`after`)."""
    tried = _try(turn, Given.of(document, year))
    if way := tried.way:
        counting.forgive(tried.counted)
        requests.close_all(turn.conversation, turn.now)
        assert tried.matched is not None
        return let_in(turn, tried.matched, way, data, known=tried.known)
    counting.count(tried.counted, conversation=turn.conversation, owner=tried.owner)
    by_code = tried.holder is None and settings.PARTNER_PHONE_CHECK == "code"
    data = after(str(data.get("then", "")), data.get(DRAFT))
    request = requests.make(
        turn, partner=tried.asking, known=tried.known, wants_code=by_code, wanted=data
    )
    data = request.wanted  # what they wanted before, where they only say again who they are
    if tried.holder is not None or settings.PARTNER_PHONE_CHECK == "off":
        return Outcome((Reply("login_refused"),), asked=Asked(DIALOG, DATA, data), topic={})
    if by_code:
        said = Reply("login_code", {"share": may_share(turn)})
        return Outcome((said,), asked=Asked(DIALOG, CODE, data), topic={})
    return Outcome((Reply("login_officer"),), topic={})


def _try(turn: Turn, given: Given) -> Tried:
    known = known_by(turn.conversation)
    holder = holder_of(numbers_of(turn.inbound, known))
    own = holder is not None and holder.contact.document_number == given.document
    counted = counting.look(
        turn.conversation,
        given.key,
        own=own,
        event=lasting.event() or f"message:{turn.message.pk}",
        now=turn.now,
    )
    if holder is not None and own and not counted.talk_locked and fits(holder, given):
        return Tried(given, known, holder, holder, holder, counted)  # it opens: nothing to hide
    return Tried(given, known, holder, *match(given, holder), counted)


def let_in(
    turn: Turn,
    partner: Partner,
    way: Way,
    data: Mapping[str, Any],
    *,
    known: Known | None = None,
) -> Outcome:
    """Open the session; welcome them by name, with the menu or with what they had asked for."""
    session = sessions.open_session(
        conversation=turn.conversation,
        partner=partner,
        way=way,
        now=turn.now,
        app_key=turn.inbound.app_key,
        known=known,
        is_nobody=turn.session is None,
    )
    inside = replace(turn, session=session)
    values = {"first_name": partner.contact.first_name}
    serve = serving(data, partner)
    if serve is None:
        shown = Reply("login_welcome", values, menu.options(inside), private=True)
        return Outcome((shown,), topic={})
    served = serve(inside)
    welcome = Reply("login_welcome_then", values, private=True)
    return replace(served, replies=(welcome, *served.replies))


def serving(data: Mapping[str, Any], partner: Partner) -> Handler | None:
    """What serves to who is in by now what they had asked for (`after`), else the answer to a
    ticket that they were told to come and read; None: nothing was, and there is none."""
    then = str(data.get("then", ""))
    if not then and hearing.unread(partner).exists():
        then = "ticket_status"
    handler = registry.handlers().get(then)
    if handler is None:
        return None

    draft = data.get(DRAFT) or {}
    words = str(draft.get(WORDS, ""))

    def serve(turn: Turn) -> Outcome:
        heard = Heard(intent=then, score=1.0)
        if words:
            said = detect(words, today=date.fromisoformat(draft[ON]))
            heard = replace(heard, slots=said.slots)
        asking = replace(
            turn,
            heard=heard,
            inbound=replace(turn.inbound, text=words, choice=""),
            topic={DRAFT: draft} if draft and not words else {},
        )
        served = handler(asking)
        private = tuple(replace(reply, private=True) for reply in served.replies)
        return replace(served, replies=private, topic=served.topic or {})

    return serve
