"""The bot's turn: an open question gets the message first, else what it asks for is served."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import override

from chatbot.dialog import handing, registry, tongue
from chatbot.dialog.contract import (
    FILE,
    INTENT,
    PROPERTY,
    Asked,
    Handler,
    Outcome,
    Reply,
    Step,
    Turn,
    say,
)
from chatbot.dialog.speaking import speak
from chatbot.intents.heard import POLITE, SURE
from chatbot.lasting import redone
from chatbot.models import Dialog
from chatbot.outage import is_away
from crm.conversations.models import Episode, Message
from crm.conversations.outreach import NOTED

log = logging.getLogger(__name__)
# What leaves any question, even one that takes any text, when it is all that is said.
LEAVING = frozenset(("cancel", "help", "logout", "talk_to_agent", "opt_out"))
# What comes as a picture or a document, with or without words beside it, is the intent FILE; of
# all that may be asked in those words only this is served instead.
FILES = (Message.Kind.IMAGE, Message.Kind.DOCUMENT)
UNHEARD = (Message.Kind.AUDIO, Message.Kind.VIDEO, Message.Kind.STICKER)
BESIDE_FILES = frozenset(
    ("create_ticket", "talk_to_agent", "property_inquiry", "schedule_visit", "opt_out", "logout")
)
# So often in a row it may fail to understand, then a person is asked.
PATIENCE = 3
# Who hears twice within this time that something failed is handed to a person.
AGAIN = timedelta(minutes=10)
# These are done whoever answers the conversation; only then nothing is said.
ALWAYS = frozenset(("opt_out", "opt_in"))


def take_turn(turn: Turn, dialog: Dialog) -> None:
    """Answer one message as the bot; silent, but for ALWAYS, while a person has the conversation.

    To be called under the dialog's row lock. The episode's row is read in this transaction: who
    takes it over meanwhile waits, and then the bot has spoken before them.
    """
    episode = _episode(turn)
    tongue.follow(turn)
    if episode.owner == Episode.Owner.BOT:
        _answer(turn, dialog, episode, lambda: _outcome(turn, dialog))
    elif turn.heard.intent in ALWAYS:
        unheard = replace(turn, is_overheard=True)
        _outcome_or_failure(unheard, dialog, lambda: _outcome(unheard, dialog))
    else:
        _overhear(turn)


def _episode(turn: Turn) -> Episode:
    """The open one, its row ours; of a new conversation nobody else has it."""
    if turn.is_first and turn.conversation.episode is not None:
        return turn.conversation.episode
    rows = Episode.objects.select_for_update(no_key=True)
    return rows.get(conversation=turn.conversation, closed_at=None)


def go_on(turn: Turn, dialog: Dialog, episode: Episode, handler: Handler) -> None:
    """Say what `handler` has to say where nobody wrote just now (`chatbot.dialog.beside`).

    To be called under the locks of the dialog's row and of the episode's, which is the bot's; by
    whoever it is, in the person's language.
    """
    with override(turn.contact.spoken):
        _answer(turn, dialog, episode, lambda: handler(turn))


def _answer(
    turn: Turn, dialog: Dialog, episode: Episode, outcome_of: Callable[[], Outcome]
) -> None:
    collected, before = dialog.data if dialog.is_open(turn.now) else {}, dialog.standing
    outcome = _outcome_or_failure(turn, dialog, outcome_of)
    _keep(dialog, outcome, turn)
    handing.note_wish(episode, outcome.wish or _wish(turn))
    replies = _handed_over(turn, dialog, episode, outcome, collected) or outcome.replies
    noted = {name: getattr(turn.conversation, name) for name in NOTED}
    try:
        with transaction.atomic():
            speak(turn, replies)
    except Exception as error:
        for name, value in noted.items():
            setattr(turn.conversation, name, value)
        _say_it_failed(turn, dialog, episode, replies, error)
    if dialog.pk is None or dialog.standing != before:
        dialog.save()


def _say_it_failed(
    turn: Turn, dialog: Dialog, episode: Episode, unsaid: tuple[Reply, ...], error: Exception
) -> None:
    """Replies that cannot be said are undone alone: what they wrote, and what was done for it,
    stays."""
    failed = _failed(turn, dialog, error)
    dialog.leave()
    word = replace(failed.replies[0], promises=any(one.promises for one in unsaid))
    speak(turn, _handed_over(turn, dialog, episode, failed, {}) or (word,))


def _handed_over(
    turn: Turn,
    dialog: Dialog,
    episode: Episode,
    outcome: Outcome,
    collected: Mapping[str, Any],
) -> tuple[Reply, ...]:
    """What is said where a person takes over from here, which leaves every question; else ()."""
    reason = outcome.hand_off
    if not reason and dialog.misunderstood >= PATIENCE:
        reason = Episode.Reason.NOT_UNDERSTOOD
    if not reason:
        return ()
    # An answer that helped nobody is not given, and a question that nobody will hear not asked.
    useless = outcome.asked is not None or outcome.misunderstood or reason == Episode.Reason.FAILED
    dialog.leave()
    dialog.misunderstood = 0
    if outcome.asked is not None:
        collected = outcome.asked.data
    word = handing.hand_over(
        turn=turn, episode=episode, reason=reason, collected=collected, wish=outcome.wish
    )
    return (word,) if useless else (*outcome.replies, word)


def _outcome_or_failure(turn: Turn, dialog: Dialog, outcome_of: Callable[[], Outcome]) -> Outcome:
    """A handler that fails is undone alone: the person hears so, and nothing stays half asked."""
    try:
        with redone(), transaction.atomic():
            return outcome_of()
    except Exception as error:
        return _failed(turn, dialog, error)


def _failed(turn: Turn, dialog: Dialog, error: Exception) -> Outcome:
    """To be called where it was raised. The second time within AGAIN a person takes over."""
    if is_away(error):
        raise error
    log.exception("The bot failed in conversation %s", turn.conversation.pk)
    failed_lately = dialog.failed_at is not None and turn.now - dialog.failed_at < AGAIN
    dialog.failed_at, dialog.failure = turn.now, type(error).__name__
    failed = say("failed")
    return replace(failed, hand_off=Episode.Reason.FAILED) if failed_lately else failed


def _outcome(turn: Turn, dialog: Dialog) -> Outcome:
    """What answers it; whatever that is, some messages are a person's to answer besides."""
    reason = next(filter(None, (judge(turn) for judge in registry.first())), "")
    if not reason:
        return _own_outcome(turn, dialog)
    if registry.takes_any(dialog, turn.now):
        # The text may be just what was asked for: nothing of a complaint shall be lost.
        return replace(_own_outcome(turn, dialog), hand_off=reason)
    return Outcome(hand_off=reason)


def _own_outcome(turn: Turn, dialog: Dialog) -> Outcome:
    if dialog.name and not dialog.is_open(turn.now) and not registry.is_optional(dialog):
        served = _served(turn)
        return replace(served, replies=(Reply("timed_out"), *served.replies))
    if dialog.is_open(turn.now):
        return _answered(turn, dialog)
    return _served(turn)


def _answered(turn: Turn, dialog: Dialog) -> Outcome:
    """What the answer to the open question leads to; or it was none, and something else is."""
    step = registry.steps()[dialog.name, dialog.step]
    if turn.heard.intent == "cancel" and _cancels(turn, step):
        return _handler_of("cancel")(turn)
    leaves = turn.heard.exact and turn.heard.intent in LEAVING
    kind = turn.choice.partition(":")[0]
    foreign = turn.choice != "" and not {kind, turn.choice} & {*step.own}
    outcome = None
    if not (step.takes_any and (leaves or foreign)):
        outcome = (None if step.takes_any else _aside(turn)) or step.handler(turn, dialog.data)
    outcome = outcome or _leaving(turn, dialog, step.left)
    if not outcome.beside or outcome.asked is not None:
        return outcome
    return replace(outcome, asked=Asked(dialog.name, dialog.step, dialog.data))


def _cancels(turn: Turn, step: Step) -> bool:
    """Whether what was heard as a cancel is one here, and no answer that sounds like it."""
    if step.answers and step.answers(turn):
        return False
    return turn.heard.exact or not step.takes_any


def _leaving(turn: Turn, dialog: Dialog, left: str) -> Outcome:
    """What is no answer; if it leads elsewhere, after a word that the question was left."""
    outcome = _no_answer(turn)
    if not left or outcome.beside or _goes_on(outcome.asked, dialog):
        return outcome
    return replace(outcome, replies=(Reply(left), *outcome.replies))


def _goes_on(asked: Asked | None, dialog: Dialog) -> bool:
    """Whether the same is asked about; with another file, or none yet, it is not."""
    if asked is None or asked.dialog != dialog.name:
        return False
    return bool(asked.data.get("file") == dialog.data.get("file"))


def _no_answer(turn: Turn) -> Outcome:
    """What is said to a message that does not fit the question it came after."""
    kind, heard = turn.inbound.kind, turn.heard
    if turn.choice or heard.asks_else or kind in FILES:
        return _served(turn)
    if kind in UNHEARD:
        return Outcome((Reply("cannot_listen_here"),), beside=True)
    if kind == Message.Kind.UNSUPPORTED:
        return Outcome((Reply("cannot_read"),), beside=True)
    if heard.intent in POLITE and heard.score >= SURE:
        return replace(_served(turn), beside=True)
    return Outcome((Reply("not_understood"),), misunderstood=True, beside=True)


def _served(turn: Turn) -> Outcome:
    """What a tapped answer or the message's intent leads to."""
    if beside := _aside(turn):
        return beside
    kind = turn.choice.partition(":")[0]
    if kind == INTENT:
        return _handler_of(turn.value)(turn)
    if kind in registry.choices():
        return registry.choices()[kind](turn)
    return serve(turn)


def serve(turn: Turn) -> Outcome:
    """What the message's intent leads to, whatever was asked."""
    wanted = _wanted(turn)
    claim = registry.claims().get(wanted)
    claimed = claim(turn) if claim else None
    return claimed or _handler_of(wanted)(turn)


def _aside(turn: Turn) -> Outcome | None:
    """What is answered whatever question is open, which stays so."""
    told = next(filter(None, (claim(turn) for claim in registry.aside())), None)
    return replace(told, beside=True) if told else None


def _overhear(turn: Turn) -> None:
    """While a person speaks, what belongs to something open is added to it, without a word."""
    kind = turn.choice.partition(":")[0]
    handler = registry.overheard().get(kind or _wanted(turn))
    try:
        with transaction.atomic():
            if handler is not None:
                handler(replace(turn, is_overheard=True))
    except Exception as error:
        if is_away(error):
            raise
        log.exception("Overhearing failed in conversation %s", turn.conversation.pk)


def _wanted(turn: Turn) -> str:
    """The message's intent; a picture or document is one, but for what is surely asked there."""
    if turn.inbound.kind not in FILES or _names_property(turn):
        return turn.heard.intent
    asks = turn.heard.intent in BESIDE_FILES and turn.heard.asks_else
    return turn.heard.intent if asks else FILE


def _names_property(turn: Turn) -> bool:
    captured = turn.captured
    return captured is not None and (captured.is_new or captured.property is not None)


def _wish(turn: Turn) -> str:
    """The intent that was asked for, in words or by a tap."""
    kind = turn.choice.partition(":")[0]
    if kind == INTENT:
        return turn.value
    return "property_inquiry" if kind == PROPERTY else turn.heard.intent


def _handler_of(intent: str) -> Handler:
    found = registry.handlers()
    return found.get(intent, found[registry.REST])


def _keep(dialog: Dialog, outcome: Outcome, turn: Turn) -> None:
    """Note in the dialog where the conversation stands now."""
    dialog.misunderstood = dialog.misunderstood + 1 if outcome.misunderstood else 0
    if outcome.topic is not None:
        dialog.turn_to(outcome.topic)
    if outcome.asked is None:
        dialog.leave()
    else:
        dialog.name, dialog.step = outcome.asked.dialog, outcome.asked.step
        dialog.data = dict(outcome.asked.data)
        dialog.expires_at = turn.now + Dialog.LASTS
