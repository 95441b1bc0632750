"""Who tried to be let in: how often in vain, and what waits for a code or for an officer."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.conversations.models import Conversation, Message
from partners.models import Partner


class LoginCounter(models.Model):
    """Tries in vain of one conversation, or with one document from phones not registered with it.

    `key` says of which ("talk:5", "document:<keyed hash>"); a document itself is never kept here.
    `tries` are the events that were counted since the last lock, so that one that is handled again
    is not counted again; `locks` how often it was locked, each time for longer.
    """

    # After so long without another try everything is forgotten.
    FORGOTTEN = timedelta(hours=24)

    key = models.CharField(_("what is counted"), max_length=80, unique=True)
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, null=True, related_name="+", verbose_name=_("conversation")
    )
    partner = models.ForeignKey(
        Partner, models.CASCADE, null=True, related_name="+", verbose_name=_("partner")
    )
    tries = models.JSONField(_("tries"), default=list)
    locks = models.PositiveSmallIntegerField(_("locks"), default=0)
    locked_until = models.DateTimeField(_("locked until"), null=True)
    locked_by = models.CharField(max_length=40, blank=True)
    last_at = models.DateTimeField(_("last try"), null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["locked_until"],
                name="login_counter_locked",
                condition=Q(locked_until__isnull=False),
            ),
            models.Index(fields=["last_at"], name="login_counter_last"),
        ]
        verbose_name = _("count of log-ins in vain")
        verbose_name_plural = _("counts of log-ins in vain")

    def __str__(self) -> str:
        return self.key.partition(":")[0]

    def is_locked(self, now: datetime, *, event: str = "") -> bool:
        """Whether it binds; not the event by which it was locked, should that be handled again."""
        return (
            self.locked_until is not None
            and now < self.locked_until
            and not (event and self.locked_by == event)
        )


class LoginRequest(models.Model):
    """Somebody gave a document and a year from a phone that does not open the door by itself.

    One is made for right data and for wrong ones alike (then without a partner, and no code ever
    fits), so that nothing tells them apart. The newest of a conversation counts, no other.
    """

    CODE_LASTS = timedelta(minutes=5)
    # So long an officer can still say yes.
    OPEN_FOR = timedelta(hours=24)
    MOST_TRIES = 3

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="login_requests", db_index=False
    )
    partner = models.ForeignKey(
        Partner, models.CASCADE, null=True, related_name="login_requests", db_index=False
    )
    # By what the conversation was known then, and a hash of what was on file of the partner: who
    # comes with the code must be the same, and asks for the same.
    known_by = models.JSONField(default=list)
    facts = models.CharField(max_length=64, blank=True)
    # What they wanted before (`login.asking.after`), until it is decided: an officer's yes may come
    # when they have long spoken of something else.
    wanted = models.JSONField(default=dict, blank=True)
    made_at = models.DateTimeField(_("asked"), default=timezone.now)
    wants_code = models.BooleanField(default=False)
    # Keyed hash of the code, "" until it is sent; and the message it went by, until it is over.
    digest = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    message = models.ForeignKey(
        Message, models.SET_NULL, null=True, related_name="+", verbose_name=_("message")
    )
    tries = models.JSONField(default=list)
    closed_at = models.DateTimeField(_("closed"), null=True)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    approved = models.BooleanField(_("let in"), null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["conversation", "-id"], name="login_request_of"),
            models.Index(fields=["partner", "sent_at"], name="login_request_codes"),
            models.Index(
                fields=["made_at"],
                name="login_request_open",
                condition=Q(closed_at=None, partner__isnull=False),
            ),
            models.Index(
                fields=["id"], name="login_request_told", condition=Q(message__isnull=False)
            ),
        ]
        default_permissions = ()
        permissions = [("approve_login", "Can let a partner in by chat")]
        verbose_name = _("request to be let in")
        verbose_name_plural = _("requests to be let in")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def phone(self) -> str:
        """The number they wrote from, in E.164; "" where the provider tells none."""
        numbers = [value for kind, value in self.known_by if kind in ("wa_id", "proven")]
        return f"+{numbers[0].removeprefix('+')}" if numbers else ""
