"""WhatsApp Cloud API of Meta: webhooks as Meta sends them, messages through heyoo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chatbot.channels import graph, http, meta_events, meta_messages, meta_news, meta_templates
from chatbot.channels.base import CredentialField, Outgoing
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Address, Event, Json, TemplateNews, Understood
from chatbot.channels.reading import notice
from chatbot.channels.signed import Signed
from chatbot.channels.signed import sign as sign
from crm.conversations.rules import MB, MediaRule, Rules


class Meta(Signed):
    slug = "meta"
    label: ClassVar[str | Promise] = _("WhatsApp (Meta Cloud API)")
    icon = "brand-whatsapp"
    family = "whatsapp"
    external_id: ClassVar[str | Promise] = _("Phone number ID")
    media_hosts = (".fbsbx.com", ".whatsapp.net", ".facebook.com")
    account = "business_account_id"
    rules = Rules(
        bold=True,
        links=True,
        buttons=3,
        rows=10,
        window=timedelta(hours=24),
        writes_first=False,
        templates=True,
        per_second=80,
        per_second_beside_phone=20,
        pair_seconds=6,
        pair_burst=45,
        media={
            "image": MediaRule(5 * MB, ("image/jpeg", "image/png")),
            "audio": MediaRule(
                16 * MB, ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg")
            ),
            "video": MediaRule(16 * MB, ("video/mp4", "video/3gpp")),
            "sticker": MediaRule(500 * 1024, ("image/webp",), still=100 * 1024),
            "document": MediaRule(100 * MB),
        },
    )
    fields: ClassVar[tuple[CredentialField, ...]] = (
        CredentialField(
            "app_secret",
            _("App secret"),
            help=_("Meta signs what it sends with it; without it nothing is accepted."),
        ),
        CredentialField("access_token", _("Access token")),
        CredentialField(
            "verify_token",
            _("Verify token"),
            help=_("A word of your choice, entered at Meta beside the webhook address."),
            invented=True,
        ),
        CredentialField("business_account_id", _("WhatsApp Business account ID"), secret=False),
    )

    steps: ClassVar[tuple[str | Promise, ...]] = (
        _("In your app at Meta open WhatsApp and its configuration."),
        _("Under webhooks enter {url} and the verify token of this channel."),
        _(
            "Subscribe to messages, account_update, account_alerts, account_review_update, "
            "phone_number_quality_update, phone_number_name_update, "
            "message_template_status_update, message_template_quality_update, "
            "message_template_components_update, template_category_update, user_preferences "
            "and user_id_update."
        ),
        _(
            "If the number is used on a phone as well, subscribe also to smb_message_echoes, "
            "smb_app_state_sync and history."
        ),
    )

    def parse(self, body: Json) -> list[Event]:
        return list(meta_events.events_of(body)) or [notice(body)]

    def understand(self, kind: str, payload: Json) -> Understood | None:
        reader = UNDERSTANDS.get(kind)
        ours = self.channel.secret("business_account_id")
        named = payload.get("account")
        if reader is None or (named and ours and named != ours):
            return None  # of another account of the same app
        return reader(payload)

    def send(self, message: Outgoing) -> str:
        return graph.client(self.channel).send(message)

    def fetch_media(self, media_id: str, limit: int) -> tuple[bytes, str]:
        client = graph.client(self.channel)
        url, mime, digest = client.media_url(media_id)
        bearer = {"Authorization": f"Bearer {client.token}"}
        content, announced = self.download(url, limit, base=settings.GRAPH_API_URL, headers=bearer)
        http.check_digest(content, digest)
        return content, mime or announced

    def mark_read(self, message_id: str, to: tuple[Address, ...]) -> None:
        self._seen(message_id)

    def show_typing(self, message_id: str, to: tuple[Address, ...]) -> None:
        self._seen(message_id, typing=True)

    def _seen(self, message_id: str, *, typing: bool = False) -> None:
        """Of an id that we made up ourselves Meta knows nothing."""
        if message_id and not message_id.startswith("derived."):
            graph.client(self.channel).seen(message_id, typing=typing)

    def templates(self) -> list[TemplateNews]:
        rows = graph.client(self.channel).templates(self._account())
        return [news for row in rows if (news := meta_templates.listed(row))]

    def check(self) -> str:
        return graph.client(self.channel).describe_number()

    def register(self, url: str) -> None:
        account, token = self._account(), self.channel.secret("verify_token")
        if not token:
            raise ChannelError(str(_("Enter the verify token first.")), permanent=True)
        graph.client(self.channel).subscribe(account, url, token)

    def on_record(self) -> str:
        return ", ".join(graph.client(self.channel).subscriptions(self._account()))

    def _account(self) -> str:
        account = self.channel.secret("business_account_id")
        if not account:
            raise ChannelError(
                str(_("Enter the WhatsApp Business account ID first.")), permanent=True
            )
        return account


UNDERSTANDS: dict[str, Callable[[Json], Understood | None]] = {
    "message": meta_messages.read,
    "echo": meta_messages.read_echo,
    "history": meta_messages.read_history,
    "edit": meta_messages.read_edit,
    "deletion": meta_messages.read_deletion,
    "status": meta_news.read_status,
    "preference": meta_news.read_preference,
    "person": meta_news.read_person,
    "account": meta_news.read_account,
    "template": meta_templates.read_template,
}
