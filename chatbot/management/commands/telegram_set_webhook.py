"""Have Telegram call our webhook, or no longer."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatbot.channels import telegram_api
from chatbot.channels.environment import find_channel
from chatbot.channels.errors import ChannelError
from chatbot.channels.pages import checking
from chatbot.channels.telegram import Telegram
from crm.errors import DeskError


class Command(BaseCommand):
    help = (
        "Registers the webhook of a Telegram channel and prints what Telegram has on record "
        "then; exit 1 with the reason if it does not take it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--channel", default="", metavar="UUID", help="without: the default Telegram channel"
        )
        parser.add_argument(
            "--remove", action="store_true", help="have Telegram call nobody, for telegram_poll"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            channel = find_channel(Telegram.slug, options["channel"])
            if options["remove"]:
                telegram_api.client(channel).call("deleteWebhook")
                self.stdout.write("Telegram calls nobody now.")
            else:
                self.stdout.write(f"On record at Telegram: {checking.register(channel)}")
        except (ChannelError, DeskError, LookupError) as error:
            raise CommandError(str(error)) from None
