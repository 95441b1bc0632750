"""A loan, its installments, and charges set by hand."""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import ExpressionWrapper, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.fields import CENT, MoneyField
from crm.people.models import User
from partners.lending.allocation import Part
from partners.lending.arrears import days_past_due
from partners.lending.dates import DayCount, Every
from partners.lending.ledger import Agreement
from partners.lending.ledger import Charge as LendingCharge
from partners.lending.money import RoundMode
from partners.lending.terms import LoanTerms, Method, RateKind
from partners.models.conditions import Conditions
from partners.models.partner import Partner
from partners.models.product import LoanProduct

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class LoanQuerySet(models.QuerySet["Loan"]):
    def visible_to(self, user: User | AnonymousUser) -> LoanQuerySet:
        """Officers and managers see all loans, nobody else any."""
        if isinstance(user, User) and user.has_perm("partners.view_loan"):
            return self
        return self.none()

    def running(self) -> LoanQuerySet:
        return self.filter(status=Loan.Status.ACTIVE)

    def with_coming(self, today: date) -> LoanQuerySet:
        """Each with `coming_due` and `coming_amount`: the next installment, which is the first
        unpaid one of `today` or later, whatever else is overdue; None: none is to come."""
        parts = ("principal", "interest", "fee", "penalty")
        summed = reduce(add, [F(f"unpaid_{part}") for part in parts])
        unpaid = ExpressionWrapper(summed, output_field=MoneyField())
        rows = Installment.objects.filter(loan=OuterRef("pk"), due__gte=today)
        rows = rows.annotate(unpaid=unpaid).filter(unpaid__gt=0).order_by("position")
        return self.annotate(
            coming_due=Subquery(rows.values("due")[:1]),
            coming_amount=Subquery(rows.values("unpaid")[:1]),
        )


class Loan(Conditions):
    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        CLOSED = "closed", _("Closed")
        # "Cancelado" is what Peru calls a loan that was paid off.
        CANCELLED = "cancelled", _("Annulled")
        WRITTEN_OFF = "written_off", _("Written off")

    # Those that were paid out: they have an account.
    WITH_ACCOUNT = (Status.ACTIVE, Status.CLOSED, Status.WRITTEN_OFF)

    number = models.CharField(_("number"), max_length=20, unique=True)
    partner = models.ForeignKey(
        Partner, models.PROTECT, related_name="loans", verbose_name=_("partner")
    )
    product = models.ForeignKey(
        LoanProduct, models.PROTECT, related_name="loans", verbose_name=_("product")
    )
    principal = MoneyField(_("principal"), validators=[MinValueValidator(CENT)])
    terms = models.PositiveSmallIntegerField(_("installments"), validators=[MinValueValidator(1)])
    disbursed_on = models.DateField(_("disbursed"))
    first_due = models.DateField(_("first due date"))
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.DRAFT)
    external_id = models.CharField(
        _("number in another system"), max_length=60, blank=True, editable=False
    )
    # What the form of the desk that made it carried: sent twice, it is made once.
    form_token = models.UUIDField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    # Derived: what the engine says at the end of the day `as_of`. `partners.ledger` writes them,
    # `verify_ledger` compares them.
    as_of = models.DateField(_("as of"), null=True, editable=False)
    left = MoneyField(_("unpaid in all"), default=0, editable=False)
    principal_left = MoneyField(_("outstanding principal"), default=0, editable=False)
    overdue = MoneyField(_("overdue"), default=0, editable=False)
    paid = MoneyField(_("paid"), default=0, editable=False)
    credit = MoneyField(_("credit"), default=0, editable=False)
    unpaid_since = models.DateField(_("unpaid since"), null=True, editable=False)
    next_due = models.DateField(_("next due date"), null=True, editable=False)
    next_amount = MoneyField(_("next installment"), default=0, editable=False)
    rows_paid = models.PositiveSmallIntegerField(_("paid installments"), default=0, editable=False)
    rows_all = models.PositiveSmallIntegerField(_("all installments"), default=0, editable=False)
    closed_on = models.DateField(_("closed on"), null=True, editable=False)

    objects = LoanQuerySet.as_manager()

    class Meta:
        ordering = ["-disbursed_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="loan_external_id_once"
            ),
            models.CheckConstraint(
                condition=Q(first_due__gt=models.F("disbursed_on")), name="loan_due_after_disbursed"
            ),
            models.CheckConstraint(condition=Q(principal__gt=0), name="loan_principal_positive"),
        ]
        indexes = [
            models.Index(fields=["status", "unpaid_since"], name="loan_status_unpaid"),
            models.Index(fields=["status", "next_due"], name="loan_status_next"),
            models.Index(fields=["status", "as_of"], name="loan_status_as_of"),
        ]
        verbose_name = _("loan")
        verbose_name_plural = _("loans")

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("partners:loan", args=[self.pk])

    @property
    def agreement(self) -> Agreement:
        """What the engine plays the loan by. LendingError if it makes no loan."""
        terms = LoanTerms(
            principal=self.principal,
            rate=self.rate,
            terms=self.terms,
            disbursed=self.disbursed_on,
            first_due=self.first_due,
            rate_kind=RateKind(self.rate_kind),
            day_count=DayCount(self.day_count),
            method=Method(self.method),
            every=Every(self.every),
            grace_principal=self.grace_principal,
            grace_interest=self.grace_interest,
            round_to=self.round_to,
            round_mode=RoundMode(self.round_mode),
        )
        return Agreement(terms=terms, order=self.allocation_order, late=self.late_rule)

    def days_past_due(self, today: date | None = None) -> int:
        return days_past_due(self.unpaid_since, today or timezone.localdate())


class Installment(models.Model):
    """A row of the schedule as it stands after all payments; a prepayment is a row, too.

    Written by `partners.ledger` alone. `interest` and `principal` are what was agreed, `fee` and
    `penalty` what was charged since; `unpaid_…` what is open of each.
    """

    loan = models.ForeignKey(Loan, models.CASCADE, related_name="installments", db_index=False)
    position = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField(_("number"))
    start = models.DateField(_("from"))
    due = models.DateField(_("due"))
    days = models.PositiveSmallIntegerField(_("days"))
    principal = MoneyField(_("principal"))
    interest = MoneyField(_("interest"))
    fee = MoneyField(_("fee"), default=0)
    penalty = MoneyField(_("late interest"), default=0)
    balance = MoneyField(_("balance"))
    unpaid_principal = MoneyField()
    unpaid_interest = MoneyField()
    unpaid_fee = MoneyField(default=0)
    unpaid_penalty = MoneyField(default=0)
    is_prepayment = models.BooleanField(_("prepayment"), default=False)
    paid_on = models.DateField(_("paid"), null=True)

    class Meta:
        ordering = ["loan", "position"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["loan", "position"], name="installment_position_once")
        ]
        indexes = [models.Index(fields=["due", "loan"], name="installment_due")]
        verbose_name = _("installment")
        verbose_name_plural = _("installments")

    def __str__(self) -> str:
        return f"{self.number}"


class Charge(models.Model):
    """A fee or penalty set by hand; due with the next installment. Taken back, it stays on file."""

    class Kind(models.TextChoices):
        FEE = Part.FEE.value, _("Fee")
        PENALTY = Part.PENALTY.value, _("Penalty")

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="charges")
    on = models.DateField(_("date"))
    part = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.FEE)
    amount = MoneyField(_("amount"), validators=[MinValueValidator(CENT)])
    reason = models.CharField(_("reason"), max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    cancelled_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="charge_positive"),
        ]
        verbose_name = _("charge")
        verbose_name_plural = _("charges")

    def __str__(self) -> str:
        return self.reason

    @property
    def lending(self) -> LendingCharge:
        return LendingCharge(key=self.pk, on=self.on, part=Part(self.part), amount=self.amount)
