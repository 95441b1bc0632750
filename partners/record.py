"""What the page of one partner shows, each part asked for only when the template does."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, IntegerField, Value, When
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property

from crm.people.documents import shown_document
from crm.people.models import ContactPoint, User
from partners.history import Event, history_of
from partners.identity import registered
from partners.lending.arrears import days_past_due
from partners.models import Loan, Partner
from partners.registry import ROADS
from partners.tables import partner_state

SHOWN = 10  # of the history, until one asks for all
MOST_SHOWN = 200
MOST_LOANS = 200
# What matters first; the newest of each.
_ORDER = [
    Loan.Status.ACTIVE,
    Loan.Status.DRAFT,
    Loan.Status.WRITTEN_OFF,
    Loan.Status.CLOSED,
    Loan.Status.CANCELLED,
]


def get_partner_for(user: User, pk: int) -> Partner:
    """The partner with contact, officer and agency; Http404 outside `visible_to(user)`."""
    rows = Partner.objects.visible_to(user).select_related("contact", "officer", "agency")
    return get_object_or_404(rows.prefetch_related("contact__points"), pk=pk)


@dataclass
class Total:
    """Of the active loans in one currency."""

    currency: str
    principal_left: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)


class PartnerPage:
    def __init__(self, partner: Partner, user: User, *, whole: bool = False) -> None:
        self.partner = partner
        self.contact = partner.contact
        self.user = user
        self.most = MOST_SHOWN if whole else SHOWN
        self.shown = f":{self.most}"
        self.state = partner_state(partner)
        self.document = shown_document(user, partner.contact.document_number)
        self.phone = registered(partner.contact)
        self.email = registered(partner.contact, ContactPoint.Kind.EMAIL)
        self.may_change = user.has_perm("partners.change_partner")
        self.may_read_history = user.has_perm("audit.view_auditentry")
        self.days_late = days_past_due(partner.unpaid_since, timezone.localdate())

    @cached_property
    def other_points(self) -> list[ContactPoint]:
        """Ways to reach them besides the registered ones."""
        on_file = {self.phone, self.email}
        return [one for one in self.contact.points.all() if one.value not in on_file]

    @cached_property
    def loans(self) -> list[Loan]:
        places = [When(status=one, then=Value(place)) for place, one in enumerate(_ORDER)]
        rows = Loan.objects.visible_to(self.user).filter(partner=self.partner)
        rows = rows.select_related("product").order_by(
            Case(*places, output_field=IntegerField()), "-disbursed_on", "-id"
        )
        return list(rows.with_coming(timezone.localdate())[:MOST_LOANS])

    @cached_property
    def loans_in_all(self) -> int:
        if len(self.loans) < MOST_LOANS:
            return len(self.loans)
        return Loan.objects.visible_to(self.user).filter(partner=self.partner).count()

    @cached_property
    def totals(self) -> list[Total]:
        """Of all active loans, also of those that are too many to be shown."""
        if len(self.loans) < MOST_LOANS:
            return totals_of(one for one in self.loans if one.status == Loan.Status.ACTIVE)
        rows = Loan.objects.visible_to(self.user).running().filter(partner=self.partner)
        return totals_of(rows.only("currency", "principal_left", "overdue"))

    @cached_property
    def history(self) -> list[Event]:
        return history_of(self.partner, self.user, self.most + 1) if self.may_read_history else []

    @property
    def more_history(self) -> bool:
        """Is there more that "Show all" would show?"""
        return len(self.history) > self.most and self.most < MOST_SHOWN

    @property
    def cut_history(self) -> int:
        """How many are shown of even more; 0: all are."""
        return self.most if len(self.history) > self.most == MOST_SHOWN else 0

    @property
    def roads(self) -> list[str]:
        """The standings this partner can come to now."""
        return [to for to, starts in ROADS.items() if self.partner.status in starts]


def totals_of(loans: Iterable[Loan]) -> list[Total]:
    found: dict[str, Total] = {}
    for loan in loans:
        total = found.setdefault(loan.currency, Total(loan.currency))
        total.principal_left += loan.principal_left
        total.overdue += loan.overdue
    return sorted(found.values(), key=lambda one: one.currency)
