"""The default channels, made from the environment and kept in step with it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from chatbot.channels import directory
from chatbot.channels.telegram_api import bot_id
from crm.conversations.models import Channel

Given = Mapping[str, str]
# What stands in the settings beside the credentials.
NUMBER = "phone_number_id"


@dataclass(frozen=True, slots=True)
class Account:
    """An account that the environment can name.

    family    it can stand behind /chatbot/webhook/<family>/
    setting   which of our settings has its credentials
    identify  its identifier at the provider, as far as the environment tells
    numbered  it cannot send without that identifier
    fixed     another identifier is another account, not a correction
    invented  credentials thought up where nobody gives any: `register` tells the provider
    """

    family: str
    provider: str
    name: str
    setting: str
    identify: Callable[[Given], str] = lambda given: ""
    numbered: bool = False
    fixed: bool = False
    invented: tuple[str, ...] = ("webhook_secret",)

    def given(self) -> Given:
        named: Given = getattr(settings, self.setting)
        return named

    def is_complete(self, channel: Channel) -> bool:
        known = channel.external_id or not self.numbered
        return bool(channel.secret("access_token") and known)


# Of one family the first that has an access token; without any, WhatsApp's first.
ACCOUNTS = (
    Account(
        "whatsapp",
        "meta",
        "WhatsApp",
        "WHATSAPP",
        identify=lambda given: given[NUMBER],
        numbered=True,
        invented=(),
    ),
    Account("whatsapp", "whapi", "WhatsApp (WHAPI)", "WHAPI"),
    Account(
        "telegram",
        "telegram",
        "Telegram",
        "TELEGRAM",
        identify=lambda given: bot_id(given["access_token"]),
        # A bot counts its messages from one: another's would be taken for the first one's.
        fixed=True,
    ),
)


def sync_default_channel() -> Channel:
    """The channel behind /chatbot/webhook/whatsapp/, and Telegram's where its token is given.

    What the environment says wins; what it leaves unset stays as an administrator entered it.
    Safe to repeat, and from two machines.
    """
    named: dict[str, Account] = {}
    for account in ACCOUNTS:
        if account.given()["access_token"]:
            named.setdefault(account.family, account)
    whatsapp = _sync(named.pop("whatsapp", ACCOUNTS[0]))
    for account in named.values():
        _sync(account)
    return whatsapp


def find_channel(provider: str, uuid: str = "") -> Channel:
    """A provider's channel: of this UUID, else its default one, else its only one. LookupError."""
    sync_default_channel()
    rows = Channel.objects.filter(provider=provider).order_by("pk")
    try:
        found = list(rows.filter(uuid=uuid) if uuid else rows)
    except ValidationError:
        found = []
    chosen = [one for one in found if one.default_for] or found
    if len(chosen) != 1:
        raise LookupError(f"there is no such channel of {provider}, or more than one: name its id")
    return chosen[0]


def _sync(account: Account) -> Channel:
    channel = Channel.objects.filter(default_for=account.family).first()
    if channel is None:
        channel = _installed(account)
    elif not _serves(channel, account):
        if not account.given()["access_token"]:
            return channel  # an administrator's choice, which nothing speaks against
        channel = _turned(channel, account) if _is_unused(channel) else _installed(account)
    return _in_step(channel, account)


def _serves(channel: Channel, account: Account) -> bool:
    identifier = account.identify(account.given())
    other = account.fixed and identifier and channel.external_id not in ("", identifier)
    return channel.provider == account.provider and not other


def _is_unused(channel: Channel) -> bool:
    """Nobody ever entered, sent or received anything here."""
    entered = channel.external_id or any(channel.credentials.values())
    return not (entered or channel.conversations.exists() or channel.events.exists())


def _turned(channel: Channel, account: Account) -> Channel:
    channel.provider, channel.name = account.provider, account.name
    channel.save()
    return channel


def _installed(account: Account) -> Channel:
    """This account's channel in the family's default place; whatever stood there stays beside."""
    try:
        with transaction.atomic():
            Channel.objects.filter(default_for=account.family).update(default_for=None)
            channel = _known(account) or Channel(name=account.name, provider=account.provider)
            channel.default_for = account.family
            channel.save()
    except IntegrityError:  # another machine was faster
        channel = Channel.objects.get(default_for=account.family)
    directory.forget()
    return channel


def _known(account: Account) -> Channel | None:
    """The channel this account has already."""
    given = account.given()
    token, identifier = given["access_token"], account.identify(given)
    for channel in Channel.objects.filter(provider=account.provider, is_active=True).order_by("pk"):
        if identifier and channel.external_id == identifier:
            return channel
        if token and channel.secret("access_token") == token:
            return channel
    return None


def _in_step(channel: Channel, account: Account) -> Channel:
    given = account.given()
    entered = {name: value for name, value in given.items() if value and name != NUMBER}
    for name in account.invented:
        if not channel.secret(name):
            entered.setdefault(name, secrets.token_urlsafe(32))
    identifier = account.identify(given) or channel.external_id
    if entered.items() <= channel.credentials.items() and identifier == channel.external_id:
        return channel
    first_time = not account.is_complete(channel)
    channel.credentials = {**channel.credentials, **entered}
    channel.external_id = identifier
    # Later on an administrator may have chosen the dry run: a new token does not undo that.
    if first_time and given["access_token"] and account.is_complete(channel):
        channel.mode = Channel.Mode.LIVE
    channel.save()
    directory.forget()
    return channel
