"""A conversation in the hands of one who speaks beside its messages: a job."""

from __future__ import annotations

from crm.conversations.models import ChannelIdentity, Conversation, MergedConversation


def lock_talk(pk: int) -> Conversation:
    """The conversation as it is now; until the transaction ends nobody else writes there.

    Who speaks saves what was last said, and who waits, from the row it has read: read without a
    lock, that takes back what a worker notes of a message at that moment. Locks are taken in the
    order of who handles one, or takes it over: identity, conversation, episode (none so that others
    could not point to it, as a message's row does); whatever else the caller locks comes after.
    Where it has become a part of another conversation meanwhile, that one.
    """
    lanes = ChannelIdentity.objects.select_for_update(of=("self",), no_key=True)
    if not list(lanes.filter(conversation=pk)):
        return lock_talk(MergedConversation.objects.get(former=pk).into_id)
    list(Conversation.objects.select_for_update(no_key=True).filter(pk=pk))
    return Conversation.objects.with_people().get(pk=pk)
