"""What the page of a contact, or of a lead, says of the partner: to agents that they are one, to
officers and managers also how they stand."""

from dataclasses import dataclass

from django.utils import timezone

from crm.people.models import Contact, User
from partners.lending.arrears import days_past_due
from partners.models import Partner

# What a queryset of contacts joins, so that a panel costs no query.
JOINS = ("partner__agency", "partner__officer")


@dataclass(frozen=True)
class Panel:
    """`may_open`: the link and how the loans stand. `add_to`: a contact that could be made a
    partner, by this person."""

    partner: Partner | None
    may_open: bool = False
    add_to: int | None = None
    days_late: int = 0


def panel_of(user: User, contact: Contact) -> Panel | None:
    """None: nothing to show."""
    partner: Partner | None = getattr(contact, "partner", None)
    if partner is None:
        may_add = user.has_perm("partners.add_partner") and not contact.is_group
        return Panel(None, add_to=contact.pk) if may_add else None
    if not user.has_perm("partners.know_partner"):
        return None
    may_open = user.has_perm("partners.view_partner")
    late = days_past_due(partner.unpaid_since, timezone.localdate()) if may_open else 0
    return Panel(partner, may_open=may_open, days_late=late)
