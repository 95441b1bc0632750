"""What tells a live page of conversations that there is news: one indexed query a key."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from chatbot.inbox.visibility import conversations_for
from crm.conversations.models import Conversation
from crm.people.models import User

LIST = "conversations"
ONE = "conversation:"
# Of two changes the earlier may be committed last: the newest moment alone would hide it.
RECENT = 20


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
            versions[key] = _version(newest[:RECENT])
        elif key.startswith(ONE) and key.removeprefix(ONE).isdecimal():
            row = conversations_for(user).filter(pk=int(key.removeprefix(ONE)))
            versions[key] = _version(row.values_list("changed_at", flat=True))
    return versions


def _version(moments: Iterable[datetime]) -> str:
    words = " ".join(moment.isoformat() for moment in moments)
    return hashlib.blake2s(words.encode(), digest_size=8).hexdigest()
