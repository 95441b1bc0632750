"""Is WhatsApp set up? What is missing, and what to enter at the provider."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from chatbot.channels.environment import sync_default_channel
from chatbot.channels.errors import ChannelError
from chatbot.channels.graph import client
from crm.conversations.models import Channel

NEEDED = {
    "app_secret": "WHATSAPP_APP_SECRET",
    "access_token": "WHATSAPP_ACCESS_TOKEN",
    "verify_token": "WHATSAPP_VERIFY_TOKEN",
}
WANTED = {"business_account_id": "WHATSAPP_BUSINESS_ACCOUNT_ID"}


class Command(BaseCommand):
    help = (
        "Checks the default WhatsApp channel: credentials, the client, the account at Meta. "
        "Prints the webhook address and what to enter there; exit 1 if anything is missing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        channel = sync_default_channel()
        missing = self._credentials(channel)
        self._webhook(channel)
        if missing:
            raise CommandError(f"missing: {', '.join(missing)}")
        try:
            number = client(channel).describe_number()
        except ChannelError as error:
            raise CommandError(f"Meta refuses: {error} (code {error.code})") from None
        self.stdout.write(self.style.SUCCESS(f"Client initialised: {number}"))
        if not channel.is_live:
            self.stdout.write("The channel is on a dry run: nothing leaves this machine.")

    def _credentials(self, channel: Channel) -> list[str]:
        """Which of the needed ones are set, never what they are."""
        missing = [] if channel.external_id else ["WHATSAPP_PHONE_NUMBER_ID"]
        self._line("WHATSAPP_PHONE_NUMBER_ID", bool(channel.external_id))
        for name, variable in (NEEDED | WANTED).items():
            there = bool(channel.secret(name))
            self._line(variable, there, "" if name in NEEDED else " (only to register the webhook)")
            if not there and name in NEEDED:
                missing.append(variable)
        return missing

    def _line(self, variable: str, there: bool, what_for: str = "") -> None:
        self.stdout.write(f"{variable:<32}{'set' if there else 'missing' + what_for}")

    def _webhook(self, channel: Channel) -> None:
        base = settings.BASE_URL
        self.stdout.write(f"Webhook (this channel):  {base}/webhooks/meta/{channel.uuid}/")
        self.stdout.write(f"Webhook (short):         {base}/chatbot/webhook/whatsapp/")
        self.stdout.write(
            "At Meta: App dashboard > WhatsApp > Configuration > Webhook: enter one of these as "
            "callback URL and WHATSAPP_VERIFY_TOKEN as verify token; subscribe to 'messages'."
        )
        if not settings.HTTPS:
            self.stdout.write("Meta needs https: set BASE_URL to the public https address.")
