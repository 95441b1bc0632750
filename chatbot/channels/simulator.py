"""The simulator: Meta's payloads and signatures, and a phone on a page instead of Meta."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext_lazy as _

from chatbot.channels import meta_templates
from chatbot.channels.base import Outgoing
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Address, TemplateNews
from chatbot.channels.meta import Meta
from chatbot.simulator import media
from chatbot.simulator.wordings import LISTED


class Simulator(Meta):
    slug = "simulator"
    label = _("Simulator")
    icon = "device-mobile"
    fields = ()
    steps = ()
    external_id = ""
    family = ""
    is_simulated = True

    def send(self, message: Outgoing) -> str:
        """Nothing leaves: the phone's page reads the message where it lies."""
        message.leaving()
        return f"wamid.SIM.{uuid.uuid4().hex}"

    def fetch_media(self, media_id: str, limit: int) -> tuple[bytes, str]:
        try:
            content, mime = media.open_media(media_id)
        except FileNotFoundError as error:
            raise ChannelError(str(_("The file is gone.")), permanent=True, code="gone") from error
        if len(content) > limit:
            raise ChannelError(str(_("The file is too large.")), permanent=True, code="size")
        return content, mime

    def mark_read(self, message_id: str, to: tuple[Address, ...]) -> None:
        pass

    def show_typing(self, message_id: str, to: tuple[Address, ...]) -> None:
        pass

    def templates(self) -> list[TemplateNews]:
        """Those of a made-up account, so that writing by template can be tried without one."""
        return [news for row in LISTED if (news := meta_templates.listed(row))]

    def check(self) -> str:
        return str(_("The simulator needs no account."))

    def register(self, url: str) -> None:
        pass

    def on_record(self) -> str:
        return ""
