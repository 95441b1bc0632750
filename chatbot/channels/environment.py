"""The default WhatsApp channel, made from WHATSAPP_* and kept in step with them."""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, transaction

from chatbot.channels import directory
from chatbot.channels.meta import Meta
from crm.conversations.models import Channel

FAMILY = "whatsapp"
SECRETS = ("access_token", "business_account_id", "verify_token", "app_secret")


def sync_default_channel() -> Channel:
    """The channel behind /chatbot/webhook/whatsapp/. What the environment says wins; what it
    leaves unset stays as an administrator entered it. Safe to repeat, and from two machines.
    """
    channel = Channel.objects.filter(default_for=FAMILY).first() or _made()
    given = settings.WHATSAPP
    secrets = {name: given[name] for name in SECRETS if given[name]}
    number = given["phone_number_id"] or channel.external_id
    if secrets.items() <= channel.credentials.items() and number == channel.external_id:
        return channel
    first_time = not (channel.secret("access_token") and channel.external_id)
    channel.credentials = {**channel.credentials, **secrets}
    channel.external_id = number
    # Later on an administrator may have chosen the dry run: a new token does not undo that.
    if first_time and given["access_token"] and number:
        channel.mode = Channel.Mode.LIVE
    channel.save()
    directory.forget()
    return channel


def _made() -> Channel:
    try:
        with transaction.atomic():
            return Channel.objects.create(
                name="WhatsApp", provider=Meta.slug, default_for=FAMILY, mode=Channel.Mode.DRY_RUN
            )
    except IntegrityError:
        return Channel.objects.get(default_for=FAMILY)
