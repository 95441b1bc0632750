"""Encrypt everything that is encrypted anew, with the first of FIELD_ENCRYPTION_KEYS."""

from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from crm.conversations.models import Channel
from crm.fields import fernet

# Where allauth keeps what crm.people.adapter.SecondFactorAdapter has encrypted.
SECOND_FACTORS = ("secret", "seed")


class Command(BaseCommand):
    help = (
        "After a new key was put in front of FIELD_ENCRYPTION_KEYS: encrypts all credentials and "
        "second factors with it, so that the old keys can be taken away. Safe to repeat."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            channels = _channels()
            factors = _second_factors()
        self.stdout.write(f"{channels} channels and {factors} second factors use the first key")


def _channels() -> int:
    # Webhooks go on: what only points at a channel is not locked out.
    channels = list(Channel.objects.select_for_update(no_key=True).order_by("pk"))
    lost = [channel.name for channel in channels if "unreadable" in channel.credentials]
    if lost:
        names = ", ".join(lost)
        raise CommandError(f"no key reads the credentials of: {names}; nothing changed")
    for channel in channels:
        channel.save(update_fields=["credentials"])
    return len(channels)


def _second_factors() -> int:
    factors = list(Authenticator.objects.select_for_update().order_by("pk"))
    for factor in factors:
        try:
            anew = {
                name: fernet().rotate(factor.data[name].encode()).decode()
                for name in SECOND_FACTORS
                if name in factor.data
            }
        except InvalidToken:
            raise CommandError(
                f"no key reads the second factor of user {factor.user_id}; nothing changed"
            ) from None
        factor.data = {**factor.data, **anew}
        factor.save(update_fields=["data"])
    return len(factors)
