"""What was said, in and out, and what it said before."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.conversations.models.channel import Channel
from crm.conversations.models.conversation import Conversation, Episode


class Message(models.Model):
    """One message, in or out. Read by (conversation, shown_at, id); sent in order of id."""

    class Direction(models.TextChoices):
        IN = "in", _("Incoming")
        OUT = "out", _("Outgoing")

    class Author(models.TextChoices):
        PERSON = "person", _("Person")
        BOT = "bot", _("Bot")
        COLLEAGUE = "colleague", _("Colleague")
        PHONE_APP = "phone_app", _("Phone app")
        SYSTEM = "system", _("System")

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        IMAGE = "image", _("Picture")
        VIDEO = "video", _("Video")
        AUDIO = "audio", _("Audio")
        DOCUMENT = "document", _("Document")
        STICKER = "sticker", _("Sticker")
        LOCATION = "location", _("Location")
        CONTACTS = "contacts", _("Contact card")
        BUTTON = "button", _("Button")
        ORDER = "order", _("Order")
        REACTION = "reaction", _("Reaction")
        SYSTEM = "system", _("Notice")
        UNSUPPORTED = "unsupported", _("Unsupported message")

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        HELD = "held", _("Kept until it may be sent")
        QUEUED = "queued", _("Waiting to be sent")
        SENDING = "sending", _("Being sent")
        UNKNOWN = "unknown", _("Not confirmed")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        READ = "read", _("Read")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    # An outgoing message in one of these may still change hands; the outbox looks at no other.
    OPEN_STATES = (State.QUEUED, State.SENDING, State.UNKNOWN)
    # So long a status or an echo may still tell what became of an unknown one; then nobody waits.
    CONFIRMED_WITHIN = timedelta(minutes=10)

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages")
    episode = models.ForeignKey(Episode, models.SET_NULL, null=True, related_name="messages")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="messages")
    direction = models.CharField(max_length=3, choices=Direction)
    author = models.CharField(max_length=10, choices=Author)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="messages"
    )
    sender = models.CharField(
        max_length=200, blank=True, help_text=_("In a group: who wrote, as the provider names them")
    )
    # In a group names are no one's own: the address they write from is, where it is told.
    sender_address = models.CharField(max_length=150, blank=True, default="", db_default="")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.TEXT)
    text = models.TextField(blank=True)
    # Outgoing: the answers offered, [{"id": …, "title": …}]. Incoming button: {"id": …}.
    options = models.JSONField(default=list, blank=True)
    reply_to = models.CharField(
        max_length=150, blank=True, help_text=_("Provider's id of the quoted")
    )
    # ASCII JSON of what we could not read; PostgreSQL's JSON refuses NUL and lone surrogates.
    raw = models.TextField(blank=True)
    provider_id = models.CharField(max_length=150, blank=True)
    state = models.CharField(max_length=10, choices=State)
    due_at = models.DateTimeField(null=True, help_text=_("Outgoing: not to be sent before"))
    # What a system message is for ("receipt_decided"): outside the provider's window the
    # template configured for it goes instead, filled with `values`.
    purpose = models.CharField(max_length=30, blank=True)
    template = models.ForeignKey(
        "MessageTemplate", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    values = models.JSONField(default=dict, blank=True)
    provider_at = models.DateTimeField(null=True)
    shown_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_text = models.CharField(max_length=500, blank=True)
    edited_at = models.DateTimeField(null=True)
    # Taken back by its author: a tombstone; what it said stands in its revisions.
    deleted_at = models.DateTimeField(null=True)
    pricing = models.JSONField(null=True, blank=True, help_text=_("As the provider bills it"))
    # Said in a partner's session: amounts and the like, for officers and managers alone.
    is_private = models.BooleanField(default=False)

    class Meta:
        ordering = ["shown_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "provider_id"],
                condition=~Q(provider_id=""),
                name="message_once_per_channel",
            )
        ]
        indexes = [
            models.Index(fields=["conversation", "shown_at", "id"], name="message_shown"),
            models.Index(
                fields=["conversation", "id"],
                name="message_outbox",
                condition=Q(state__in=["queued", "sending", "unknown"]),
            ),
            models.Index(
                fields=["conversation"],
                name="message_trouble",
                condition=Q(state__in=["failed", "unknown"]),
            ),
            models.Index(fields=["conversation"], name="message_held", condition=Q(state="held")),
            # What stands beside the messages of one page.
            models.Index(
                fields=["conversation", "reply_to"],
                name="message_reactions",
                condition=Q(kind="reaction"),
            ),
        ]
        permissions = [("view_private", "Can read what is said in a partner's session")]
        verbose_name = _("message")
        verbose_name_plural = _("messages")

    def __str__(self) -> str:
        return self.summary()

    @property
    def may_be_confirmed(self) -> bool:
        """Perhaps sent, and so lately that we may still hear of it."""
        return self.state == self.State.UNKNOWN and not self.wants_decision

    @property
    def wants_decision(self) -> bool:
        """Perhaps sent, and not confirmed for ten minutes: a person decides what becomes of it.

        `due_at` of an unknown message lies seconds after its attempt; without one nothing comes.
        """
        if self.state != self.State.UNKNOWN:
            return False
        return self.due_at is None or self.due_at <= timezone.now() - self.CONFIRMED_WITHIN

    @classmethod
    def wanting_decision(cls, now: datetime | None = None) -> Q:
        """The condition for rows that `wants_decision`."""
        late = Q(due_at=None) | Q(due_at__lte=(now or timezone.now()) - cls.CONFIRMED_WITHIN)
        return Q(state=cls.State.UNKNOWN) & late

    def summary(self) -> str:
        """One line for lists: the text, or the kind in brackets ("[imagen] frente")."""
        if self.deleted_at is not None:
            return str(_("Message deleted"))
        if self.is_private:
            return str(_("Message of a partner's session"))
        kind = (
            ""
            if self.kind in (self.Kind.TEXT, self.Kind.BUTTON)
            else f"[{self.get_kind_display()}]"
        )
        return " ".join(f"{kind} {self.text}".split())[:200]


class MessageRevision(models.Model):
    """What a message said before its author changed it or took it back."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="revisions")
    text = models.TextField(blank=True)
    replaced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        verbose_name = _("earlier wording")
        verbose_name_plural = _("earlier wordings")

    def __str__(self) -> str:
        return self.text[:60]
