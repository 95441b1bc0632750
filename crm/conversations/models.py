"""The data of talking: channels, the people on them, conversations and their messages.

What *does* something with these rows (receives, sends, answers) lies in the chatbot room.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.fields import EncryptedJSONField
from crm.people.models import Agency, Contact, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


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


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, user: User | AnonymousUser) -> ConversationQuerySet:
        """Own ones, those of own contacts, and free ones of free contacts; managers see all."""
        if not isinstance(user, User) or not user.has_perm("conversations.view_conversation"):
            return self.none()
        if user.sees_all():
            return self
        free = Q(episode__human=None, contact__owner=None)
        return self.filter(free | Q(episode__human=user) | Q(contact__owner=user))

    def with_people(self) -> ConversationQuerySet:
        return self.select_related("contact", "channel", "episode__human")


class Conversation(models.Model):
    """One permanent thread per channel identity; its episodes carry who answers."""

    identity = models.OneToOneField(
        ChannelIdentity,
        models.PROTECT,
        related_name="conversation",
        verbose_name=_("channel identity"),
    )
    channel = models.ForeignKey(
        Channel, models.PROTECT, related_name="conversations", verbose_name=_("channel")
    )
    contact = models.ForeignKey(
        Contact, models.PROTECT, related_name="conversations", verbose_name=_("contact")
    )
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="conversations",
        verbose_name=_("agency"),
    )
    episode = models.OneToOneField(
        "Episode",
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text=_("The open episode, or the last one"),
        verbose_name=_("episode"),
    )
    last_message_at = models.DateTimeField(_("last message"), null=True)
    last_shown_at = models.DateTimeField(_("last message shown"), null=True)
    # The person's own time stamp: what a provider's window for free answers is counted from.
    last_inbound_at = models.DateTimeField(_("last message of the person"), null=True)
    last_text = models.CharField(_("last words"), max_length=200, blank=True)
    last_direction = models.CharField(_("last direction"), max_length=3, blank=True)
    # Nobody in a group is a partner, is answered by the bot, or can log in.
    is_group = models.BooleanField(_("group"), default=False)
    # Up to when what was sent counts against the provider's rate for one person.
    paced_until = models.DateTimeField(_("paced until"), null=True)
    # Since when the person has had no answer from bot or human; null: nobody waits.
    waiting_since = models.DateTimeField(_("waiting since"), null=True)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        ordering = ["-last_message_at", "-id"]
        indexes = [
            models.Index(fields=["-last_message_at", "-id"], name="conversation_last"),
            models.Index(fields=["-changed_at"], name="conversation_changed"),
            models.Index(
                fields=["waiting_since"],
                name="conversation_waiting",
                condition=Q(waiting_since__isnull=False),
            ),
        ]
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")

    def __str__(self) -> str:
        return str(self.contact)

    @property
    def owner(self) -> str:
        return self.episode.owner if self.episode else Episode.Owner.BOT


class MergedConversation(models.Model):
    """A conversation that is no more, and the one its messages are in: its pages lead there."""

    former = models.PositiveBigIntegerField(primary_key=True)
    into = models.ForeignKey(Conversation, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return str(self.former)


class Episode(models.Model):
    """From a first word to its outcome: who owns the conversation meanwhile."""

    class Owner(models.TextChoices):
        BOT = "bot", _("Bot")
        QUEUE = "queue", _("Queue")
        HUMAN = "human", _("Person")

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="episodes", verbose_name=_("conversation")
    )
    owner = models.CharField(_("owner"), max_length=6, choices=Owner, default=Owner.BOT)
    human = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="episodes",
        verbose_name=_("answered by"),
    )
    owner_since = models.DateTimeField(_("owner since"), default=timezone.now)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    first_response_at = models.DateTimeField(_("first response"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=30, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"],
                condition=Q(closed_at=None),
                name="episode_one_open_per_conversation",
            ),
            models.CheckConstraint(
                condition=Q(owner="human") | Q(human=None), name="episode_human_only_if_owner"
            ),
        ]
        verbose_name = _("episode")
        verbose_name_plural = _("episodes")

    def __str__(self) -> str:
        return self.get_owner_display()


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


class MessageTemplate(models.Model):
    """A wording the provider has approved, for writing to somebody outside its window."""

    class Status(models.TextChoices):
        APPROVED = "APPROVED", _("Approved")
        PENDING = "PENDING", _("In review")
        REJECTED = "REJECTED", _("Rejected")
        PAUSED = "PAUSED", _("Paused")
        DISABLED = "DISABLED", _("Disabled")
        GONE = "GONE", _("No longer at the provider")

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="templates")
    external_id = models.CharField(max_length=100, blank=True)
    name = models.CharField(_("name"), max_length=512)
    language = models.CharField(_("language"), max_length=12)
    category = models.CharField(_("category"), max_length=40, blank=True)
    # No choices: providers think of new words. Those of `Status` have one of ours.
    status = models.CharField(_("status"), max_length=30)
    quality = models.CharField(_("quality"), max_length=20, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    components = models.JSONField(default=list, help_text=_("As the provider gives them"))
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "language", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "name", "language"], name="template_once_per_language"
            )
        ]
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class TemplatePurpose(models.Model):
    """Which template the desk uses by itself, where it may not write freely."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="purposes")
    purpose = models.CharField(max_length=30)
    template = models.ForeignKey(MessageTemplate, models.CASCADE, related_name="purposes")
    # What the template's variables are filled with: {"1": "contact.first_name", …}.
    values = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "purpose"], name="purpose_once_per_channel")
        ]
        verbose_name = _("template for a purpose")
        verbose_name_plural = _("templates for purposes")

    def __str__(self) -> str:
        return self.purpose


def attachment_path(attachment: Attachment, filename: str) -> str:
    """A random name outside the static tree, by month so that no folder grows for ever."""
    month = timezone.now().strftime("%Y%m")
    return f"messages/{month}/{secrets.token_hex(16)}{PurePath(filename).suffix.lower()[:6]}"


class Attachment(models.Model):
    """A file of a message. It is announced by the provider and fetched by a job."""

    class State(models.TextChoices):
        PENDING = "pending", _("Being fetched")
        READY = "ready", _("Here")
        FAILED = "failed", _("Attachment unavailable")

    message = models.ForeignKey(Message, models.CASCADE, related_name="attachments")
    # The provider's id of it, or its address, which may carry a long signature.
    media_id = models.CharField(max_length=2000, blank=True)
    file = models.FileField(upload_to=attachment_path, max_length=200, blank=True)
    name = models.CharField(max_length=200, blank=True, help_text=_("As the person named it"))
    mime = models.CharField(max_length=100, blank=True, help_text=_("As sniffed from the bytes"))
    size = models.PositiveBigIntegerField(null=True)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Not to be fetched before: it is being fetched already, or is to be tried again then.
    due_at = models.DateTimeField(default=timezone.now)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["due_at"], name="attachment_due", condition=Q(state="pending"))
        ]

    def __str__(self) -> str:
        return self.name or self.media_id
