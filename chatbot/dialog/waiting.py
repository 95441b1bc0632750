"""Where nobody answers for too long, or nobody has to: the bot serves again. And what is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from chatbot.dialog.handing import forget_misunderstandings, when_people_answer
from chatbot.dialog.replies import words_for
from chatbot.models import Dialog
from crm.conversations import outreach, ownership, window
from crm.conversations.models import (
    AnsweringRules,
    ChannelIdentity,
    Conversation,
    Episode,
    Message,
)
from crm.people.calendar import Calendar, calendars_of

# The condition of the index that holds the few of many, as a literal: see inbox/filters.py.
WITH_PEOPLE = RawSQL(
    "conversations_episode.closed_at IS NULL AND NOT (conversations_episode.owner = 'bot')",
    (),
    output_field=BooleanField(),
)
AT_ONCE = 500
Verb = Callable[[Conversation, datetime], object]


def serve_again() -> int:
    """Job: see to conversations that people have and do not answer; how many changed hands.

    Working minutes are counted, of the conversation's agency. Safe to repeat, and at once.
    """
    times = _Times(timezone.now())
    rows = Episode.objects.filter(WITH_PEOPLE, conversation__is_group=False)
    rows = rows.select_related("conversation__agency", "conversation__contact__agency")
    return sum(
        _act(episode.pk, times)
        for episode in rows.order_by("owner_since").iterator(chunk_size=AT_ONCE)
        if times.due(episode, episode.conversation) is not None
    )


def close_finished() -> int:
    """Job: end the episodes in which nobody waits and nothing was said for days; how many.

    Safe to repeat, and at once: whoever writes just now keeps theirs.
    """
    before = timezone.now() - timedelta(days=AnsweringRules.current().close_days)
    closed, last = 0, 0
    while talks := list(_finished(before, after=last).values_list("conversation_id", flat=True)):
        closed += _close(talks, before)
        last = talks[-1]
    return closed


class _Times:
    """How long each may wait, and in whose working hours; calendars are read once."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._rules = AnsweringRules.current()
        self._calendars: dict[int | None, Calendar] = {}

    def due(self, episode: Episode, talk: Conversation) -> Verb | None:
        """What is to be done with it now; None: nothing yet."""
        if episode.owner == Episode.Owner.BOT or not episode.is_open:
            return None
        waits = talk.waiting_since is not None
        if episode.owner == Episode.Owner.QUEUE:
            minutes, verb = self._rules.queue_minutes, _say_and_serve if waits else _serve
        elif waits:
            minutes, verb = self._rules.person_minutes, _put_into_queue
        else:
            minutes, verb = self._rules.idle_minutes, _serve
        since = max(episode.owner_since, talk.waiting_since or talk.last_message_at or self.now)
        return verb if minutes and self._worked(since, talk) >= minutes else None

    def _worked(self, since: datetime, talk: Conversation) -> int:
        key = agency_of(talk)
        if key not in self._calendars:
            self._calendars[key] = calendars_of([key] if key else [])[key]
        return self._calendars[key].working_minutes(since, self.now)


def agency_of(talk: Conversation) -> int | None:
    return talk.agency_id or talk.contact.agency_id


def _act(pk: int, times: _Times) -> bool:
    """Look again under the locks: an answer may have come, or another worker was here."""
    with transaction.atomic():
        talk = _locked(pk)
        episode = Episode.objects.select_for_update(no_key=True).get(pk=pk)
        verb = times.due(episode, talk)
        if verb is not None:
            verb(talk, times.now)
    return verb is not None


def _locked(episode: int) -> Conversation:
    """Lane, conversation and dialog locked: the lane first, as everybody does."""
    identity = Conversation.objects.filter(episodes=episode).values("identity")
    list(ChannelIdentity.objects.select_for_update(no_key=True).filter(pk__in=identity))
    rows = Conversation.objects.select_for_update(of=("self",), no_key=True)
    people = ("contact__agency", "agency", "channel", "episode")
    talk = rows.select_related(*people).get(episodes=episode)
    list(Dialog.objects.select_for_update().filter(conversation=talk))
    return talk


def _serve(talk: Conversation, now: datetime) -> None:
    _leave_to_bot(talk, in_vain=False)


def _say_and_serve(talk: Conversation, now: datetime) -> None:
    """They go on waiting for a person; who cannot be written to freely now is not told."""
    _leave_to_bot(talk, in_vain=True)
    if talk.channel.is_active and window.is_open(talk, now):
        values = when_people_answer(agency_of(talk), now, talk.contact.spoken)
        outreach.send(
            conversation=talk,
            text=words_for(talk, "nobody_answered", values),
            author=Message.Author.BOT,
            answers=False,
        )


def _leave_to_bot(talk: Conversation, *, in_vain: bool) -> None:
    forget_misunderstandings(talk)
    ownership.leave_to_bot(conversation=talk, in_vain=in_vain)


def _put_into_queue(talk: Conversation, now: datetime) -> None:
    ownership.leave_to_queue(conversation=talk)


def _finished(before: datetime, after: int = 0) -> QuerySet[Episode]:
    """By conversation, because the index of open episodes is."""
    rows = Episode.objects.filter(closed_at=None, conversation__gt=after)
    rows = rows.filter(conversation__waiting_since=None, conversation__last_message_at__lt=before)
    return rows.order_by("conversation_id")[:AT_ONCE]


def _close(talks: list[int], before: datetime) -> int:
    with transaction.atomic():
        locked = ChannelIdentity.objects.select_for_update(
            of=("self",), no_key=True, skip_locked=True
        ).filter(conversation__in=talks)
        free = [identity.pk for identity in locked.only("pk")]
        rows = Episode.objects.filter(
            closed_at=None,
            conversation__in=talks,
            conversation__identity__in=free,
            conversation__waiting_since=None,
            conversation__last_message_at__lt=before,
        )
        return ownership.close(rows, timezone.now())
