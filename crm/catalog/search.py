"""Properties in the search box."""

from django.utils.translation import gettext_lazy as _

from crm.catalog.models import Property
from crm.catalog.picking import find_properties
from crm.desk.registry import SearchHit
from crm.people.models import User


def search_properties(user: User, text: str, limit: int) -> list[SearchHit]:
    """Those whose title, code or district holds every word of `text`, the newest first."""
    rows = find_properties(text, Property.objects.visible_to(user)).order_by("-id")
    return [
        SearchHit(
            title=one.title,
            subtitle=" · ".join(part for part in (one.code, one.place) if part),
            url=one.get_absolute_url(),
            icon="building",
            kind=_("Property"),
        )
        for one in rows[:limit]
    ]
