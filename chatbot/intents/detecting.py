"""Which intent a message has. So far only what is said in one word."""

from __future__ import annotations

from chatbot.intents.heard import Heard


def detect(text: str) -> Heard:
    """What the text means, by itself: without what was offered before."""
    return Heard()
