"""What the pipeline itself keeps: events that came in, attempts to send."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.conversations.models import Channel, Message


class InboundEvent(models.Model):
    """One element of a webhook body, stored before the provider got its 200.

    `key` says what it is ("message:wamid.X", "status:wamid.X:read"), so that a redelivery in any
    envelope is the same row; `lane` says whose it is: events of one lane are handled in order.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        DONE = "done", _("Handled")
        IGNORED = "ignored", _("Kept, nothing to do")
        ASIDE = "aside", _("Set aside")

    # No index of its own: the constraint's begins with it, and every index costs each webhook.
    channel = models.ForeignKey(
        Channel, models.PROTECT, related_name="events", db_index=False, verbose_name=_("channel")
    )
    key = models.CharField(_("key"), max_length=255)
    lane = models.CharField(_("lane"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20)
    payload = models.TextField(_("payload"), help_text=_("ASCII JSON"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PENDING)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    handled_at = models.DateTimeField(_("handled"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # How often it was looked at while it spoke of something yet unknown; see chatbot/waiting.py.
    looks = models.PositiveSmallIntegerField(_("looks"), default=0, db_default=0)
    error = models.TextField(_("last error"), blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["channel", "key"], name="event_once_per_channel")
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="event_due", condition=Q(state="pending")),
            models.Index(fields=["lane", "id"], name="event_lane", condition=Q(state="pending")),
        ]
        verbose_name = _("inbound event")
        verbose_name_plural = _("inbound events")

    def __str__(self) -> str:
        return self.key


class DeliveryAttempt(models.Model):
    """One try to hand a message to its provider. Its id travels as callback data."""

    class Outcome(models.TextChoices):
        OPEN = "", _("Under way")
        SENT = "sent", _("Accepted")
        RETRY = "retry", _("To be tried again")
        FAILED = "failed", _("Refused")
        UNKNOWN = "unknown", _("Not confirmed")
        NOT_SENT = "not_sent", _("Never left")

    id = models.UUIDField("ID", primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(
        Message, models.CASCADE, related_name="attempts", verbose_name=_("message")
    )
    worker = models.CharField(_("worker"), max_length=60)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    # When nobody has heard of the attempt by then, its worker is taken for dead.
    lease_until = models.DateTimeField(_("lease until"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    outcome = models.CharField(
        _("outcome"), max_length=8, choices=Outcome, blank=True, default=Outcome.OPEN
    )
    code = models.CharField(_("code"), max_length=40, blank=True)
    detail = models.CharField(_("detail"), max_length=500, blank=True)

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["message"], condition=Q(outcome=""), name="attempt_one_open_per_message"
            )
        ]
        indexes = [
            models.Index(fields=["lease_until"], name="attempt_open", condition=Q(outcome=""))
        ]
        verbose_name = _("delivery attempt")
        verbose_name_plural = _("delivery attempts")

    def __str__(self) -> str:
        return str(self.id)

    @property
    def shown_code(self) -> str:
        """The provider's number, which can be looked up there; words of ours say nothing more."""
        return self.code if self.code[:1].isdigit() else ""
