"""Who answers a conversation: the bot, the queue of those who wait, or one person."""

from datetime import datetime

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.conversations.models import Conversation, Episode, Message
from crm.errors import DeskError
from crm.people.models import User

# What is noted of a hand-over.
NOTED = ("handed_at", "reason", "summary", "details")


def open_episode(conversation: Conversation, *, saves: bool = True) -> Episode:
    """The conversation's open episode, made if the last one was closed.

    Who says that it shall not be noted on the conversation yet does so with its first message.
    """
    episode = conversation.episode
    if episode is None or episode.closed_at is not None:
        episode = Episode.objects.create(conversation=conversation)
        conversation.episode = episode
        if saves:
            conversation.save(update_fields=["episode"])
    return episode


def claim(*, conversation: Conversation, user: User) -> Episode:
    """Make `user` the one who answers. A colleague's conversation only a manager takes over.

    Replies of the bot that wait are cancelled: from here on a person speaks.
    """
    with transaction.atomic():
        episode = _locked_episode(conversation)
        if episode.human_id and episode.human_id != user.pk and not user.sees_all():
            raise DeskError(
                _("%(person)s is already answering this conversation.") % {"person": episode.human}
            )
        if episode.owner == Episode.Owner.BOT:
            # They took it by themselves: why it was handed over once before is no reason now.
            _note(episode, "", "", "")
        _hand_over(conversation, episode, Episode.Owner.HUMAN, user)
    return episode


def give_back(*, conversation: Conversation, user: User) -> Episode:
    """Let the bot answer again."""
    with transaction.atomic():
        episode = _locked_episode(conversation)
        if episode.human_id and episode.human_id != user.pk and not user.sees_all():
            raise DeskError(
                _("%(person)s is already answering this conversation.") % {"person": episode.human}
            )
        _hand_over(conversation, episode, Episode.Owner.BOT, None)
    return episode


def hand_to_queue(
    *,
    conversation: Conversation,
    reason: Episode.Reason | str = "",
    summary: str = "",
    details: str = "",
    cancels: bool = True,
    episode: Episode | None = None,
) -> Episode:
    """The bot can go no further: a person is waited for. Whoever has it already keeps it, a
    program excepted: it has nothing, and makes way for whoever answers behind it.

    Replies of the bot that wait are cancelled, unless `cancels` is False. `summary` is what a
    colleague should know before they read the thread, `details` what of that only who sees
    private messages may read.
    `episode` is the open one, for who holds its lock and the conversation's.
    """
    with transaction.atomic():
        episode = episode or _locked_episode(conversation)
        makes_way = episode.is_programs and reason != Episode.Reason.PROGRAM
        if episode.owner == Episode.Owner.BOT or makes_way:
            _note(episode, reason, summary, details)
            _hand_over(conversation, episode, Episode.Owner.QUEUE, None, cancels=cancels, anew=True)
    return episode


def note_response(conversation: Conversation, at: datetime) -> None:
    """A person answered: the open episode's first response, if it had none."""
    conversation.episodes.filter(closed_at=None, first_response_at=None).update(
        first_response_at=at
    )


def leave_to_bot(*, conversation: Conversation, in_vain: bool = False) -> Episode:
    """Nobody answers, or nobody has to any more: the bot does, by no person's wish. `in_vain`:
    somebody waited, so that it was not only a program who wrote."""
    with transaction.atomic():
        episode = _locked_episode(conversation)
        if in_vain and episode.is_programs:
            _note(episode, Episode.Reason.UNANSWERED, "", "")
        _hand_over(conversation, episode, Episode.Owner.BOT, None)
    return episode


def leave_to_queue(*, conversation: Conversation) -> Episode:
    """Whoever took it does not answer: somebody else may. What was noted of it stays."""
    with transaction.atomic():
        episode = _locked_episode(conversation)
        if episode.owner == Episode.Owner.HUMAN:
            _note(episode, Episode.Reason.UNANSWERED, episode.summary, episode.details)
            _hand_over(conversation, episode, Episode.Owner.QUEUE, None)
    return episode


def close(episodes: QuerySet[Episode], now: datetime) -> int:
    """What was to be said has been said: the next word opens another, with the bot. How many.

    To be called under the identities' locks, so that no message comes in between.
    """
    programs = Q(reason=Episode.Reason.PROGRAM)
    spoke = Message.objects.filter(episode=OuterRef("pk"), author=Message.Author.BOT)
    outcome = Case(
        When(first_response_at__isnull=False, then=Value(Episode.Outcome.ANSWERED)),
        When(programs & Exists(spoke), then=Value(Episode.Outcome.BOT)),
        When(programs, then=Value(Episode.Outcome.PROGRAM)),
        When(handed_at__isnull=False, then=Value(Episode.Outcome.UNANSWERED)),
        default=Value(Episode.Outcome.BOT),
    )
    return episodes.update(closed_at=now, outcome=outcome)


def _note(episode: Episode, reason: str, summary: str, details: str) -> None:
    """To be written down by the hand-over that follows."""
    episode.handed_at, episode.reason = timezone.now(), reason
    episode.summary, episode.details = summary, details


def _locked_episode(conversation: Conversation) -> Episode:
    """The conversation before its episode, as who handles a message or sends one locks them.

    Neither keeps others from pointing to its row, as every message's does.
    """
    list(Conversation.objects.select_for_update(no_key=True).filter(pk=conversation.pk))
    episode = open_episode(conversation)
    return Episode.objects.select_for_update(no_key=True).get(pk=episode.pk)


def _hand_over(
    conversation: Conversation,
    episode: Episode,
    owner: Episode.Owner,
    human: User | None,
    *,
    cancels: bool = True,
    anew: bool = False,
) -> None:
    """`anew`: written down also where the owner stays the same."""
    now = timezone.now()
    if anew or (episode.owner, episode.human_id) != (owner, human.pk if human else None):
        episode.owner, episode.human, episode.owner_since = owner, human, now
        episode.save(update_fields=["owner", "human", "owner_since", *NOTED])
    conversation.episode = episode
    Conversation.objects.filter(pk=conversation.pk).update(changed_at=now, episode=episode)
    if cancels and owner != Episode.Owner.BOT:
        waiting = (Message.State.QUEUED, Message.State.HELD)
        conversation.messages.filter(author=Message.Author.BOT, state__in=waiting).update(
            state=Message.State.CANCELLED
        )
