"""The thread with a person or a group, and who answers in it meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.conversations.models.channel import Channel
from crm.conversations.models.identity import ChannelIdentity
from crm.people.models import Agency, Contact, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


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

    # Of what `identities.meet` has just made: nothing hangs on it yet, and nobody else knows of it.
    is_new = False

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
        """Who answers what comes next: once an episode is over, the bot again."""
        return self.episode.owner if self.episode and self.episode.is_open else Episode.Owner.BOT

    @property
    def reason(self) -> str:
        """Why people have it, in words; "" while the bot has it, or nobody said why."""
        with_people = self.episode is not None and self.owner != Episode.Owner.BOT
        return self.episode.get_reason_display() if with_people and self.episode else ""


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

    class Reason(models.TextChoices):
        """Why it left the bot's hands."""

        ASKED = "asked", _("Asked for a person")
        NOT_UNDERSTOOD = "not_understood", _("Not understood")
        ANGER = "anger", _("Upset")
        LEGAL = "legal", _("Legal matter")
        FAILED = "failed", _("The bot failed")
        PHONE = "phone", _("Answered by phone")
        PROGRAM = "program", _("Another program wrote")
        UNANSWERED = "unanswered", _("Left without an answer")

    class Outcome(models.TextChoices):
        """What it came to, written when it is closed."""

        BOT = "bot", _("Served by the bot")
        ANSWERED = "answered", _("Answered by a person")
        UNANSWERED = "unanswered", _("Waited for a person in vain")
        PROGRAM = "program", _("Only another program wrote")
        MERGED = "merged", _("Went on in another conversation")

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
    outcome = models.CharField(_("outcome"), max_length=30, choices=Outcome, blank=True)
    # What was asked of the bot, in order, each once: names of intents with a space between.
    asked = models.CharField(
        _("asked for"), max_length=400, blank=True, default="", db_default="", editable=False
    )
    # The last time it was handed to people: when, why, and what they should know. `details` may
    # hold what only who sees private messages may read. Rows loaded in bulk leave these out.
    handed_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    reason = models.CharField(
        _("reason"), max_length=20, choices=Reason, blank=True, default="", db_default=""
    )
    summary = models.TextField(_("summary"), blank=True, default="", db_default="")
    details = models.TextField(_("details"), blank=True, default="", db_default="")

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
        indexes = [
            # The few that people have: looked through every minute.
            models.Index(
                fields=["owner_since"],
                name="episode_with_people",
                condition=Q(closed_at=None) & ~Q(owner="bot"),
            ),
        ]
        verbose_name = _("episode")
        verbose_name_plural = _("episodes")

    def __str__(self) -> str:
        return self.get_owner_display()

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_programs(self) -> bool:
        """Whether another program alone wrote: no person has it, nor answered."""
        return (self.owner, self.reason) == (self.Owner.QUEUE, self.Reason.PROGRAM)

    @property
    def lets_bot_finish(self) -> bool:
        """Whether what the bot has already said, or promised, still goes."""
        return self.owner == self.Owner.BOT or self.is_programs
