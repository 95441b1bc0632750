"""A ticket: one thing that a person wants seen to."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.conversations.models import Conversation, Message
from crm.people.models import Agency, Contact, User
from partners.models import Loan, Partner, Receipt

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class Category(models.TextChoices):
    PAYMENT = "payment", _("Payment")
    LOAN = "loan", _("Loan")
    DATA = "data", _("Personal data")
    PROPERTY = "property", _("Property")
    COMPLAINT = "complaint", _("Complaint")
    OTHER = "other", _("Other")


class Priority(models.IntegerChoices):
    """The lower the number, the sooner."""

    URGENT = 1, _("Urgent")
    HIGH = 2, _("High")
    MEDIUM = 3, _("Medium")
    LOW = 4, _("Low")


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, user: User | AnonymousUser) -> TicketQuerySet:
        """Who may see partners sees all tickets. Others those given to them, and those of their
        own contacts that are no partner's: what a partner complains of is between them and us."""
        if not isinstance(user, User) or not user.has_perm("tickets.view_ticket"):
            return self.none()
        if user.has_perm("partners.view_partner"):
            return self
        return self.filter(Q(assignee=user) | Q(contact__owner=user, partner=None))

    def open(self) -> TicketQuerySet:
        """What is still to be done, by us or by the person."""
        return self.exclude(status__in=Ticket.DONE)

    def standing(self) -> TicketQuerySet:
        """Without those that were merged into another."""
        return self.filter(merged_into=None)


def unnumbered() -> str:
    """Something unique, until the row has its key and with it its number."""
    return secrets.token_hex(8)


class Ticket(models.Model):
    """`number` is "T-" and the key. `version` grows with whatever is said or decided, `changed_at`
    also with what the clock does: of the one a writer knows that they saw the newest, by the other
    a page knows that it is old.

    What is due: by `response_due_at` somebody has answered, by `resolution_due_at` it is resolved,
    both counted in business time, and standing still from `paused_at` on. At `…_warn_at` the
    assignee is warned, once; what was missed keeps its `…_breached_at`. Null: nothing is due.
    """

    class Status(models.TextChoices):
        NEW = "new", _("New")
        OPEN = "open", _("Open")
        WAITING = "waiting", _("Waiting for the person")
        RESOLVED = "resolved", _("Resolved")
        CLOSED = "closed", _("Closed")

    DONE = (Status.RESOLVED, Status.CLOSED)

    number = models.CharField(_("number"), max_length=20, unique=True, default=unnumbered)
    contact = models.ForeignKey(
        Contact, models.PROTECT, related_name="tickets", verbose_name=_("contact")
    )
    partner = models.ForeignKey(
        Partner,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("partner"),
    )
    # Where it is spoken of: where it came from, or else where its last answer went; null: nowhere
    # yet, it was entered at the desk.
    conversation = models.ForeignKey(
        Conversation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("conversation"),
    )
    # The message that made it: the same one makes no second.
    origin = models.OneToOneField(
        Message, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    # It is a partner's: answers are told in a session of theirs, and else only that there is one.
    is_private = models.BooleanField(default=False, editable=False)
    subject = models.CharField(_("subject"), max_length=150)
    description = models.TextField(_("description"), max_length=5000)
    category = models.CharField(
        _("category"), max_length=12, choices=Category, default=Category.OTHER
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority, default=Priority.MEDIUM
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.NEW)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tickets",
        db_index=False,
        verbose_name=_("assigned to"),
    )
    assigned_at = models.DateTimeField(_("assigned"), null=True, editable=False)
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("agency"),
    )
    loan = models.ForeignKey(
        Loan,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("loan"),
    )
    receipt = models.ForeignKey(
        Receipt,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("receipt"),
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        editable=False,
        verbose_name=_("merged into"),
    )
    # The one that was too old to be opened again when the person wrote about it.
    follows = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="followed_by", editable=False
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    first_response_at = models.DateTimeField(_("first response"), null=True, editable=False)
    resolved_at = models.DateTimeField(_("resolved"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    # What the time for resolving it is counted from: it was made, or opened again.
    counted_from = models.DateTimeField(default=timezone.now, editable=False)
    paused_at = models.DateTimeField(_("paused since"), null=True, editable=False)
    # Working minutes of the pauses that are over, since `counted_from`.
    paused_minutes = models.PositiveIntegerField(default=0, editable=False)
    response_due_at = models.DateTimeField(_("answer due"), null=True, editable=False)
    response_warn_at = models.DateTimeField(null=True, editable=False)
    response_warned_at = models.DateTimeField(null=True, editable=False)
    response_breached_at = models.DateTimeField(_("answered late"), null=True, editable=False)
    resolution_due_at = models.DateTimeField(_("solution due"), null=True, editable=False)
    resolution_warn_at = models.DateTimeField(null=True, editable=False)
    resolution_warned_at = models.DateTimeField(null=True, editable=False)
    resolution_breached_at = models.DateTimeField(_("resolved late"), null=True, editable=False)
    satisfaction = models.PositiveSmallIntegerField(
        _("satisfaction"),
        null=True,
        editable=False,
        help_text=_("From 1 to 5, as the person says"),
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )
    rated_at = models.DateTimeField(null=True, editable=False)
    # The desk's form it was made by, each of which makes one; blank: none.
    form = models.CharField(max_length=40, blank=True, default="", db_default="", editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    objects = TicketQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        permissions = [("assign_ticket", "Can give a ticket to anybody")]
        constraints = [
            models.CheckConstraint(
                condition=Q(satisfaction=None) | Q(satisfaction__range=(1, 5)),
                name="ticket_satisfaction_1_to_5",
            ),
            models.CheckConstraint(condition=Q(priority__range=(1, 4)), name="ticket_priority"),
            models.UniqueConstraint(
                fields=["contact", "form"], condition=~Q(form=""), name="ticket_made_once_by_form"
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", paused_at__isnull=False)
                | (~Q(status="waiting") & Q(paused_at=None)),
                name="ticket_paused_while_waiting",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(status="closed"), name="ticket_merged_is_closed"
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-id"], name="ticket_status"),
            models.Index(fields=["assignee", "status", "-id"], name="ticket_assignee"),
            models.Index(fields=["-changed_at"], name="ticket_changed"),
            models.Index(
                fields=["resolution_due_at"],
                name="ticket_due",
                condition=Q(status__in=["new", "open"]),
            ),
            # What the clock looks for.
            models.Index(
                fields=["response_warn_at"],
                name="ticket_response_watched",
                condition=Q(
                    status__in=["new", "open"],
                    first_response_at=None,
                    response_breached_at=None,
                ),
            ),
            models.Index(
                fields=["resolution_warn_at"],
                name="ticket_resolution_watched",
                condition=Q(status__in=["new", "open"], resolution_breached_at=None),
            ),
            models.Index(
                fields=["resolved_at"],
                name="ticket_to_be_closed",
                condition=Q(status="resolved"),
            ),
        ]
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")

    def __str__(self) -> str:
        return f"{self.number} · {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("tickets:detail", args=[self.pk])

    @property
    def is_done(self) -> bool:
        return self.status in self.DONE
