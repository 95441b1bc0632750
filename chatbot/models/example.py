"""What the bot did not understand, and what people made of it: new lines for its corpus."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.conversations.models import Conversation, Message
from crm.people.models import User


class ExampleQuerySet(models.QuerySet["Example"]):
    def visible_to(self, user: User) -> ExampleQuerySet:
        """Those of messages this person may read, and those that were typed in."""
        if not user.has_perm("chatbot.change_example"):
            return self.none()
        seen = Conversation.objects.visible_to(user)
        readable = Q(message__conversation__in=seen, message__is_private=False)
        return self.filter(Q(message=None) | readable)

    def waiting(self) -> ExampleQuerySet:
        """Messages nobody has judged yet, the newest first; those taken back are left out."""
        rows = self.filter(state=Example.State.WAITING, message__deleted_at=None)
        return rows.select_related("message__conversation__contact").order_by("-id")

    def filed(self) -> ExampleQuerySet:
        return self.filter(state=Example.State.FILED).order_by("-id")


class Example(models.Model):
    """A sentence with the intent it has; while it waits, a message the bot took for unknown.

    `text` is blank until it is filed: what is kept then is without numbers and addresses.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("not understood")
        FILED = "filed", _("filed as an example")
        DISMISSED = "dismissed", _("set aside")

    LONGEST = 300

    message = models.OneToOneField(
        Message, models.CASCADE, null=True, related_name="example", verbose_name=_("message")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.WAITING
    )
    text = models.CharField(_("words"), max_length=LONGEST, blank=True)
    intent = models.CharField(_("intent"), max_length=30, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name=_("filed by")
    )

    objects = ExampleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="filed") | (~Q(text="") & ~Q(intent="")),
                name="example_filed_says_what",
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="example_by_state")]
        verbose_name = _("example of an intent")
        verbose_name_plural = _("examples of intents")

    def __str__(self) -> str:
        return self.text or f"#{self.pk}"
