"""What Meta's products share: a signature over the bytes, and the check when one subscribes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from django.conf import settings

from chatbot.channels.base import Provider
from chatbot.channels.events import Json


class Signed(Provider):
    """A provider that signs with `app_secret` and asks for `verify_token` when it subscribes."""

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        secret = self.channel.secret("app_secret")
        if not secret:
            return bool(settings.DEBUG and settings.DEMO)
        given = headers.get("X-Hub-Signature-256", "")
        return hmac.compare_digest(given.encode(), sign(secret, body).encode())

    def challenge(self, query: Mapping[str, str]) -> str | Json | None:
        token = self.channel.secret("verify_token")
        given = query.get("hub.verify_token", "")
        # Some probes leave the mode out; who says another one asks for something else.
        if query.get("hub.mode", "subscribe") != "subscribe" or not token:
            return None
        if not hmac.compare_digest(given.encode(), token.encode()):
            return None
        return query.get("hub.challenge", "")


def sign(secret: str, body: bytes) -> str:
    """The value of `X-Hub-Signature-256` for these bytes."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
