"""People in the search box."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.desk.registry import SearchHit
from crm.people.finding import contact_ids
from crm.people.models import Contact, User
from crm.people.phones import pretty

# How many are looked at for some that this person may see.
MOST_CONTACTS = 500


def search_contacts(user: User, text: str, limit: int) -> list[SearchHit]:
    """Visible contacts by a piece of name, telephone number, e-mail or user name."""
    if not user.has_perm("people.view_contact"):
        return []
    visible = Contact.objects.visible_to(user).standing()
    rows = visible.filter(pk__in=contact_ids(text, MOST_CONTACTS)).prefetch_related("points")
    return [
        SearchHit(
            title=str(one),
            subtitle=pretty(one.phone),
            url=reverse("people:contact", args=[one.pk]),
            icon="user",
            kind=_("Person"),
        )
        for one in rows.order_by("-id")[:limit]
    ]
