"""Who answers a conversation: the bot, the queue of those who wait, or one person."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.conversations.models import Conversation, Episode, Message
from crm.errors import DeskError
from crm.people.models import User


def open_episode(conversation: Conversation) -> Episode:
    """The conversation's open episode, made if the last one was closed."""
    episode = conversation.episode
    if episode is None or episode.closed_at is not None:
        episode = Episode.objects.create(conversation=conversation)
        conversation.episode = episode
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


def hand_to_queue(*, conversation: Conversation) -> Episode:
    """The bot can go no further: a person is waited for."""
    with transaction.atomic():
        episode = _locked_episode(conversation)
        if episode.owner == Episode.Owner.BOT:
            _hand_over(conversation, episode, Episode.Owner.QUEUE, None)
    return episode


def _locked_episode(conversation: Conversation) -> Episode:
    episode = open_episode(conversation)
    return Episode.objects.select_for_update().get(pk=episode.pk)


def _hand_over(
    conversation: Conversation, episode: Episode, owner: Episode.Owner, human: User | None
) -> None:
    now = timezone.now()
    if (episode.owner, episode.human_id) != (owner, human.pk if human else None):
        episode.owner, episode.human, episode.owner_since = owner, human, now
        episode.save(update_fields=["owner", "human", "owner_since"])
    conversation.episode = episode
    Conversation.objects.filter(pk=conversation.pk).update(changed_at=now, episode=episode)
    if owner != Episode.Owner.BOT:
        waiting = (Message.State.QUEUED, Message.State.HELD)
        conversation.messages.filter(author=Message.Author.BOT, state__in=waiting).update(
            state=Message.State.CANCELLED
        )
