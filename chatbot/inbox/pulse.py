"""What tells a live page of conversations that there is news: one indexed query a key."""

from collections.abc import Iterable

from chatbot.inbox.visibility import conversations_for
from crm.conversations.models import Conversation
from crm.desk.pulse import RECENT, version_of
from crm.people.models import User

LIST = "conversations"
ONE = "conversation:"


def pulse(user: User, asked: Iterable[str]) -> dict[str, str]:
    """Versions of "conversations" (anything at all changed) and of "conversation:<pk>"."""
    if not user.has_perm("conversations.view_conversation"):
        return {}
    versions: dict[str, str] = {}
    for key in asked:
        if key == LIST:
            newest = Conversation.objects.order_by("-changed_at").values_list(
                "changed_at", flat=True
            )
            versions[key] = version_of(newest[:RECENT])
        elif key.startswith(ONE) and key.removeprefix(ONE).isdecimal():
            row = conversations_for(user).filter(pk=int(key.removeprefix(ONE)))
            versions[key] = version_of(row.values_list("changed_at", flat=True))
    return versions
