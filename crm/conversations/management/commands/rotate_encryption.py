"""Encrypt every stored credential anew with the first of FIELD_ENCRYPTION_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from crm.conversations.models import Channel


class Command(BaseCommand):
    help = (
        "After a new key was put in front of FIELD_ENCRYPTION_KEYS: encrypts all credentials "
        "with it, so that the old keys can be taken away. Safe to repeat."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            channels = list(Channel.objects.select_for_update().order_by("pk"))
            lost = [channel for channel in channels if "unreadable" in channel.credentials]
            if lost:
                names = ", ".join(channel.name for channel in lost)
                raise CommandError(f"no key reads the credentials of: {names}; nothing changed")
            for channel in channels:
                channel.save(update_fields=["credentials"])
        self.stdout.write(f"{len(channels)} channels encrypted with the first key")
