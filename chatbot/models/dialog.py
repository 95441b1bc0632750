"""What the bot is in the middle of with somebody."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.conversations.models import Conversation


class Dialog(models.Model):
    """Where a conversation stands with the bot; one row each, made when the bot first speaks.

    `name` and `step` say what is being asked ("" and "": nothing), `data` what was collected so
    far, `topic` what was last spoken of ({"loan": 5}), so that "which installment am I in?" has an
    answer. Read and written under its row's lock, in the transaction that replies.
    """

    LASTS = timedelta(minutes=15)
    # In the topic: that name and e-mail have been asked for, which is done once.
    ASKED_WHO = "asked_who"

    conversation = models.OneToOneField(
        Conversation, models.CASCADE, related_name="dialog", verbose_name=_("conversation")
    )
    name = models.CharField(_("dialog"), max_length=30, blank=True)
    step = models.CharField(_("step"), max_length=30, blank=True)
    data = models.JSONField(default=dict, blank=True)
    topic = models.JSONField(default=dict, blank=True)
    # When nobody answers what was asked.
    expires_at = models.DateTimeField(_("expires"), null=True)
    # How often in a row the bot did not understand.
    misunderstood = models.PositiveSmallIntegerField(_("misunderstood"), default=0)
    # The last time a reply could not be made, and why: for whoever looks after the bot.
    failed_at = models.DateTimeField(_("failed"), null=True)
    failure = models.CharField(_("failure"), max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["expires_at"],
                name="dialog_expires",
                condition=Q(expires_at__isnull=False),
            ),
        ]
        verbose_name = _("dialog")
        verbose_name_plural = _("dialogs")

    def __str__(self) -> str:
        return f"{self.name}:{self.step}" if self.name else "–"

    @property
    def standing(self) -> tuple[object, ...]:
        """All that is kept here, whoever changes it later: the same, and nothing is to be saved."""
        asked = self.name, self.step, deepcopy(self.data), self.expires_at
        return *asked, deepcopy(self.topic), self.misunderstood, self.failed_at, self.failure

    def is_open(self, now: datetime) -> bool:
        """Whether an answer is awaited; what has expired is not."""
        return bool(self.name) and self.expires_at is not None and self.expires_at > now

    def turn_to(self, topic: Mapping[str, Any]) -> None:
        """Something else is spoken of; what was asked once stays asked, whoever they are by now."""
        asked = {self.ASKED_WHO: True} if self.topic.get(self.ASKED_WHO) else {}
        self.topic = asked | dict(topic)

    def leave(self) -> None:
        """Nothing is asked any more; what was spoken of stays."""
        self.name, self.step, self.data, self.expires_at = "", "", {}, None
