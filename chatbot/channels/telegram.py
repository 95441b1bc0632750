"""Telegram's Bot API: one update a request, answers with buttons under them, no receipts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chatbot.channels import telegram_api, telegram_messages
from chatbot.channels.base import CredentialField, Outgoing, Provider
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Address, Event, Json, Understood
from chatbot.channels.reading import derived_id, identifier, mapping, moment, notice, plain
from crm.conversations.rules import MB, MediaRule, Rules

# What Telegram takes as `secret_token`.
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
UPDATES = tuple(telegram_messages.READERS)


class Telegram(Provider):
    slug = "telegram"
    label: ClassVar[str | Promise] = "Telegram"
    icon = "brand-telegram"
    family = "telegram"
    proof = "webhook_secret"
    identified_by = "access_token"
    rules = Rules(
        bold=True,
        links=True,
        longest_text=4096,
        longest_caption=telegram_api.LONGEST_CAPTION,
        # Room for the answers as numbered lines, where an id is too long for a button.
        longest_question=3500,
        buttons=10,
        window=None,
        writes_first=False,
        per_second=30,
        pair_seconds=1,
        pair_burst=3,
        # It takes twenty messages a minute: three, and seventeen in what is left of it.
        group_seconds=3.5,
        card_proves=True,
        media={
            "image": MediaRule(10 * MB, ("image/jpeg", "image/png", "image/webp")),
            "audio": MediaRule(50 * MB),
            "video": MediaRule(50 * MB),
            "sticker": MediaRule(50 * MB, ("image/webp",)),
            "document": MediaRule(50 * MB),
        },
        reports=False,
    )
    fields: ClassVar[tuple[CredentialField, ...]] = (
        CredentialField(
            "access_token",
            _("Bot token"),
            required=True,
            help=_("As @BotFather gave it. Another bot needs a channel of its own."),
        ),
        CredentialField(
            "webhook_secret",
            _("Webhook secret"),
            help=_("Of A-Z, a-z, 0-9, _ and -. Without it nothing is accepted."),
            invented=True,
        ),
    )
    steps: ClassVar[tuple[str | Promise, ...]] = (
        _("In Telegram, write /newbot to @BotFather and answer its questions."),
        _("Enter here the token it gives you, and save."),
        _("Register the channel: from then on Telegram calls {url}."),
        _("For groups: turn off the bot's group privacy with /setprivacy, then add the bot."),
    )

    def objections(self) -> dict[str, str]:
        found, secret = {}, self.channel.secret("webhook_secret")
        if not self.identify():
            found["access_token"] = gettext("This is no bot token: one looks like 123456:AAF-xyz.")
        if secret and not SECRET.fullmatch(secret):
            found["webhook_secret"] = gettext("Only A-Z, a-z, 0-9, _ and -, 256 at most.")
        return found

    def identify(self) -> str:
        return telegram_api.bot_id(self.channel.secret("access_token"))

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        given = headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        return self.same(given, "webhook_secret")

    def parse(self, body: Json) -> list[Event]:
        for kind in UPDATES:
            element = body.get(kind)
            if isinstance(element, dict) and (chat := telegram_messages.chat_of(kind, element)):
                update = identifier(body.get("update_id")) or derived_id(body)
                payload = {"element": element, "update": update}
                return [Event(kind, f"update:{update}", chat.lane, payload)]
        return [notice(body)]

    def understand(self, kind: str, payload: Json) -> Understood | None:
        return telegram_messages.read(kind, payload)

    def send(self, message: Outgoing) -> str:
        return telegram_api.client(self.channel).send(message)

    def fetch_media(self, media_id: str, limit: int) -> tuple[bytes, str]:
        address = telegram_api.client(self.channel).locate(media_id)
        content, mime = self.download(address, limit, base=settings.TELEGRAM_API_URL)
        # It calls every file this, whatever it is.
        return content, "" if mime == "application/octet-stream" else mime

    def show_typing(self, message_id: str, to: tuple[Address, ...]) -> None:
        chat = telegram_api.chat_among(to)
        telegram_api.client(self.channel).call(
            "sendChatAction", {"chat_id": chat, "action": "typing"}
        )

    def acknowledge(self, receipt: str) -> None:
        """Without it the button spins for the person. It is too late after some seconds."""
        try:
            telegram_api.client(self.channel).call(
                "answerCallbackQuery", {"callback_query_id": receipt}
            )
        except ChannelError as error:
            if "query is too old" not in str(error):
                raise

    def moved_to(self, to: tuple[Address, ...], message_id: str) -> Address | None:
        chat, groups = message_id.partition(".")[0], [one for one in to if one.kind == "group"]
        return Address("group", chat) if groups and chat != telegram_api.chat_among(to) else None

    def check(self) -> str:
        bot = mapping(telegram_api.client(self.channel).call("getMe"))
        name, username = plain(bot.get("first_name"), 100), plain(bot.get("username"), 100)
        return " · ".join(word for word in (name, f"@{username}" if username else "") if word)

    def register(self, url: str) -> None:
        client, secret = telegram_api.client(self.channel), self.channel.secret("webhook_secret")
        if not SECRET.fullmatch(secret):
            raise ChannelError(
                gettext("Enter a webhook secret first: up to 256 of A-Z, a-z, 0-9, _ and -."),
                permanent=True,
            )
        client.call(
            "setWebhook",
            {
                "url": url,
                "secret_token": secret,
                "allowed_updates": list(UPDATES),
                # Several at once overtake each other, an edit its message, a tap a text. What a
                # request costs us is one INSERT: one after the other is fast enough.
                "max_connections": 1,
            },
        )

    def on_record(self) -> str:
        client = telegram_api.client(self.channel)
        known = mapping(client.call("getWebhookInfo"))
        words = [plain(known.get("url"), 300) or gettext("No webhook is set.")]
        waiting = identifier(known.get("pending_update_count"), 12)
        if waiting not in ("", "0"):
            words.append(gettext("%(number)s updates wait") % {"number": waiting})
        if error := plain(known.get("last_error_message"), 150):
            words.append(f"{_when(known.get('last_error_date'))} {error}".strip())
        # Older systems liked to put the token into the address.
        return client.without_token(" · ".join(words))


def _when(seconds: object) -> str:
    at = moment(seconds)
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else ""
