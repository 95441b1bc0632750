"""The leads' numbers on the dashboard; each leads to the list it counts."""

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.desk.registry import Card, Text
from crm.people.models import User
from leads.filters import NOBODY
from leads.models import Lead

# Beyond this a number is "more than": counting a million rows would hold up the page.
MOST_COUNTED = 10_000
_STATUS_ICONS = {
    Lead.Status.NEW: "sparkles",
    Lead.Status.CONTACTED: "message-circle",
    Lead.Status.QUALIFIED: "user-check",
    Lead.Status.NEGOTIATING: "arrows-exchange",
    Lead.Status.WON: "trophy",
    Lead.Status.LOST: "circle-x",
}


def cards(user: User) -> list[Card]:
    """All, new today, nobody's, then by status and by source; of what this person may see."""
    if not user.has_perm("leads.view_lead"):
        return []
    visible = Lead.objects.visible_to(user).order_by()
    return [*_totals(visible), *_by_status(visible), *_by_source(visible)]


def _totals(visible: QuerySet[Lead]) -> list[Card]:
    today = timezone.localdate()
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    new_today = visible.filter(first_message_at__gte=midnight)
    return [
        _card(gettext_lazy("Leads"), visible, "target-arrow"),
        _card(gettext_lazy("New today"), new_today, "calendar-plus", since=today.isoformat()),
        _card(
            gettext_lazy("Nobody's leads"),
            visible.filter(assigned_to=None),
            "user-question",
            hint=gettext_lazy("Waiting for somebody to take them"),
            assigned_to=NOBODY,
        ),
    ]


def _by_status(visible: QuerySet[Lead]) -> list[Card]:
    return [
        _card(
            status.label,
            visible.filter(status=status),
            _STATUS_ICONS[status],
            group=gettext_lazy("By status"),
            status=status.value,
        )
        for status in Lead.Status
    ]


def _by_source(visible: QuerySet[Lead]) -> list[Card]:
    return [
        _card(
            source.label,
            visible.filter(source=source),
            "route",
            group=gettext_lazy("By source"),
            source=source.value,
        )
        for source in Lead.Source
    ]


def _card(
    label: Text,
    rows: QuerySet[Lead],
    icon: str,
    *,
    hint: Text = "",
    group: Text = "",
    **query: str,
) -> Card:
    found = rows[: MOST_COUNTED + 1].count()
    more = _("more than %(count)s") % {"count": intcomma(MOST_COUNTED)}
    page = reverse("leads:list")
    return Card(
        label,
        more if found > MOST_COUNTED else found,
        f"{page}?{urlencode(query)}" if query else page,
        icon,
        hint,
        group,
    )
