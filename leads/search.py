"""Leads in the search box."""

from django.utils.translation import gettext_lazy as _

from crm.desk.registry import SearchHit
from crm.people.models import User
from leads.filters import matching
from leads.models import Lead
from leads.templatetags.leads import who


def search_leads(user: User, text: str, limit: int) -> list[SearchHit]:
    """The latest visible leads of the people and properties `text` may mean."""
    visible = Lead.objects.visible_to(user)
    if not user.has_perm("leads.view_lead"):
        return []
    rows = (
        visible.filter(matching(text))
        .select_related("contact", "property")
        .prefetch_related("contact__points")
        .order_by("-last_message_at", "-id")
    )
    return [
        SearchHit(
            title=who(lead.contact),
            subtitle=" · ".join(
                str(part) for part in (lead.property, lead.get_status_display()) if part
            ),
            url=lead.get_absolute_url(),
            icon="target-arrow",
            kind=_("Lead"),
        )
        for lead in rows[:limit]
    ]
