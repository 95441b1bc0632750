"""People on a channel, and by which addresses it knows them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.conversations.models.channel import Channel
from crm.people.models import Contact


class ChannelIdentity(models.Model):
    """One person on one channel, whatever addresses the provider knows them by."""

    channel = models.ForeignKey(
        Channel, models.PROTECT, related_name="identities", verbose_name=_("channel")
    )
    contact = models.ForeignKey(
        Contact, models.PROTECT, related_name="identities", verbose_name=_("contact")
    )
    name = models.CharField(
        _("name"), max_length=200, blank=True, help_text=_("As the provider gives it")
    )
    # A number the provider itself has proved to be theirs, in E.164.
    proven_phone = models.CharField(_("proven phone"), max_length=20, blank=True)
    # Since when they cannot be reached here: they blocked us, or have no such account.
    unreachable_at = models.DateTimeField(_("unreachable since"), null=True, blank=True)
    # When they last said whether they want marketing: what they said before comes too late.
    wished_at = models.DateTimeField(_("said about marketing"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    # (kind, value) of all its addresses, where `identities.meet` has read them under its lock and
    # nobody has changed them since; None: they are to be read.
    told: Sequence[tuple[str, str]] | None = None

    class Meta:
        verbose_name = _("channel identity")
        verbose_name_plural = _("channel identities")

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"


class ChannelAddress(models.Model):
    """An address of an identity: a WhatsApp number, a business-scoped user id, a chat id."""

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="addresses")
    identity = models.ForeignKey(ChannelIdentity, models.CASCADE, related_name="addresses")
    kind = models.CharField(max_length=12)
    value = models.CharField(max_length=150)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["channel", "value"], name="address_once_per_channel")
        ]

    def __str__(self) -> str:
        return self.value


class FormerAddress(models.Model):
    """What was an address of an identity `until` then, and may be anybody's since."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+", db_index=False)
    identity = models.ForeignKey(ChannelIdentity, models.CASCADE, related_name="former_addresses")
    value = models.CharField(max_length=150)
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["channel", "value"], name="former_address_value")]

    def __str__(self) -> str:
        return self.value


class NotedName(models.Model):
    """A name from the address book of our own phone, kept for a while for who has not written."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+", db_index=False)
    value = models.CharField(max_length=150, help_text=_("As in ChannelAddress"))
    name = models.CharField(max_length=200)
    noted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "value"], name="noted_name_once")]

    def __str__(self) -> str:
        return self.name
