"""Have a channel's provider call our webhook."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatbot.channels.addresses import webhook_url
from chatbot.channels.pages import checking
from crm.conversations.models import Channel
from crm.errors import DeskError


class Command(BaseCommand):
    help = (
        "Registers a channel's webhook at its provider and prints what the provider has on record "
        "then; exit 1 if it refuses, or if there is no such channel."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("uuid", help="the channel's id, as its webhook address ends")

    def handle(self, *args: Any, uuid: str, **options: Any) -> None:
        try:
            channel = Channel.objects.get(uuid=uuid)
        except (Channel.DoesNotExist, ValidationError):
            raise CommandError(f"There is no channel {uuid}.") from None
        try:
            known = checking.register(channel)
        except DeskError as error:
            raise CommandError(f"{channel.name}: {error}") from None
        self.stdout.write(f"Registered: {channel.name} at {webhook_url(channel)}")
        self.stdout.write(f"On record: {known or '–'}")
