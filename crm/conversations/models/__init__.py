"""The data of talking: channels, the people on them, conversations and their messages.

What *does* something with these rows (receives, sends, answers) lies in the chatbot room.
"""

from crm.conversations.models.answering import AnsweringRules
from crm.conversations.models.attachment import Attachment, attachment_path
from crm.conversations.models.channel import Channel
from crm.conversations.models.conversation import (
    Conversation,
    ConversationQuerySet,
    Episode,
    MergedConversation,
)
from crm.conversations.models.identity import (
    ChannelAddress,
    ChannelIdentity,
    FormerAddress,
    NotedName,
)
from crm.conversations.models.message import Message, MessageRevision
from crm.conversations.models.template import MessageTemplate, TemplatePurpose

__all__ = [
    "AnsweringRules",
    "Attachment",
    "Channel",
    "ChannelAddress",
    "ChannelIdentity",
    "Conversation",
    "ConversationQuerySet",
    "Episode",
    "FormerAddress",
    "MergedConversation",
    "Message",
    "MessageRevision",
    "MessageTemplate",
    "NotedName",
    "TemplatePurpose",
    "attachment_path",
]
