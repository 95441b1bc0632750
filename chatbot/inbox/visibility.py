"""Which conversations a person may see: the house's rule, widened by leads and partners."""

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from crm.conversations.models import Attachment, Conversation, MergedConversation, Message
from crm.people.models import User
from leads.models import Lead

PRIVATE = "conversations.view_private"


def conversations_for(user: User) -> QuerySet[Conversation]:
    """Those `visible_to(user)`, and those of contacts with a lead assigned to the user; whoever
    reads partners' sessions sees every partner's, whosever lead the person once was."""
    visible = Conversation.objects.visible_to(user)
    if user.sees_all() or not user.has_perm("conversations.view_conversation"):
        return visible
    own_leads = Lead.objects.filter(assigned_to=user)
    more = Q(contact_id__in=own_leads.values("contact_id"))
    if user.has_perm(PRIVATE):
        more |= Q(contact__partner__isnull=False)
    return visible | Conversation.objects.filter(more)


def get_conversation_for(user: User, pk: int) -> Conversation:
    """The conversation with its people, or 404 where this person may not look.

    One that was merged into another leads to that one: somebody may have its page open.
    """
    rows = conversations_for(user).select_related(
        "contact", "channel", "episode__human", "identity"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        into = MergedConversation.objects.filter(former=pk).values("into")
        return get_object_or_404(rows, pk__in=into)
    return found


def get_message_for(user: User, pk: int) -> Message:
    rows = Message.objects.select_related("conversation__episode__human", "channel")
    if not user.has_perm(PRIVATE):
        rows = rows.filter(is_private=False)
    return get_object_or_404(rows.filter(conversation__in=conversations_for(user)), pk=pk)


def get_attachment_for(user: User, pk: int) -> Attachment:
    """A file of a message that stands; whatever was taken back is nobody's any more, and what a
    partner sent in a session only officers' and managers'."""
    rows = Attachment.objects.select_related("message").filter(message__deleted_at=None)
    if not user.has_perm(PRIVATE):
        rows = rows.filter(message__is_private=False)
    return get_object_or_404(rows.filter(message__conversation__in=conversations_for(user)), pk=pk)
