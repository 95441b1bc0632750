"""Is WhatsApp set up? What is missing, and what to enter at the provider."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from chatbot.channels.addresses import webhook_url
from chatbot.channels.base import Provider
from chatbot.channels.environment import ACCOUNTS, sync_default_channel
from chatbot.channels.errors import ChannelError
from chatbot.channels.registry import BY_SLUG
from crm.conversations.models import Channel

# By which variables the environment gives what a channel needs, else the field's own name.
VARIABLES = {
    "meta": {
        "external_id": "WHATSAPP_PHONE_NUMBER_ID",
        "app_secret": "WHATSAPP_APP_SECRET",
        "access_token": "WHATSAPP_ACCESS_TOKEN",
        "verify_token": "WHATSAPP_VERIFY_TOKEN",
        "business_account_id": "WHATSAPP_BUSINESS_ACCOUNT_ID",
    },
    "whapi": {
        "access_token": "WHATSAPP_API_TOKEN",
        "webhook_secret": "WHAPI_WEBHOOK_SECRET",
    },
}


class Command(BaseCommand):
    help = (
        "Checks the default WhatsApp channel: credentials, the client, the account at its "
        "provider. Prints the webhook address and what to enter there; exit 1 if anything is "
        "missing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        channel = sync_default_channel()
        provider = BY_SLUG.get(channel.provider)
        if provider is None:
            raise CommandError(f"this version knows no provider called {channel.provider}")
        self.stdout.write(f"Channel: {channel.name} ({provider.label})")
        missing = self._credentials(channel, provider)
        self._webhook(channel, provider)
        if missing:
            raise CommandError(f"missing: {', '.join(missing)}")
        try:
            account = provider(channel).check()
        except ChannelError as error:
            code = f" (code {error.code})" if error.code else ""
            said = provider(channel).without_secrets(str(error))
            raise CommandError(f"The provider refuses: {said}{code}") from None
        self.stdout.write(self.style.SUCCESS(f"Client initialised: {account}"))
        if not channel.is_live:
            self.stdout.write("The channel is on a dry run: nothing leaves this machine.")

    def _credentials(self, channel: Channel, provider: type[Provider]) -> list[str]:
        """Which of the needed ones are missing; never what they are."""
        variables = VARIABLES.get(provider.slug, {})
        missing = []
        for name, needed, there in _wanted(channel, provider):
            called = variables.get(name, name)
            self.stdout.write(f"{called:<32}{'set' if there else _absent(needed)}")
            if needed and not there:
                missing.append(called)
        return missing

    def _webhook(self, channel: Channel, provider: type[Provider]) -> None:
        url = webhook_url(channel)
        self.stdout.write(f"Webhook (this channel):  {url}")
        if channel.default_for:
            short = f"{settings.BASE_URL}/chatbot/webhook/{channel.default_for}/"
            self.stdout.write(f"Webhook (short):         {short}")
        self.stdout.write("At the provider (or: manage.py channel_register):")
        for number, step in enumerate(provider.steps, 1):
            self.stdout.write(f"  {number}. {str(step).replace('{url}', url)}")
        if not settings.HTTPS:
            self.stdout.write("It needs https: set BASE_URL to the public https address.")


def _wanted(channel: Channel, provider: type[Provider]) -> Iterator[tuple[str, bool, bool]]:
    """(name, whether it counts as missing without, whether it is there).

    Secrets are needed, other fields where the provider says so, or where the environment has a
    variable for them: without Meta's account ID there are no templates.
    """
    variables = VARIABLES.get(provider.slug, {})
    if provider.external_id:
        numbered = any(one.numbered for one in ACCOUNTS if one.provider == provider.slug)
        yield "external_id", numbered, bool(channel.external_id)
    for field in provider.fields:
        needed = field.required or field.secret or field.name in variables
        yield field.name, needed, bool(channel.secret(field.name))


def _absent(needed: bool) -> str:
    return "missing" if needed else "not set (it may work without)"
