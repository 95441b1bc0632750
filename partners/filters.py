"""How the list of partners is narrowed."""

from datetime import date, timedelta
from typing import Any, cast

import django_filters
from django import forms
from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.desk.access import DeskRequest
from crm.people.finding import matches
from crm.people.models import Agency, Contact, User
from partners.arrears import buckets
from partners.forms import officers
from partners.known import by_document
from partners.models import Loan, Partner

MINE, NOBODY, ON_TIME, LATE = "mine", "nobody", "on-time", "late"
ACTIVE, NONE = "active", "none"
# A search that means more people than this wants another word, not another page.
MOST_CONTACTS = 200
# Seconds for which a new agency or colleague may be missing from the filters.
REMEMBERED = 30
IS_PARTNER = Q(partner__isnull=False)


def officer_choices() -> list[tuple[str, Any]]:
    return [
        (MINE, _("Mine")),
        (NOBODY, _("Nobody's")),
        *(cache.get_or_set("partners.officers", _officers, REMEMBERED) or []),
    ]


def agency_choices() -> list[tuple[str, Any]]:
    return [
        *(cache.get_or_set("partners.agencies", _agencies, REMEMBERED) or []),
        (NOBODY, _("Without agency")),
    ]


def arrears_choices() -> list[tuple[str, Any]]:
    """Up to date, late at all, then each bucket of days past due."""
    ageing = [
        (str(bucket.first), format_lazy(_("{days} days late"), days=str(bucket)))
        for bucket in buckets()
    ]
    return [(ON_TIME, _("Up to date")), (LATE, _("In arrears")), *ageing]


def loan_choices() -> list[tuple[str, Any]]:
    """With active loans at all, with some in each currency that is lent, without any."""
    lent = cache.get_or_set("partners.currencies", _currencies, REMEMBERED) or []
    in_currency = [(code, format_lazy(_("Active loans in {code}"), code=code)) for code in lent]
    return [(ACTIVE, _("With active loans")), *in_currency, (NONE, _("Without active loans"))]


def _officers() -> list[tuple[str, str]]:
    """Who may look after partners, and who still does: a colleague may have left."""
    found = User.objects.filter(Q(pk__in=officers().values("pk")) | Q(pk__in=_looking_after()))
    people = found.order_by("first_name", "last_name", "username")
    return [(str(one.pk), str(one)) for one in people]


def _looking_after() -> QuerySet[Partner, Any]:
    return Partner.objects.exclude(officer=None).order_by().values("officer")


def _currencies() -> list[str]:
    rows = Loan.objects.running().order_by("currency")
    return list(rows.values_list("currency", flat=True).distinct())


def _agencies() -> list[tuple[str, str]]:
    return [(str(one.pk), str(one)) for one in Agency.objects.all()]


class PartnerFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Search"),
        method="search",
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Name, document, phone, member number")}
        ),
    )
    arrears = django_filters.ChoiceFilter(
        label=_("Arrears"),
        choices=arrears_choices,
        method="in_arrears",
        empty_label=_("Any arrears"),
    )
    loans = django_filters.ChoiceFilter(
        label=_("Loans"), choices=loan_choices, method="with_loans", empty_label=_("Any loans")
    )
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=Partner.Status, empty_label=_("Any status")
    )
    officer = django_filters.ChoiceFilter(
        label=_("Officer"),
        choices=officer_choices,
        method="looked_after_by",
        empty_label=_("Any officer"),
    )
    agency = django_filters.ChoiceFilter(
        label=_("Agency"), choices=agency_choices, method="at_agency", empty_label=_("Any agency")
    )

    class Meta:
        model = Partner
        fields: list[str] = []

    def search(self, rows: QuerySet[Partner], name: str, value: str) -> QuerySet[Partner]:
        return rows.filter(matching(cast("DeskRequest", self.request).user, value))

    def looked_after_by(self, rows: QuerySet[Partner], name: str, value: str) -> QuerySet[Partner]:
        if value == MINE:
            return rows.filter(officer=cast("DeskRequest", self.request).user)
        return rows.filter(officer=None if value == NOBODY else int(value))

    def at_agency(self, rows: QuerySet[Partner], name: str, value: str) -> QuerySet[Partner]:
        return rows.filter(agency=None if value == NOBODY else int(value))

    def with_loans(self, rows: QuerySet[Partner], name: str, value: str) -> QuerySet[Partner]:
        if value == NONE:
            return rows.filter(active_loans=0)
        if value == ACTIVE:
            return rows.filter(active_loans__gt=0)
        lent = Loan.objects.running().filter(partner=OuterRef("pk"), currency=value)
        return rows.filter(Exists(lent), active_loans__gt=0)

    def in_arrears(self, rows: QuerySet[Partner], name: str, value: str) -> QuerySet[Partner]:
        return rows.filter(late_by(value, timezone.localdate()))


def late_by(value: str, today: date) -> Q:
    """`value` is one of `arrears_choices`."""
    if value == ON_TIME:
        return Q(unpaid_since=None) | Q(unpaid_since__gte=today)
    if value == LATE:
        return Q(unpaid_since__lt=today)
    bucket = next(one for one in buckets() if str(one.first) == value)
    since = Q(unpaid_since__lte=today - timedelta(days=bucket.first))
    if bucket.last is not None:
        since &= Q(unpaid_since__gte=today - timedelta(days=bucket.last))
    return since


def matching(user: User, text: str) -> Q:
    """Partners whose name, phone, e-mail, document or member number `text` may mean. The people
    are named by their keys, so that the database walks its indexes; one query finds them all."""
    said = text.strip()
    numbered = Contact.objects.filter(partner__number__in={said, said.upper()})
    documents = by_document(user, text, IS_PARTNER)
    queries = [
        *matches(text, MOST_CONTACTS, among=IS_PARTNER),
        Contact.objects.filter(pk__in=documents).order_by().values_list("id"),
    ]
    found = numbered.order_by().values_list("id").union(*queries)
    return Q(contact__in=[pk for (pk,) in found])
