"""One account at one provider."""

from __future__ import annotations

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.fields import EncryptedJSONField
from crm.people.models import Agency


class Channel(models.Model):
    """One account at one provider: a WhatsApp number, a Telegram bot, the simulator."""

    class Mode(models.TextChoices):
        LIVE = "live", _("Live")
        DRY_RUN = "dry_run", _("Dry run")

    class Health(models.TextChoices):
        UNKNOWN = "unknown", _("Not checked yet")
        GREEN = "green", _("Working")
        YELLOW = "yellow", _("Needs a look")
        RED = "red", _("Not working")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80)
    # What providers there are the chatbot room knows: no choices here, no migration for a new one.
    provider = models.CharField(_("provider"), max_length=20)
    mode = models.CharField(
        _("mode"),
        max_length=10,
        choices=Mode,
        default=Mode.DRY_RUN,
        help_text=_("In a dry run everything happens, but nothing leaves this machine."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    # "whatsapp" or "telegram": the channel behind /chatbot/webhook/<that>/.
    default_for = models.CharField(
        _("default for"), max_length=20, null=True, blank=True, unique=True, editable=False
    )
    external_id = models.CharField(
        _("identifier at the provider"),
        max_length=100,
        blank=True,
        db_index=True,
        help_text=_("WhatsApp: the phone number ID"),
    )
    credentials = EncryptedJSONField(default=dict, blank=True, editable=False)
    older_path = models.CharField(
        _("webhook path of an older system"),
        max_length=200,
        null=True,
        blank=True,
        unique=True,
        help_text=_("The provider may go on calling this path; nothing needs to change there."),
    )
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="channels",
        verbose_name=_("agency"),
    )
    health = models.CharField(
        _("health"), max_length=8, choices=Health, default=Health.UNKNOWN, editable=False
    )
    checked_at = models.DateTimeField(_("checked"), null=True, editable=False)
    last_error = models.CharField(_("last error"), max_length=500, blank=True, editable=False)
    last_error_at = models.DateTimeField(null=True, editable=False)
    # When it last told of what may turn again, in seconds: {"DISABLED_UPDATE": 1790000400}. Older
    # news of the same that come later change nothing.
    told_at = models.JSONField(default=dict, db_default={}, blank=True, editable=False)
    # When the list of its templates was last asked for, and when one that was read had been.
    templates_tried_at = models.DateTimeField(null=True, editable=False)
    templates_read_at = models.DateTimeField(null=True, editable=False)
    # Set when the provider refuses the account itself: the queue waits until a person mends it.
    stopped_at = models.DateTimeField(_("stopped"), null=True, editable=False)
    # What the provider said it has on record about where it calls, when it was last asked.
    on_record = models.CharField(max_length=500, blank=True, editable=False)
    per_second = models.PositiveSmallIntegerField(
        _("messages per second"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("Empty: as many as the provider usually takes"),
    )
    # Up to when what was sent counts against the rate; see chatbot/pacing.py.
    paced_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]
        permissions = [("use_simulator", "Can write as a person in the simulator")]
        verbose_name = _("channel")
        verbose_name_plural = _("channels")

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        return self.mode == self.Mode.LIVE

    def secret(self, name: str) -> str:
        return str(self.credentials.get(name) or "")
